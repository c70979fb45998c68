"""Rounding and ranking as the models do them. Every element is computed alone: the size of a block changes no digit."""

import numpy as np

from pipelines.robustness.index import Floats, Truth, Whole

SCORE_DIGITS, VALUE_DIGITS, LIMIT_DIGITS = 12, 10, 9


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


def reaches(scores: Floats, limits: Floats) -> Truth:
    """Whether a score reaches a limit; the last digits of a weighted sum decide nothing."""
    return round_away(scores - limits, LIMIT_DIGITS) >= 0


def steps_of(scores: Floats, tied_within: float) -> Whole:
    """The step of the ladder each score stands on: scores on one step are tied."""
    return round_away(scores / tied_within, 0).astype(np.int64)


def middle_places(values: Whole) -> Floats:
    """Ranks along the last axis from the greatest on; those that are equal share the middle of their places."""
    from scipy.stats import rankdata  # type: ignore[import-untyped]

    places: Floats = rankdata(-values, method="average", axis=-1)
    return places


def places_from_best(values: Floats | Whole) -> Whole:
    """Standard competition ranks along the last axis: one more than the number of those that are greater."""
    # scipy takes a second to import, and most runs draw nothing.
    from scipy.stats import rankdata

    places: Whole = rankdata(-values, method="min", axis=-1).astype(np.int64)
    return places
