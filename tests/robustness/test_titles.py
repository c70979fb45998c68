"""How firm wins are: what must come out of the draws of small titles, and of the indices they are made of."""

from collections.abc import Sequence

import numpy as np
import polars as pl
import pytest
from scipy import stats  # type: ignore[import-untyped]

from pipelines.robustness.laws import MEAN, known_errors
from pipelines.robustness.simulation import Simulation, Wanted
from pipelines.robustness.titles import CarriedIndex, Exclusion, NodeKey, Title, decide_titles, title_of
from tests.fixtures.drawing import Columns, alike, flat_index, rules

CANDIDATES = pl.DataFrame(
    {
        "subject_id": ["far", "even2", "even1", "ahead", "alone"],
        "rank_class": ["x", "x", "x", "x", "y"],
        "quota": [2, 2, 2, 2, 1],
        "threshold_score": pl.Series([None] * 5, dtype=pl.Float64),
        "is_eligible": [True] * 5,
        "is_synthetic": [False, True, False, False, False],
        "index": [10.0, 40.0, 60.0, 95.0, None],
        "experts": [10.0, 60.0, 40.0, 95.0, 20.0],
        "experts_standard_error": [None, 1.0, 1.0, None, 2.0],
    }
)


def firmness(candidates: pl.DataFrame) -> pl.DataFrame:
    varied = rules(weight_noise=0.25, error_scale=1, draw_count=1000)
    title = title_of(candidates, {"index": 2.0, "experts": 2.0}, 2017, ("series1", "test"))
    [found] = decide_titles([title], [], {title.key: varied}, {})
    return found


def test_the_chance_of_an_award_is_told_by_class_and_quota() -> None:
    found = firmness(CANDIDATES)
    assert found["subject_id"].to_list() == ["ahead", "even1", "even2", "far", "alone"]
    ahead, first, second, far, alone = found["chance"].to_list()
    assert (ahead, far, alone) == (1, 0, 1)
    assert first == pytest.approx(0.5, abs=0.1)
    assert first + second == pytest.approx(1, abs=0.01)
    assert found.select("rank_p05", "rank_p95").rows() == [(1, 1), (2, 3), (2, 3), (4, 4), (1, 1)]
    assert found["is_synthetic"].to_list() == [False, False, True, False, False]
    assert firmness(CANDIDATES.reverse()).equals(found)


def test_who_may_fall_below_the_threshold_may_lose_whatever_the_rank() -> None:
    found = firmness(CANDIDATES.with_columns(threshold_score=pl.lit(20.0)))
    chances = dict(found.select("subject_id", "chance").iter_rows())
    assert chances["ahead"] == 1
    assert chances["alone"] == pytest.approx(0.5, abs=0.1)


def contest(
    series: str, stage: int, scores: Columns, errors: Columns, sizes: Columns | None = None, **nodes: NodeKey
) -> Title:
    """A title with one place, whose inputs count alike; those of which sizes are given are means of so many."""
    count = len(next(iter(scores.values())))
    frame = pl.DataFrame(
        {
            "subject_id": [f"s{number}" for number in range(count)],
            "rank_class": ["all"] * count,
            "quota": [1] * count,
            "threshold_score": pl.Series([None] * count, dtype=pl.Float64),
            "is_eligible": [True] * count,
            "is_synthetic": [False] * count,
            **scores,
            **{f"{name}_standard_error": column for name, column in errors.items()},
            **{f"{name}_sample_size": column for name, column in (sizes or {}).items()},
        }
    )
    laws = dict.fromkeys(sizes or {}, MEAN)
    return title_of(frame, dict.fromkeys(scores, 1.0), 2017, (series, "t"), stage=stage, nodes=nodes, laws=laws)


def chances(*titles: Title, exclusions: Sequence[Exclusion] = (), **indices: CarriedIndex) -> dict[str, list[float]]:
    varied = rules(error_scale=1, draw_count=2000)
    found = decide_titles(titles, exclusions, {title.key: varied for title in titles}, {2017: indices})
    return {frame["series_code"][0]: frame["chance"].to_list() for frame in found}


def test_who_wins_one_title_in_a_draw_cannot_win_in_it_what_that_excludes_from() -> None:
    first = contest("series1", 1, {"a": [60, 60, 10]}, {"a": [3, 3, 3]})
    third = contest("series3", 2, {"a": [90, 80, 20]}, {"a": [0, 0, 0]})
    apart = chances(third, first)
    assert apart["series3"] == [1, 0, 0]
    excluded = Exclusion(2017, "series3", "t", "series1", "*")
    together = chances(third, first, exclusions=[excluded])
    assert together["series1"] == apart["series1"]
    ahead, behind, _ = together["series1"]
    assert ahead == pytest.approx(0.5, abs=0.05)
    assert together["series3"] == [1 - ahead, 1 - behind, 0]


def test_chances_carry_the_choices_of_the_index_and_one_noise_for_its_nodes() -> None:
    """Held against the same draws in plain numpy; with errors of their own the inputs would be certain here."""
    index = flat_index({"a": [80, 40, 55], "b": [30, 71, 55]}, {"b": [4, 4, 4]})
    varied = rules(weight_noise=0.5, error_scale=1, aggregations=alike("own", "geometric"), draw_count=2000)
    wanted = Wanted(("root", "b"), np.arange(3))
    draws = Simulation(index, varied, wanted=wanted).run()
    assert np.array_equal(draws.nodes["root"], draws.scores)
    carried = CarriedIndex(index.subject_ids, draws.nodes)
    published = {"whole": [55.0, 55.5, 55.0], "part": [30.0, 71.0, 55.0]}
    still = {"whole": [0, 0, 0], "part": [0, 0, 0]}
    title = contest("series1", 1, published, still, whole=("toy", "root"), part=("toy", "b"))
    found = chances(title, toy=carried)["series1"]
    scores = (draws.nodes["root"] + draws.nodes["b"]) / 2
    expected = (scores == scores.max(axis=1, keepdims=True)).mean(axis=0)
    assert found == pytest.approx(expected.tolist(), abs=1e-3)
    whole = contest("series1", 1, {"whole": published["whole"]}, {}, whole=("toy", "root"))
    alone = chances(whole, toy=carried)["series1"]
    assert alone == pytest.approx((draws.ranks == 1).mean(axis=0).tolist(), abs=1e-3)
    assert min(alone[:2]) > 0.05
    assert chances(whole)["series1"] == [0, 1, 0]


def test_who_is_not_ranked_in_the_index_moves_by_the_own_error() -> None:
    carried = CarriedIndex(("s0",), {"root": np.full((7, 1), 50.0)})
    title = contest("series1", 1, {"whole": [90, 50]}, {"whole": [0, 5]}, whole=("toy", "root"))
    ahead, behind = chances(title, toy=carried)["series1"]
    assert ahead == pytest.approx(0.5, abs=0.05)
    assert behind == pytest.approx(0.5, abs=0.05)


def test_an_error_nobody_knows_is_no_certainty() -> None:
    """One answer alone has no error of its own; taken for none it won or lost for certain."""
    known = known_errors(np.array([1.0, 2.0, np.nan, 4.0]), np.array([np.nan, 0.5, np.nan, 0.2]))
    assert known.tolist() == [0.5, 0.5, 0, 0.2]
    unknown = known_errors(np.array([1.0, 3.0]), np.array([np.nan, np.nan]))
    assert unknown == pytest.approx(np.full(2, np.sqrt(2)))
    assert chances(contest("series1", 1, {"a": [50, 51]}, {"a": [None, 4]}))["series1"][0] > 0.3


def test_the_fewer_scored_the_likelier_the_next_one_wins() -> None:
    """Three experts and the same error: a fifth more often than by the normal draw, as of t with two degrees."""
    scores, errors, sizes = {"a": [50.0, 56.0]}, {"a": [2.0, 2.0]}, {"a": [3.0, 3.0]}
    drawn = stats.t(2).rvs((200_000, 2), random_state=np.random.default_rng(9)) * 2 + [50, 56]
    few = chances(contest("series1", 1, scores, errors, sizes))["series1"][0]
    assert few == pytest.approx((drawn[:, 0] > drawn[:, 1]).mean(), abs=0.02)
    assert chances(contest("series1", 1, scores, errors))["series1"][0] < 0.8 * few
