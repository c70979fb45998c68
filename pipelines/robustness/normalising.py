"""Values to 0 to 100, as ``int_indicator_normalised`` does it, for many draws at once (a row each)."""

from collections.abc import Sequence

import numpy as np

from pipelines.robustness.arithmetic import VALUE_DIGITS, places_from_best, round_away
from pipelines.robustness.index import Floats, Leaf, Method, Whole
from pipelines.robustness.laws import RANGES

# What everybody scores, by every method that compares, where all values are the same.
MIDDLE = 50.0
# Methods that compare a subject with the others: the ones another such method can stand in for.
RELATIVE = ("min_max", "z_score", "rank", "percentile", "distance_to_best")


def limits(leaf: Leaf, groups: Sequence[Whole]) -> tuple[Floats, Floats]:
    """How far a value may move, as the least and the greatest raw value for each subject.

    A share stays within 0 and 1, a mean of points within 0 and 100, and what nobody has less than nothing of does not
    fall below that, whatever stands in for a gap. Points stay within 0 to 100, what is deducted for does not fall below
    nothing, yes and no stay what they are, what is banded stays within its bands, winsorised values stay between the
    fences of their group, and what a logarithm is taken of does not fall below what was measured in its group.
    """
    low, high = _possible(leaf)
    if leaf.method.normalisation == "boolean":
        return leaf.raw, leaf.raw
    if leaf.method.normalisation == "given":
        low, high = np.maximum(low, np.minimum(leaf.raw, 0)), np.minimum(high, np.maximum(leaf.raw, 100))
    if leaf.method.normalisation == "deduction":
        low = np.maximum(low, np.minimum(leaf.raw, 0))
    if leaf.method.normalisation == "banded" and leaf.method.treatment == "none":
        low = np.maximum(low, leaf.method.bands[0][0])
    for positions in groups:
        if leaf.method.treatment in ("winsorise", "skew"):
            low[positions] = np.maximum(low[positions], leaf.treated[positions].min())
            high[positions] = np.minimum(high[positions], leaf.treated[positions].max())
        elif leaf.method.treatment == "log":
            low[positions] = np.maximum(low[positions], leaf.raw[positions].min())
    return low, high


def _possible(leaf: Leaf) -> tuple[Floats, Floats]:
    is_counted = not (leaf.raw < 0).any()
    least, greatest = RANGES.get(leaf.law or "", (0.0 if is_counted else -np.inf, np.inf))
    return np.minimum(leaf.raw, least), np.maximum(leaf.raw, greatest)


def treat(leaf: Leaf, raw: Floats, bounds: tuple[Floats, Floats]) -> Floats:
    """Values that moved, kept within their limits and treated."""
    within = np.clip(raw, *bounds)
    return np.log(within + 1) if leaf.method.treatment == "log" else within


def normalise(method: Method, normalisation: str, values: Floats, groups: Sequence[Whole]) -> Floats:
    """Scores of the values, draws down and subjects across; nothing where there is no value in any group.

    ``normalisation`` may be another relative method than the leaf's own; where it gives no score, because values do
    not vary, the own one stands.
    """
    scores = np.zeros(values.shape)
    if normalisation not in RELATIVE:
        scores = round_away(_absolute(method, values), VALUE_DIGITS)
        if method.normalisation == "given" and method.direction > 0 and method.treatment != "log":
            scores = np.where(np.abs(values) < 1, values, scores)
        return np.where(np.isnan(scores), 0.0, scores)
    for positions in groups:
        is_everybody = len(positions) == values.shape[1]
        among = values if is_everybody else np.take(values, positions, axis=1)
        found = _ranged(method, normalisation, _relative(normalisation, method.direction, among))
        if normalisation != method.normalisation and not np.isfinite(found).all():
            own = _relative(method.normalisation, method.direction, among)
            found = np.where(np.isfinite(found), found, _ranged(method, method.normalisation, own))
        scores[:, positions] = round_away(found, VALUE_DIGITS)
    return np.where(np.isfinite(scores), scores, 0.0)


def _ranged(method: Method, normalisation: str, scores: Floats) -> Floats:
    """Scores of 0 to 100 between the two that the framework spreads its values over; another method keeps its own."""
    if normalisation != "min_max" or method.normalisation != "min_max" or method.goal_low is None:
        return scores
    return method.goal_low + scores * (_known(method.goal_high) - method.goal_low) / 100


def _absolute(method: Method, values: Floats) -> Floats:
    better = method.direction > 0
    if method.normalisation == "given":
        return values if better else 100 - values
    if method.normalisation == "goalposts":
        low, high = _known(method.goal_low), _known(method.goal_high)
        if method.treatment == "log":
            low, high = np.log(low + 1), np.log(high + 1)
        gained = values - low if better else high - values
        return 100 * np.clip(gained / (high - low), 0, 1)
    if method.normalisation == "boolean":
        return np.where((values != 0) == better, 100.0, 0.0)
    if method.normalisation == "banded":
        return _banded(method, values)
    points = _known(method.points)
    lost = np.clip(values * _known(method.points_per_unit), 0, points)
    return 100 * (1 - lost / points)


def _banded(method: Method, values: Floats) -> Floats:
    bounds = np.array([bound for bound, _ in method.bands])
    points = np.array([score for _, score in method.bands])
    reached: Floats = points[np.maximum(np.searchsorted(bounds, values, side="right") - 1, 0)]
    return reached


def _relative(normalisation: str, direction: int, values: Floats) -> Floats:
    """Scores along the last axis, the middle where all values are the same; not a number where the method has none."""
    is_constant = values.min(axis=-1, keepdims=True) == values.max(axis=-1, keepdims=True)
    found = _compared(normalisation, direction, values)
    if normalisation == "distance_to_best":
        is_constant &= values.min(axis=-1, keepdims=True) >= 0
    return np.where(is_constant, MIDDLE, found)


def _compared(normalisation: str, direction: int, values: Floats) -> Floats:
    count = values.shape[-1]
    low: Floats = values.min(axis=-1, keepdims=True)
    high: Floats = values.max(axis=-1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        if normalisation == "rank":
            return _hundredths(count + 1 - places_from_best(direction * values), count)
        if normalisation == "percentile":
            worse, better = places_from_best(-direction * values), places_from_best(direction * values)
            return _hundredths(count - 1 + worse - better, 2 * (count - 1))
        if normalisation == "distance_to_best":
            return _distance_to_best(direction, values, low, high)
        if normalisation == "min_max":
            gained: Floats = values - low if direction > 0 else high - values
            gained *= 100
            return np.divide(gained, high - low)
        return _z_scores(direction, np.divide(values - low, high - low))


def _hundredths(places: Whole, count: int) -> Floats:
    scores: Floats = 100.0 * places / np.float64(count)
    return scores


def _z_scores(direction: int, places: Floats) -> Floats:
    """Mean 50, deviation 10; of places between the lowest and the highest value, so that no unit is too small."""
    count = places.shape[-1]
    mean: Floats = places.sum(axis=-1, keepdims=True) / count
    squares: Floats = np.square(places - mean).sum(axis=-1, keepdims=True)
    scores: Floats = 50 + 10 * direction * (places - mean) / np.sqrt(squares / np.float64(count - 1))
    return scores


def _distance_to_best(direction: int, values: Floats, low: Floats, high: Floats) -> Floats:
    if direction > 0:
        return np.where(low < 0, np.nan, 100 * values / high)
    return np.where(low < 0, np.nan, np.where(values == low, 100.0, 100 * low / values))


def _known(value: float | None) -> float:
    return np.nan if value is None else value
