"""The same computations once more, in plain Python and numpy, sharing nothing with the models."""

import math
from collections.abc import Mapping

import numpy as np

Values = Mapping[str, float]


def normalise(values: Values, leaf: Mapping[str, object], bands: list[tuple[float, float]]) -> dict[str, float]:
    """Scores of one indicator, 0 to 100, for the units that have a value."""
    treated = treat(values, leaf)
    numbers = np.array(list(treated.values()))
    better = 1 if int(str(leaf["direction"])) > 0 else -1
    low, high = numbers.min(), numbers.max()
    goal_low, goal_high = float(leaf.get("goal_low") or 0), float(leaf.get("goal_high") or 1)
    each = {
        "given": lambda x: x if better > 0 else 100 - x,
        "min_max": lambda x: 100 * ((x - low) if better > 0 else (high - x)) / (high - low),
        "goalposts": lambda x: (
            100 * np.clip(((x - goal_low) if better > 0 else (goal_high - x)) / (goal_high - goal_low), 0, 1)
        ),
        "z_score": lambda x: 50 + 10 * better * (x - numbers.mean()) / numbers.std(ddof=1),
        "rank": lambda x: 100 * (len(numbers) - (better * numbers > better * x).sum()) / len(numbers),
        "percentile": lambda x: 100 * (better * numbers < better * x).sum() / (len(numbers) - 1),
        "distance_to_best": lambda x: 100 * (x / high if better > 0 else (1 if x == low else low / x)),
        "boolean": lambda x: 100.0 if (x != 0) == (better > 0) else 0.0,
        "banded": lambda x: max(((bound, points) for bound, points in bands if x >= bound), default=(0, 0.0))[1],
        "deduction": lambda x: (
            100 * (1 - min(max(x * float(leaf["points_per_unit"]), 0), float(leaf["weight"])) / float(leaf["weight"]))
        ),
    }[str(leaf["normalisation"])]
    return {unit: float(each(value)) for unit, value in treated.items()}


def treat(values: Values, leaf: Mapping[str, object]) -> dict[str, float]:
    """The values after treatment of outliers."""
    if leaf["treatment"] == "log":
        return {unit: math.log(value + 1) for unit, value in values.items()}
    if leaf["treatment"] == "winsorise":
        ordered = sorted(values.values())
        drawn_in = math.floor(float(leaf["treatment_parameter"]) * len(ordered))
        low, high = ordered[drawn_in], ordered[len(ordered) - 1 - drawn_in]
        return {unit: min(max(value, low), high) for unit, value in values.items()}
    return dict(values)


def weigh(weighting: str, weights: list[float], scores: list[dict[str, float]]) -> np.ndarray:
    """Shares of siblings, which sum to one."""
    if weighting in ("given", "relative"):
        measures = np.array(weights)
    elif weighting == "equal":
        measures = np.ones(len(weights))
    elif weighting == "entropy":
        measures = np.array([_information(np.array(list(column.values()))) for column in scores])
    else:
        measures = _critic(scores)
    return measures / measures.sum() if measures.sum() else np.full(len(measures), 1 / len(measures))


def _information(scores: np.ndarray) -> float:
    if not scores.sum():
        return 0.0
    portions = scores / scores.sum()
    portions = portions[portions > 0]
    return float(1 + (portions * np.log(portions)).sum() / math.log(len(scores)))


def _critic(columns: list[dict[str, float]]) -> np.ndarray:
    measures = []
    for ours in columns:
        conflict = 0.0
        for theirs in columns:
            shared = [unit for unit in ours if unit in theirs]
            own = np.array([ours[unit] for unit in shared]) - np.mean(list(ours.values()))
            other = np.array([theirs[unit] for unit in shared]) - np.mean(list(theirs.values()))
            spread = math.sqrt((own**2).sum() * (other**2).sum())
            conflict += 1 - ((own * other).sum() / spread if spread else 1)
        measures.append(np.std(list(ours.values()), ddof=1) * conflict)
    return np.array(measures)


def aggregate(method: str, shares: np.ndarray, scores: list[float | None]) -> float | None:
    """One score from those below it; the shares of what is missing go to the rest."""
    present = [(share, score) for share, score in zip(shares, scores, strict=True) if score is not None]
    if not present:
        return None
    total = sum(share for share, _ in present)
    if method == "geometric":
        if min(score for _, score in present) <= 0:
            return 0.0
        return 100 * math.exp(sum(share * math.log(score / 100) for share, score in present) / total)
    if method == "harmonic":
        if min(score for _, score in present) <= 0:
            return 0.0
        return total / sum(share / score for share, score in present)
    return sum(share * score for share, score in present) / total


def competition_ranks(scores: Mapping[str, float]) -> dict[str, int]:
    """One more than the number of those who are better."""
    return {unit: 1 + sum(other > score for other in scores.values()) for unit, score in scores.items()}
