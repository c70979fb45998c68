"""How sure ranks are: what must come out of the draws of small indices, whoever is drawn how often."""

import csv
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import settings as rules_of_hypothesis
from hypothesis import strategies as st
from SALib.analyze import sobol  # type: ignore[import-untyped]
from SALib.sample import sobol as sobol_draws  # type: ignore[import-untyped]
from scipy.stats import qmc, rankdata  # type: ignore[import-untyped]

from pipelines.errors import FrameworkError
from pipelines.reference.rows import seed_path
from pipelines.robustness.arithmetic import places_from_best, round_away
from pipelines.robustness.draws import Sample
from pipelines.robustness.index import Branch, Index
from pipelines.robustness.rules import CHOICE_CODES, Rules, read_rules
from pipelines.robustness.simulation import Draws, Simulation, Wanted
from pipelines.robustness.tables import RANK_INTERVAL, SENSITIVITY, TOP_CHANCE, RankedIndex
from pipelines.settings import SEEDS_DIR
from tests.fixtures.drawing import alike, flat_index, rules
from tests.fixtures.index_reference import competition_ranks

EVERYTHING: dict[str, Any] = {
    "weight_noise": 0.25,
    "normalisations": alike("own", "min_max", "z_score", "percentile"),
    "aggregations": alike("own", "arithmetic", "geometric"),
    "error_scale": 1,
}
SCORES = st.lists(st.floats(1, 100), min_size=4, max_size=4)


def told(index: Index, varied: Rules) -> dict[str, pl.DataFrame]:
    return RankedIndex(index).summarise(varied, Simulation(index, varied).run())


def chances(index: Index, varied: Rules, top_count: int = 1) -> list[float]:
    return told(index, varied)[TOP_CHANCE].filter(top_count=top_count)["chance"].to_list()


def sensitivity(index: Index, varied: Rules, outcome: str = "all_ranks") -> dict[str, dict[str, Any]]:
    rows = told(index, varied)[SENSITIVITY].filter(outcome_code=outcome).iter_rows(named=True)
    return {row["choice_code"]: row for row in rows}


def random_index(count: int = 60, **method: Any) -> Index:
    random = np.random.default_rng(7)
    values = {name: random.uniform(5, 95, count).tolist() for name in "abcd"}
    errors = {"b": np.where(random.random(count) < 0.5, 4.0, 0.0).tolist()}
    classes = sorted("xy"[place % 2] for place in range(count))
    return flat_index(values, errors, classes, **method)


def test_where_nothing_varies_an_interval_is_the_rank() -> None:
    index = random_index(normalisation="min_max")
    intervals = told(index, rules())[RANK_INTERVAL]
    for kind in ("score", "rank"):
        low, high = intervals[f"{kind}_p05"], intervals[f"{kind}_p95"]
        assert low.equals(high, check_names=False)
        assert low.equals(intervals[f"{kind}_p50"], check_names=False)


def test_who_is_alike_is_tied_in_every_draw() -> None:
    index = flat_index({"a": [80, 80, 10], "b": [30, 30, 20]}, normalisation="min_max")
    assert chances(index, rules(**EVERYTHING)) == [1, 1, 0]


def test_two_whose_strengths_mirror_each_other_have_even_chances() -> None:
    index = flat_index({"a": [90, 10], "b": [10, 90]})
    first, second = chances(index, rules(weight_noise=0.25, draw_count=2000))
    assert first + second == pytest.approx(1)
    assert first == pytest.approx(0.5, abs=0.05)


@given(better=SCORES, loss=st.lists(st.floats(0.5, 50), min_size=4, max_size=4), other=SCORES)
@rules_of_hypothesis(max_examples=30)
def test_who_is_worse_in_everything_never_comes_first(
    better: list[float], loss: list[float], other: list[float]
) -> None:
    worse = [score - less for score, less in zip(better, loss, strict=True)]
    index = flat_index(dict(zip("abcd", zip(better, worse, other, strict=True), strict=True)), normalisation="min_max")
    varied = rules(**EVERYTHING | {"draw_count": 128})
    draws = Simulation(index, varied).run()
    assert (draws.ranks[:, 0] <= draws.ranks[:, 1]).all()
    assert RankedIndex(index).summarise(varied, draws)[TOP_CHANCE].filter(top_count=1)["chance"][1] == pytest.approx(
        np.mean(draws.ranks[:, 1] == 1)
    )
    assert chances(flat_index({"a": [90, 80], "b": [50, 40]}), varied) == [1, 0]


def test_the_more_a_value_may_be_wrong_the_wider_the_interval() -> None:
    values = {"a": np.linspace(10, 90, 30).tolist()}
    widths = []
    for error in (0.0, 3.0, 12.0):
        intervals = told(flat_index(values, {"a": [error] * 30}), rules(error_scale=1))[RANK_INTERVAL]
        widths.append((intervals["rank_p95"] - intervals["rank_p05"]).mean())
    assert widths[0] == 0
    assert widths[0] < widths[1] < widths[2]


def test_what_is_sampled_once_moves_every_indicator_that_reads_it_alike() -> None:
    index = flat_index({"a": [50, 50], "b": [50, 50]}, {"a": [9, 9], "b": [9, 9]})
    one_measure = [replace_measure(index, name) for name in ("m", None)]
    spread = [Simulation(each, rules(error_scale=1)).run().scores.std() for each in one_measure]
    assert spread[0] == pytest.approx(spread[1] * np.sqrt(2), rel=0.1)


def replace_measure(index: Index, measure: str | None) -> Index:
    """The same index, whose indicators all read one measure, or each its own."""
    leaves = tuple(replace(leaf, measure=measure or leaf.measure) for leaf in index.leaves)
    return replace(index, root=replace(index.branches[0], children=leaves))


def test_an_interval_over_choices_and_one_over_sampling() -> None:
    """Each is as wide as what varies makes it, and nobody stands outside: noise at an end of the scale only lowers."""
    index = random_index(normalisation="min_max")
    still, chosen, sampled = (
        told(index, rules(**varied))[RANK_INTERVAL]
        for varied in ({}, EVERYTHING | {"error_scale": 0}, {"error_scale": 1})
    )
    widths = {
        name: [(frame[f"{kind}_p95"] - frame[f"{kind}_p05"]).sum() for kind in ("choice_rank", "sampling_rank")]
        for name, frame in (("still", still), ("chosen", chosen), ("sampled", sampled))
    }
    assert widths["still"] == [0, 0]
    assert widths["chosen"][0] > 0
    assert widths["chosen"][1] == 0
    assert widths["sampled"][0] == 0
    assert widths["sampled"][1] > 0


def test_nobody_stands_outside_the_own_interval() -> None:
    """Four share the best score; draws that move them can only part them downwards."""
    values = [100.0, 100.0, 100.0, 100.0, *np.linspace(90, 10, 20)]
    index = flat_index({"a": values}, {"a": [8.0] * 24}, normalisation="goalposts", goal_low=0, goal_high=100)
    varied = rules(error_scale=1, weight_noise=0.25)
    draws = Simulation(index, varied).run()
    assert (np.median(draws.ranks, axis=0)[:4] > draws.base_ranks[:4]).any()
    intervals = RankedIndex(index).summarise(varied, draws)[RANK_INTERVAL]
    for kind in ("rank", "choice_rank", "sampling_rank"):
        assert (intervals[f"{kind}_p05"].to_numpy() <= draws.base_ranks).all()
        assert (intervals[f"{kind}_p95"].to_numpy() >= draws.base_ranks).all()


def test_the_frameworks_own_method_is_not_drawn_under_another_name() -> None:
    """An arithmetic index had half of its draws arithmetic, its own and the alternative of that name."""
    index = random_index(normalisation="min_max")
    in_force = Simulation(index, rules(**EVERYTHING)).rules
    assert dict(in_force.aggregations) == {"own": 0.5, "geometric": 0.5}
    assert set(dict(in_force.normalisations)) == {"own", "z_score", "percentile"}
    assert sum(dict(in_force.normalisations).values()) == pytest.approx(1)


def test_draws_are_evener_than_chance_and_their_halves_are_independent() -> None:
    index = random_index(normalisation="min_max")
    varied = rules(**EVERYTHING)
    first, second = (Sample(index, varied, name, 256).points for name in "ab")
    chance = np.random.default_rng(3).random(first.shape)
    assert qmc.discrepancy(first) < qmc.discrepancy(chance)
    assert np.abs(np.corrcoef(first.T, second.T)[:6, 6:]).max() < 0.2
    assert (np.sort(Sample(index, varied, "a", 128).points, axis=0) >= 0).all()
    assert np.array_equal(Sample(index, varied, "a", 128).points, first[:128])


def test_sensitivity_has_settled_at_the_size_it_is_published_with() -> None:
    """First order, on which 128 pairs of plain draws differ by 0.07 and more from one stream to the next."""
    settled = {"sensitivity_count": 1024, "draw_count": 2048}
    streams = [replace(random_index(normalisation="min_max"), index_code=code) for code in ("one", "two")]
    one, two = (sensitivity(index, rules(**EVERYTHING | settled)) for index in streams)
    for choice in CHOICE_CODES:
        assert one[choice]["first_order"] == pytest.approx(two[choice]["first_order"], abs=0.05), choice
        assert one[choice]["total_order"] == pytest.approx(two[choice]["total_order"], abs=0.05), choice


def test_salib_finds_the_same_shares_with_draws_and_a_model_of_its_own() -> None:
    """Weights and aggregation alone, written down here once more: its sequence, its estimators, subject by subject."""
    values = np.random.default_rng(11).uniform(5, 95, (25, 4))
    names = ("w1", "w2", "w3", "w4", "mean")
    problem = {
        "num_vars": 5, "names": names, "bounds": [[0, 1]] * 5, "groups": ["weights"] * 4 + ["aggregation"],
    }  # fmt: skip
    points = sobol_draws.sample(problem, 1024, calc_second_order=False, seed=5)
    weights = 1 + 0.25 * (2 * points[:, :4] - 1)
    weights /= weights.sum(axis=1, keepdims=True)
    scores = np.where(points[:, 4:] < 0.5, weights @ values.T, 100 * np.exp(weights @ np.log(values.T / 100)))
    ranks = rankdata(-scores, axis=1)
    found = [
        sobol.analyze(problem, column, calc_second_order=False, num_resamples=2, seed=5) for column in ranks.T
    ]  # fmt: skip
    index = flat_index({name: column.tolist() for name, column in zip("abcd", values.T, strict=True)})
    varied = rules(
        weight_noise=0.25, aggregations=alike("own", "geometric"), sensitivity_count=1024, draw_count=2048
    )  # fmt: skip
    ours = sensitivity(index, varied)
    for place, choice in enumerate(("weights", "aggregation")):
        for order, column in (("S1", "first_order"), ("ST", "total_order")):
            theirs = np.average([each[order][place] for each in found], weights=ranks.var(axis=0))
            assert ours[choice][column] == pytest.approx(theirs, abs=0.04), (choice, column)


def test_salib_finds_the_same_shares_and_bounds_in_the_same_draws() -> None:
    """But for the centre, which SALib takes over all draws and scipy over A and B."""
    index = random_index(normalisation="min_max")
    varied = rules(**EVERYTHING, sensitivity_count=512, draw_count=1024)
    draws = Simulation(index, varied).run()
    outcomes = np.vstack([draws.shifts_a, draws.shifts_ab, draws.shifts_b]).T.ravel()
    problem = {"num_vars": 4, "names": CHOICE_CODES, "bounds": [[0, 1]] * 4}
    theirs = sobol.analyze(
        problem, outcomes, calc_second_order=False, num_resamples=200, conf_level=varied.confidence, seed=5
    )  # fmt: skip
    ours = sensitivity(index, varied, "mean_rank_shift")
    for place, choice in enumerate(CHOICE_CODES):
        row = ours[choice]
        assert (row["first_order"], row["total_order"]) == pytest.approx(
            (theirs["S1"][place], theirs["ST"][place]), abs=1e-4
        ), choice
        half = (row["first_order_high"] - row["first_order_low"]) / 2
        assert half == pytest.approx(theirs["S1_conf"][place], rel=0.35), choice


def columns(found: np.ndarray | Mapping[Any, np.ndarray]) -> list[bytes]:
    """The bytes of an array, or of each of several."""
    return [array.tobytes() for array in (found.values() if isinstance(found, Mapping) else [found])]


def test_neither_blocks_nor_threads_change_a_digit() -> None:
    index = random_index(normalisation="min_max")
    varied = rules(**EVERYTHING)
    one, two, three = (
        Simulation(index, varied, block_cells, Wanted(("root", "a"), np.array([1, 3]))).run(threads)
        for block_cells, threads in ((1, 1), (997, 2), (1 << 20, 1))
    )
    for name in vars(one):
        first, second, third = (columns(getattr(draws, name)) for draws in (one, two, three))
        assert first == second == third, name


def test_of_several_choices_the_one_that_acts_alone_has_it_all() -> None:
    index = random_index(normalisation="min_max")
    for choice, varied in {
        "weights": {"weight_noise": 0.25},
        "aggregation": {"aggregations": alike("own", "harmonic")},
        "normalisation": {"normalisations": alike("own", "percentile")},
        "sampling": {"error_scale": 1},
    }.items():
        for outcome in ("all_ranks", "mean_rank_shift"):
            found = sensitivity(index, rules(**varied, sensitivity_count=256, draw_count=512), outcome)
            assert set(found) == set(CHOICE_CODES)
            assert found[choice]["total_order"] == pytest.approx(1, abs=0.3), (choice, outcome)
            assert found[choice]["first_order"] == pytest.approx(1, abs=0.3), (choice, outcome)
            assert all(found[other]["total_order"] == 0 for other in CHOICE_CODES if other != choice)
            assert found[choice]["total_order_low"] < found[choice]["total_order"] < found[choice]["total_order_high"]


def test_the_choice_that_acts_most_has_the_largest_share() -> None:
    values = {"a": np.linspace(10, 90, 30).tolist(), "b": np.linspace(80, 20, 30).tolist()}
    index = flat_index(values, {"a": [25] * 30})
    found = sensitivity(index, rules(weight_noise=0.01, error_scale=1, sensitivity_count=128))
    assert found["sampling"]["total_order"] > 0.9
    assert found["weights"]["total_order"] < 0.2


def test_without_variation_there_is_a_reason_and_no_share() -> None:
    for row in told(random_index(), rules())[SENSITIVITY].iter_rows(named=True):
        assert row["total_order"] is None
        assert row["first_order_high"] is None
        assert row["null_reason"] == "no_variation"


def test_places_are_told_of_where_there_are_more_than_can_have_them() -> None:
    index = flat_index({"a": [3, 2, 1]}, classes=["x", "x", "y"])
    found = told(index, rules())[TOP_CHANCE]
    assert found.select("subject_id", "top_count", "chance").rows() == [("s0", 1, 1.0), ("s1", 1, 0.0)]


def test_percentiles_are_values_that_occurred() -> None:
    index = flat_index({"a": [90, 10], "b": [10, 90]})
    intervals = told(index, rules(weight_noise=0.25))[RANK_INTERVAL]
    draws: Draws = Simulation(index, rules(weight_noise=0.25)).run()
    for place in range(2):
        assert set(intervals.row(place)[5:8]) <= set(draws.scores[:, place])
        below = np.mean(draws.scores[:, place] <= intervals["score_p05"][place])
        assert below == pytest.approx(0.05, abs=1 / 400)


@given(st.lists(st.integers(-5, 5), min_size=1, max_size=30))
def test_places_are_competition_ranks(numbers: list[int]) -> None:
    expected = competition_ranks({str(place): number for place, number in enumerate(numbers)})
    assert places_from_best(np.array([numbers, numbers]))[1].tolist() == list(expected.values())


def test_halves_are_rounded_away_from_zero() -> None:
    assert round_away(np.array([0.5, 1.5, -0.5, 2.4999, -2.5]), 0).tolist() == [1, 2, -1, 2, -3]


@pytest.mark.parametrize(
    ("seed", "change", "fault"),
    [
        ("robustness_settings", {"sensitivity_count": "100"}, "line 2: sensitivity_count must be a power of two"),
        ("robustness_settings", {"draw_count": "128"}, "line 2: draw_count must be at least twice"),
        ("robustness_settings", {"top_counts": "1|zwei"}, "line 2: top_counts.1: "),
        ("robustness_settings", {"index_code": "performance"}, "no row for index influence"),
        ("robustness_choices", {"amount": "1"}, "line 2: a weight that moves by its whole would vanish"),
        ("robustness_choices", {"choice_code": "normalisation"}, "line 2: normalisation knows own, min_max"),
        ("robustness_choices", {"index_code": "performance"}, "no weights for index influence"),
        ("robustness_choices", {"amount": "viel"}, "line 2: amount: "),
    ],
)
def test_rules_that_cannot_be_followed_are_refused_with_their_row(
    tmp_path: Path, seed: str, change: dict[str, str], fault: str
) -> None:
    shutil.copytree(SEEDS_DIR, tmp_path / "seeds")
    path = seed_path(tmp_path / "seeds", seed)
    with path.open(encoding="utf-8", newline="") as stream:
        first, *others = csv.DictReader(stream)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, first)
        writer.writeheader()
        writer.writerows([first | change, *others])
    with pytest.raises(FrameworkError, match=fault):
        read_rules(tmp_path / "seeds")


def test_an_index_with_rows_of_its_own_is_varied_by_them_alone(tmp_path: Path) -> None:
    shutil.copytree(SEEDS_DIR, tmp_path / "seeds")
    with seed_path(tmp_path / "seeds", "robustness_choices").open("a", encoding="utf-8") as stream:
        stream.write("2017,performance,aggregation,own,1,合成,Aggregation,own_design,测试,a test,\n")
    read = read_rules(tmp_path / "seeds")
    assert read[2017, "performance"].aggregations == (("own", 1.0),)
    assert len(read[2017, "influence"].aggregations) == 3
    assert read[2017, "performance"].normalisations == read[2017, "influence"].normalisations


def test_rules_hold_until_a_later_edition_has_others(tmp_path: Path) -> None:
    shutil.copytree(SEEDS_DIR, tmp_path / "seeds")
    with seed_path(tmp_path / "seeds", "robustness_choices").open("a", encoding="utf-8") as stream:
        stream.write("2018,*,weights,uniform_noise,0.1,权重,Weights,own_design,测试,a test,\n")
    read = read_rules(tmp_path / "seeds")
    assert read[2016, "party_site"].weight_noise == read[2017, "influence"].weight_noise == 0.25
    assert read[2020, "legal_media"].weight_noise == 0.1


def test_what_was_not_measured_is_put_at_both_ends_of_the_class() -> None:
    """Of the third only one part is known; its class has 10, 20, 40 and 50 of the other."""
    values = {"a": [10.0, 20, 30, 40, 50, 60], "b": [10.0, 20, 5, 40, 50, 99]}
    index = flat_index(values, classes=["x"] * 5 + ["y"])
    gap = np.array([False, False, True, False, False, False])
    root = index.root
    assert isinstance(root, Branch)
    known, missing = root.children
    index = replace(index, root=replace(root, children=(known, replace(missing, is_gap=gap))))
    draws = Simulation(index, rules(draw_count=2, sensitivity_count=1)).run()
    # 30 and 10 are tied with 20 and 20; 30 and 50 with 40 and 40.
    assert draws.gap_ranks[0.1].tolist() == [0, 0, 3, 0, 0, 0]
    assert draws.gap_ranks[0.9].tolist() == [0, 0, 2, 0, 0, 0]


def test_yes_and_no_stay_what_they_are() -> None:
    index = flat_index({"a": [0, 1, 0.4]}, {"a": [0.2, 0.2, 0.2]}, normalisation="boolean")
    assert np.unique(Simulation(index, rules(error_scale=1)).run().scores, axis=0).tolist() == [[0, 100, 100]]


@pytest.mark.parametrize(
    ("method", "least", "greatest"),
    [
        ({"normalisation": "given"}, 0, 100),
        ({"normalisation": "goalposts", "goal_low": 0, "goal_high": 50}, 0, 100),
        ({"normalisation": "goalposts", "goal_low": 0, "goal_high": 100, "treatment": "winsorise"}, 20, 80),
        ({"normalisation": "goalposts", "goal_low": 19, "goal_high": 90, "treatment": "log"}, 0, 100),
        ({"normalisation": "min_max", "treatment": "log"}, 0, 100),
        ({"normalisation": "min_max", "goal_low": 10, "goal_high": 90}, 10, 90),
        ({"normalisation": "deduction", "points": 10, "points_per_unit": 0.1}, 0, 100),
        ({"normalisation": "banded", "bands": ((15.0, 10.0), (60.0, 90.0))}, 10, 90),
    ],
)
def test_a_value_moves_no_further_than_its_method_admits(method: dict[str, Any], least: float, greatest: float) -> None:
    index = flat_index({"a": [20, 40, 60, 80]}, {"a": [70, 70, 0, 70]}, **method)
    scores = Simulation(index, rules(error_scale=1)).run().scores
    assert np.isfinite(scores).all()
    assert scores.min() >= least
    assert scores.max() <= greatest
    assert np.ptp(scores[:, 0]) > 0
