"""Rounding and ranking as the models do them. Every element is computed alone: the size of a block changes no digit."""

import numpy as np

from pipelines.robustness.index import Floats, Whole

SCORE_DIGITS, VALUE_DIGITS = 12, 10


def round_away(values: Floats, digits: int) -> Floats:
    """Round to decimal digits, halves away from zero, as SQL does."""
    scale = 10.0**digits
    rest = values * scale
    whole: Floats = np.trunc(rest)
    rest -= whole
    whole += rest >= 0.5
    whole -= rest <= -0.5
    whole /= scale
    return whole


def steps_of(scores: Floats, tied_within: float) -> Whole:
    """The step of the ladder each score stands on: scores on one step are tied."""
    return round_away(scores / tied_within, 0).astype(np.int64)


def places_from_best(values: Floats | Whole) -> Whole:
    """Standard competition ranks along the last axis: one more than the number of those that are greater."""
    order = np.argsort(-values, axis=-1)
    ordered = np.take_along_axis(values, order, axis=-1)
    positions = np.arange(values.shape[-1])
    is_first = np.ones(values.shape, dtype=np.bool_)
    is_first[..., 1:] = ordered[..., 1:] != ordered[..., :-1]
    started = np.maximum.accumulate(np.where(is_first, positions, 0), axis=-1)
    places = np.empty(values.shape, dtype=np.int64)
    np.put_along_axis(places, order, started + 1, axis=-1)
    return places
