"""How much of the movement each choice makes: Sobol's first- and total-order indices with bootstrap intervals."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.stats import bootstrap, sobol_indices  # type: ignore[import-untyped]

from pipelines.robustness.draws import seeded
from pipelines.robustness.index import Floats, Index, Whole
from pipelines.robustness.rules import CHOICE_CODES, Rules
from pipelines.robustness.simulation import Draws

SHIFT, RANKS = "mean_rank_shift", "all_ranks"
OUTCOMES = (SHIFT, RANKS)
Estimate = Callable[[Whole], Floats]


@dataclass(frozen=True)
class Sensitivity:
    """The indices of one choice for one outcome; empty where the outcome is the same in every draw."""

    outcome_code: str
    choice_code: str
    first_order: float | None
    first_order_low: float | None
    first_order_high: float | None
    total_order: float | None
    total_order_low: float | None
    total_order_high: float | None


def sensitivities(index: Index, rules: Rules, draws: Draws) -> list[Sensitivity]:
    """Both outcomes by every choice."""
    found = []
    for outcome in OUTCOMES:
        estimates = _estimates(index, rules, draws, outcome)
        for place, choice in enumerate(CHOICE_CODES):
            found.append(Sensitivity(outcome, choice, *(_number(estimate[place]) for estimate in estimates)))
    return found


def _estimates(index: Index, rules: Rules, draws: Draws, outcome: str) -> list[Floats]:
    """First order with its bounds, then total order with its bounds; each by choice."""
    count = rules.sensitivity_count
    variances = _variances(draws, count)
    if not (np.ptp([draws.shifts_a, draws.shifts_b]) > 0 if outcome == SHIFT else variances.any()):
        return [np.full(len(CHOICE_CODES), np.nan)] * 6
    estimate = _of_shifts(draws) if outcome == SHIFT else _of_ranks(draws, variances)
    resampled = bootstrap(
        [np.arange(count)],
        estimate,
        method="percentile",
        vectorized=False,
        n_resamples=rules.resample_count,
        confidence_level=rules.confidence,
        rng=seeded(index, "bootstrap", outcome),
    ).confidence_interval
    bounds = (estimate(np.arange(count)), resampled.low, resampled.high)
    return [bound[order] for order in (0, 1) for bound in bounds]


def _of_shifts(draws: Draws) -> Estimate:
    """Of one number per draw: scipy's estimators, which are Saltelli's of 2010; nothing where it does not vary."""

    def estimate(numbers: Whole) -> Floats:
        a, b, ab = draws.shifts_a[numbers], draws.shifts_b[numbers], draws.shifts_ab[:, None, numbers]
        found = sobol_indices(func={"f_A": a, "f_B": b, "f_AB": ab}, n=len(numbers))
        return np.stack([found.first_order, found.total_order])

    return estimate


def _of_ranks(draws: Draws, variances: Floats) -> Estimate:
    """Of all ranks at once: the same estimators, numerators and variances summed over subjects before they divide.

    These are the generalised indices of Lamboni, Monod and Makowski (2011) for models with many outputs.
    """

    def estimate(numbers: Whole) -> Floats:
        crossed, squared = draws.crossed[:, numbers].mean(axis=1), draws.squared[:, numbers].mean(axis=1)
        variance = variances[numbers].mean()
        estimated: Floats = np.stack([crossed, squared / 2]) * (1 / variance if variance else 0)
        return estimated

    return estimate


def _variances(draws: Draws, count: int) -> Floats:
    """For each pair of draws how far all ranks lie from their means, squared, summed over subjects."""
    a, b = draws.ranks[:count], draws.ranks[len(draws.ranks) - count :]
    mean = (a.sum(axis=0, dtype=np.int64) + b.sum(axis=0, dtype=np.int64)) / (2 * count)
    pairs = zip(a, b, strict=True)
    return np.array([(np.square(ours - mean).sum() + np.square(theirs - mean).sum()) / 2 for ours, theirs in pairs])


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
