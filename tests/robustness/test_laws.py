"""What is of a sample moves as its observations let it: against scipy, statsmodels and draws of the rows themselves."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as rules_of_hypothesis
from hypothesis import strategies as st
from scipy import stats  # type: ignore[import-untyped]
from statsmodels.stats.proportion import proportion_confint  # type: ignore[import-untyped]

from pipelines.robustness.index import Floats, Index
from pipelines.robustness.laws import MEAN, SHARE, law_of, sampled
from pipelines.robustness.simulation import Simulation
from pipelines.robustness.tables import RANK_INTERVAL, RankedIndex
from tests.fixtures.drawing import flat_index, rules

COUNTS = [(0, 2), (2, 2), (1, 2), (0, 28), (1, 28), (3, 50), (24, 50), (50, 50), (480, 500)]
OFTEN = rules(error_scale=1, draw_count=4096)


def of_shares(counts: list[tuple[int, int]], **method: float) -> Index:
    """An index of one share, k of n: its scores are its values, in hundredths."""
    shares, sizes = [found / size for found, size in counts], [size for _, size in counts]
    errors = [float(stats.beta(found + 0.5, size - found + 0.5).std()) for found, size in counts]
    goals = {"goal_low": 0.0, "goal_high": 1.0} | method
    return flat_index({"a": shares}, {"a": errors}, sizes={"a": sizes}, law=SHARE, normalisation="goalposts", **goals)


def of_means(answers: list[list[float]], **method: float) -> Index:
    means = [float(np.mean(given)) for given in answers]
    errors = np.array([np.std(given, ddof=1) / np.sqrt(len(given)) for given in answers])
    known, drawn = sampled(np.array(means), errors, np.array([float(len(given)) for given in answers]), MEAN)
    goals = {"goal_low": 0.0, "goal_high": 100.0} | method
    return flat_index(
        {"a": means}, {"a": known.tolist()}, sizes={"a": drawn.tolist()}, law=MEAN, normalisation="goalposts", **goals
    )  # fmt: skip


def quantiles(drawn: Floats) -> Floats:
    found: Floats = np.quantile(drawn, [0.05, 0.95], axis=0)
    return found


def test_a_share_is_drawn_from_the_posterior_of_its_counts() -> None:
    """Nought of two may be more than half of all; the normal draw, cut at nought, ended its interval at 0.3."""
    drawn = Simulation(of_shares(COUNTS), OFTEN).run().scores / 100
    for column, (found, size) in enumerate(COUNTS):
        law = stats.beta(found + 0.5, size - found + 0.5)
        assert stats.kstest(drawn[:, column], law.cdf).pvalue > 0.001, (found, size)
        low, high = proportion_confint(found, size, alpha=0.1, method="jeffreys")
        expected = (law.ppf(0.05), law.ppf(0.95)) if found in (0, size) else (low, high)
        assert quantiles(drawn[:, column]) == pytest.approx(expected, abs=0.02), (found, size)


@given(found=st.integers(0, 400), missed=st.integers(0, 400), place=st.floats(-6, 6))
@rules_of_hypothesis(max_examples=60)
def test_between_its_places_a_quantile_function_is_as_good_as_straight(found: int, missed: int, place: float) -> None:
    if found + missed == 0:
        return
    law = law_of(of_shares([(found, found + missed)]).leaves[0])
    assert law is not None
    exact = stats.beta(found + 0.5, missed + 0.5).ppf(stats.norm.cdf(place))
    assert law.values(np.array([[place]]), np.array([0]))[0, 0] == pytest.approx(exact, abs=1e-4)


def test_a_mean_of_few_is_drawn_around_itself_by_students_t() -> None:
    """Of five the normal draw was a quarter too narrow."""
    answers = [[80.0, 85, 90, 88, 79], [50.0, 60, 55], [float(50 + 7 * number % 41) for number in range(30)]]
    drawn = Simulation(of_means(answers), OFTEN).run().scores
    for column, given_ones in enumerate(answers):
        expected = stats.t.interval(
            0.9, len(given_ones) - 1, loc=np.mean(given_ones), scale=stats.sem(given_ones)
        )  # fmt: skip
        assert quantiles(drawn[:, column]) == pytest.approx(expected, rel=0.02), column
        normal = 2 * 1.645 * stats.sem(given_ones)
        assert np.ptp(expected) > normal
    rows = stats.bootstrap((answers[2],), np.mean, confidence_level=0.9, rng=np.random.default_rng(3))
    assert quantiles(drawn[:, 2]) == pytest.approx(tuple(rows.confidence_interval), abs=0.6)


def test_equal_observations_are_no_proof_that_all_are_equal() -> None:
    """Five experts who all say 90 had no error and stood still; the mean takes the largest one known."""
    same, varied = [90.0] * 5, [80.0, 85, 95, 88, 79]
    drawn = Simulation(of_means([same, varied]), OFTEN).run().scores
    assert drawn[:, 0].std() == pytest.approx(float(stats.sem(varied)), rel=0.05)
    counted_in_full, _ = sampled(np.array([90.0, 80]), np.array([0.0, 2]), np.array([np.nan, 5]), MEAN)
    assert counted_in_full.tolist() == [0, 2]


@given(
    counts=st.lists(st.tuples(st.integers(0, 9), st.integers(1, 9)), min_size=2, max_size=4),
    answers=st.lists(st.lists(st.floats(0, 100), min_size=2, max_size=4), min_size=2, max_size=4),
)
@rules_of_hypothesis(max_examples=25, deadline=None)
def test_no_draw_leaves_what_is_possible(counts: list[tuple[int, int]], answers: list[list[float]]) -> None:
    """Goalposts far outside would let a value that left its range be seen."""
    few = rules(error_scale=1, draw_count=128)
    index = of_shares([(min(found, size), size) for found, size in counts], goal_low=-1, goal_high=2)
    shares = Simulation(index, few).run().scores * 3 / 100 - 1
    assert shares.min() >= -1e-9
    assert shares.max() <= 1 + 1e-9
    means = Simulation(of_means(answers, goal_low=-100, goal_high=200), few).run().scores * 3 - 100
    assert means.min() >= -1e-7
    assert means.max() <= 100 + 1e-7


def test_what_stands_in_for_a_gap_is_no_less_than_nothing_where_nobody_has_less() -> None:
    """Days since an update fell below nought in half of the draws."""
    scale: dict[str, Any] = {"normalisation": "goalposts", "goal_low": -50, "goal_high": 50}
    filled = flat_index({"a": [1.0, 30, 60]}, {"a": [20.0, 0, 0]}, **scale)
    drawn = Simulation(filled, OFTEN).run().scores - 50
    assert drawn[:, 0].min() == 0
    below = flat_index({"a": [1.0, 30, -1]}, {"a": [20.0, 0, 0]}, **scale)
    assert Simulation(below, OFTEN).run().scores[:, 0].min() < 30


def test_the_interval_of_a_rank_over_sampling_is_that_of_ranked_draws_of_the_counts() -> None:
    counts = [(found, 50) for found in (0, 4, 10, 20, 24, 24, 30, 41, 46, 48, 50, 50)]
    varied = rules(error_scale=1, sensitivity_count=1024, draw_count=2048)
    index = of_shares(counts)
    found = RankedIndex(index).summarise(varied, Simulation(index, varied).run())[RANK_INTERVAL]
    random = np.random.default_rng(5)
    drawn = np.stack([random.beta(k + 0.5, n - k + 0.5, 20_000) for k, n in counts], axis=1)
    ranks = stats.rankdata(-drawn, method="average", axis=1)
    best, worst = np.quantile(ranks, [0.05, 0.95], axis=0)
    published = stats.rankdata([-k for k, _ in counts], method="min")
    assert np.abs(found["sampling_rank_p05"].to_numpy() - np.minimum(best, published)).max() <= 1
    assert np.abs(found["sampling_rank_p95"].to_numpy() - np.maximum(worst, published)).max() <= 1
    assert found["sampling_rank_p95"].to_list()[0] == 12
    # By the posterior of 50 of 50 nobody has all of them: draws alone would leave the published score outside.
    assert found["score_p95"].to_list()[-1] == 100
