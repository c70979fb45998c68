"""By what law a value would come out otherwise, had other things been observed.

A share of n observations is drawn from Jeffreys' posterior, Beta(k + 1/2, n - k + 1/2), a mean of n around itself by
Student's t with n - 1 degrees of freedom. What has an error and no observations of its own, as what stands in for a
gap, is drawn normally. Each is a quantile of the law at the place of a standard normal deviate, so one deviate moves
whatever rests on the same sample.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pipelines.robustness.index import Floats, Leaf, Whole

SHARE, MEAN = "share", "mean"
# Within what a value that is observed so lies: shares of one, points of a hundred.
RANGES = {SHARE: (0.0, 1.0), MEAN: (0.0, 100.0)}
# Between these places of a quantile function, so far apart, it is as good as straight: off by less than 0.0001 of one.
STEPS_PER_UNIT, LAST_PLACE = 32, 8


@dataclass(frozen=True)
class Law:
    """The quantile functions of a leaf's values: of each subject a row, at places in deviations of the normal law.

    A value is ``start`` and ``scale`` times its quantile.
    """

    quantiles: Floats
    row_of: Whole
    start: Floats
    scale: Floats

    def values(self, deviates: Floats, positions: Whole) -> Floats:
        """Values of the subjects at the positions, for deviates with a row a draw and a column a position."""
        place = (np.clip(deviates, -LAST_PLACE, LAST_PLACE) + LAST_PLACE) * STEPS_PER_UNIT
        below = np.minimum(place.astype(np.int64), self.quantiles.shape[1] - 2)
        place -= below
        below += self.row_of[positions] * self.quantiles.shape[1]
        known = self.quantiles.ravel()
        drawn: Floats = known[below]
        drawn += place * (known[below + 1] - drawn)
        drawn *= self.scale[positions]
        drawn += self.start[positions]
        return drawn


def sampled(values: Floats, errors: Floats, sizes: Floats, law: str | None) -> tuple[Floats, Floats]:
    """Errors of values, and how many observations those have that are drawn by the law.

    The latter are not a number where a value has no observations (``sizes``) or no error of its own. Means of which
    all observations are equal are no proof that any other would be: their error is not known.
    """
    is_observed = ~np.isnan(sizes) & (law is not None)
    if law == MEAN:
        errors = np.where(is_observed & (errors == 0), np.nan, errors)
    return known_errors(values, errors), np.where(is_observed & (errors > 0), sizes, np.nan)


def known_errors(values: Floats, errors: Floats) -> Floats:
    """Errors in which one that nobody knows is no certainty: it is taken for the largest of those that are known.

    Where none is, for the deviation of the values. What has no value has no error.
    """
    is_there = ~np.isnan(values)
    is_unknown, known = is_there & np.isnan(errors), errors[is_there & ~np.isnan(errors)]
    spread = values[is_there].std(ddof=1) if is_there.sum() > 1 else 0.0
    largest = known.max() if known.size else spread
    filled: Floats = np.nan_to_num(np.where(is_unknown, largest, errors))
    return filled


def law_of(leaf: Leaf) -> Law | None:
    """The law of a leaf; nothing where all that moves moves normally."""
    is_observed = ~np.isnan(leaf.sample_size)
    if leaf.law is None or not is_observed.any():
        return None
    observed, sizes = leaf.raw[is_observed], leaf.sample_size[is_observed]
    if leaf.law == SHARE:
        cases, row_of_observed = np.unique(np.stack([observed, sizes]), axis=1, return_inverse=True)
        tables = [_share_quantiles(share, size) for share, size in cases.T]
    else:
        cases, row_of_observed = np.unique(sizes, return_inverse=True)
        tables = [_mean_quantiles(size) for size in cases]
    row_of = np.zeros(leaf.raw.shape, dtype=np.int64)
    row_of[is_observed] = 1 + row_of_observed.reshape(-1)
    is_share = is_observed & (leaf.law == SHARE)
    return Law(
        quantiles=np.stack([_places(), *tables]),
        row_of=row_of,
        start=np.where(is_share, 0.0, leaf.raw),
        scale=np.where(is_share, 1.0, leaf.error),
    )


def _share_quantiles(share: float, size: float) -> Floats:
    from scipy.special import betaincinv  # type: ignore[import-untyped]

    found, missed = size * share + 0.5, size * (1 - share) + 0.5
    return _both_halves(
        lambda tail: betaincinv(found, missed, tail),
        lambda tail: 1 - betaincinv(missed, found, tail),
    )


def _mean_quantiles(size: float) -> Floats:
    from scipy.special import stdtrit

    return _both_halves(lambda tail: stdtrit(size - 1, tail), lambda tail: -stdtrit(size - 1, tail))


def _both_halves(low: Callable[[Floats], Floats], high: Callable[[Floats], Floats]) -> Floats:
    """Quantiles from below and, by the tail above, where a probability is too near one to be told from it."""
    # scipy takes a second to import, and most runs draw nothing.
    from scipy.special import ndtr

    places = _places()
    tails = ndtr(-np.abs(places))
    found: Floats = np.where(places <= 0, low(tails), high(tails))
    return found


def _places() -> Floats:
    return np.arange(-LAST_PLACE * STEPS_PER_UNIT, LAST_PLACE * STEPS_PER_UNIT + 1) / STEPS_PER_UNIT
