"""Every method of the engine, against an independent computation, and what must not change a score."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from pipelines.settings import Settings
from tests.fixtures.composing import ENGINE, Composition, Row, compose, framework, node
from tests.fixtures.index_reference import aggregate, competition_ranks, normalise, weigh
from tests.fixtures.warehouse import rows_of

UNITS = [f"U{number:03}" for number in range(1, 41)]
NORMALISATIONS = [
    "given",
    "min_max",
    "goalposts",
    "z_score",
    "rank",
    "percentile",
    "distance_to_best",
    "boolean",
    "banded",
    "deduction",
]
AGGREGATIONS = ["arithmetic", "geometric", "harmonic"]
WEIGHTINGS = ["given", "relative", "equal", "entropy", "critic"]
TREATMENTS = ["none", "winsorise", "log"]
MISSING = ["drop", "impute_median", "fail"]
BANDS = [(0.0, 0.0), (20.0, 40.0), (45.5, 70.0), (80.0, 100.0)]
LEAVES = 6
# Which other shapes of the same values may change no score: another origin and unit, or any that keeps the order.
VARIANTS = {
    "min_max": ["scaled", "better"],
    "z_score": ["scaled", "better"],
    "rank": ["scaled", "better", "curved"],
    "percentile": ["scaled", "better", "curved"],
}
RELATIVE = [*VARIANTS, "distance_to_best"]
SAME = [(name, "times") for name in NORMALISATIONS if name != "given"]
SAME += [(name, variant) for name, variants in VARIANTS.items() for variant in variants if variant != "better"]
RATIO = {"normalisation": "distance_to_best"}


def measured() -> pl.DataFrame:
    """Six measures of forty units, some unknown; the same again in another unit and out of other rows."""
    random = np.random.default_rng(2017)
    columns: dict[str, list[float | None]] = {}
    for number in range(LEAVES):
        numbers = np.round(random.gamma(4, 9, len(UNITS)).clip(1, 99), 3)
        unknown = random.random(len(UNITS)) < (0.1 if number % 2 else 0)
        columns[f"m{number}"] = [None if gap else float(value) for value, gap in zip(numbers, unknown, strict=True)]
    frame = pl.DataFrame({"unit": UNITS, **columns})
    frame = frame.with_columns((pl.col(f"m{n}") * 1000 - 7).alias(f"scaled{n}") for n in range(LEAVES))
    frame = frame.with_columns(
        *((pl.col(f"m{n}") * 1000).alias(f"times{n}") for n in range(LEAVES)),
        *((pl.col(f"m{n}") ** 3).alias(f"curved{n}") for n in range(LEAVES)),
    )
    places = np.arange(len(UNITS), dtype=float)
    frame = frame.with_columns(
        zeros=pl.lit(0.0),
        same=pl.lit(7.0),
        ties=pl.Series(places // 10 * 10),
        counted=pl.Series(places),
        debts=pl.Series(places - 20),
        absent=pl.lit(None, pl.Float64),
        wild=pl.Series(np.where(places % 13 == 5, places**4, places)),
        wilder=pl.Series(np.where(places % 4 == 1, -(places**4), places)),
        **{f"tiny{n}": pl.col(f"m{n}") * 1e-7 for n in range(LEAVES)},
    )
    better = pl.when(pl.col("unit") == UNITS[7])
    return frame.with_columns(
        better.then(pl.col(f"m{n}") + 5).otherwise(pl.col(f"m{n}")).alias(f"better{n}") for n in range(LEAVES)
    )


def index(code: str, number: int, measures: str = "m", **forced: object) -> list[Row]:
    """A root, two branches and six leaves, whose methods follow from the number."""
    aggregation = str(forced.get("aggregation", AGGREGATIONS[number % 3]))
    normalisation = str(forced.get("normalisation", NORMALISATIONS[number % len(NORMALISATIONS)]))
    if normalisation == "z_score":
        aggregation = "arithmetic"
    weighting = WEIGHTINGS[number % 5]
    leaf = {
        "normalisation": normalisation,
        "direction": 1 if number % 4 and normalisation != "deduction" else -1,
        "treatment": forced.get("treatment", TREATMENTS[(number // 2) % 3]),
        "treatment_parameter": 0.1,
        "missing_rule": MISSING[(number // 3) % 3],
        **({} if normalisation == "min_max" else {"goal_low": 10, "goal_high": 70}),
        "points_per_unit": 0.02,
    }
    rows: list[Row] = [node(code, "root", weight=6, weighting="relative", aggregation=aggregation)]
    for branch in range(2):
        name = f"branch{branch}"
        methods = {"weighting": weighting, "aggregation": aggregation}
        rows.append(node(code, name, "root", weight=6 if weighting == "given" else 3 - branch, **methods))
        for place in range(3):
            measure = f"external.{measures}{branch * 3 + place}"
            rows.append(
                node(code, f"{name}.{place}", name, weight=place + 1, measure_code=measure, **{**leaf, **forced})
            )
    return rows


def combinations() -> dict[str, list[Row]]:
    """Thirty indices in which each method meets others, and variants that must score the same, or no worse."""
    indices = {f"i{number:02}": index(f"i{number:02}", number) for number in range(30)}
    for normalisation in NORMALISATIONS:
        forced = {"normalisation": normalisation, "treatment": "none"}
        goals = {"goal_low": 10 * 1000, "goal_high": 70 * 1000, "points_per_unit": 0.02 / 1000}
        if normalisation == "min_max":
            goals = {}
        variants = ["m", "times", *VARIANTS.get(normalisation, [])]
        for measures in variants:
            code = f"{normalisation}_{measures}"
            indices[code] = index(code, 1, measures, **forced, **(goals if measures == "times" else {}))
        for leaf in range(LEAVES):
            code = f"{normalisation}_raised{leaf}"
            indices[code] = [raised(row, leaf) for row in index(code, 1, **forced)]
    return indices | unusual()


def whole(code: str, weights: list[int], **branch: object) -> list[Row]:
    """A root over a branch of as many leaves as there are weights, all of them measured."""
    leaf = {"measure_code": "external.counted", "normalisation": "given"}
    leaves = [node(code, f"leaf{n:02}", "branch", weight=weight, **leaf) for n, weight in enumerate(weights)]
    return [node(code, "root"), node(code, "branch", "root", **branch), *leaves]


def whole_evidence() -> dict[str, list[Row]]:
    """Trees of which nothing is missing: equal children from one to thirty, and relative weights of any size."""
    random = np.random.default_rng(18)
    weights = {f"relative{n:02}": random.integers(1, 1000, 2 + n).tolist() for n in range(30)}
    return {
        **{f"equal{n:02}": whole(f"equal{n:02}", [1] * n, weighting="equal") for n in range(1, 31)},
        **{code: whole(code, drawn, weighting="relative") for code, drawn in weights.items()},
    }


def small_and_plain() -> dict[str, list[Row]]:
    """Weights from the data, over the same points as they are and far below one."""
    return {
        (code := f"{weighting}_{size}"): [
            node(code, "root", weighting=weighting),
            *(
                node(code, f"{size}{n}", "root", measure_code=f"external.{size}{n}", normalisation="given")
                for n in (1, 3, 5)
            ),
        ]
        for weighting in ("entropy", "critic")
        for size in ("m", "tiny")
    }


def most(place: int) -> Row:
    """One of six equal children, the first of which nobody measured."""
    measure = "external.counted" if place else "external.absent"
    return node("most", f"leaf{place}", "root", measure_code=measure, normalisation="given")


def raised(row: Row, leaf: int) -> Row:
    """The same node; the one leaf reads the measure in which one unit is better."""
    return {**row, "measure_code": f"external.better{leaf}"} if row.get("measure_code") == f"external.m{leaf}" else row


def bands_of(row: Row) -> list[tuple[float, float]]:
    """The bands of a banded indicator, in the unit of what it reads."""
    unit = 1000 if "times" in str(row["measure_code"]) else 1
    return [(bound * unit, points) for bound, points in BANDS]


def unusual() -> dict[str, list[Row]]:
    """Trees and values at the edges of what the engine takes."""

    def flat(code: str, *columns: str, methods: Row | None = None, **cells: object) -> list[Row]:
        leaves = [node(code, name, "root", measure_code=f"external.{name}", **cells) for name in columns]
        return [node(code, "root", **(methods or {})), *leaves]

    given = {"normalisation": "given"}
    chain = [node("deep", "root"), *(node("deep", f"n{n}", f"n{n - 1}" if n > 1 else "root") for n in range(1, 5))]
    deep = [node("deep", name, above, measure_code=f"external.{name}") for name, above in (("m0", "n4"), ("m2", "n2"))]
    geometric, harmonic = ({"weighting": "equal", "aggregation": name} for name in ("geometric", "harmonic"))
    return {
        "deep": [*chain, *deep],
        "alone": flat("alone", "m0"),
        "leaf_alone": [node("leaf_alone", "root", measure_code="external.m0")],
        "absent": flat("absent", "m0", "absent"),
        "absent_rank": flat("absent_rank", "m0", "absent", normalisation="rank", missing_rule="impute_median"),
        "geometric_zero": flat("geometric_zero", "zeros", "m0", methods=geometric, **given),
        "harmonic_zero": flat("harmonic_zero", "counted", "m0", methods=harmonic, **given),
        "entropy_edges": flat(
            "entropy_edges", "zeros", "same", "ties", "m0", methods={"weighting": "entropy"}, **given
        ),
        "entropy_none": flat("entropy_none", "zeros", "same", methods={"weighting": "entropy"}, **given),
        "critic_edges": flat("critic_edges", "same", "ties", "counted", "m2", methods={"weighting": "critic"}, **given),
        "critic_gaps": flat("critic_gaps", "m1", "m3", "m5", methods={"weighting": "critic"}, **given),
        "ranged": flat("ranged", "counted", "same", goal_low=1, goal_high=100),
        "ranged_less": flat("ranged_less", "m0", "ties", goal_low=20, goal_high=70, direction=-1),
        "ranged_geometric": flat("ranged_geometric", "counted", "m0", methods=geometric, goal_low=1, goal_high=100),
        "log_goalposts": flat(
            "log_goalposts", "counted", "m0", treatment="log", normalisation="goalposts", goal_low=2, goal_high=30
        ),
        "log_zero": flat("log_zero", "counted", "m0", treatment="log"),
        "winsorised_ties": flat("winsorised_ties", "ties", treatment="winsorise", treatment_parameter=0.3),
        "debts_less": flat("debts_less", "debts", normalisation="goalposts", goal_low=-30, goal_high=10, direction=-1),
        "debts_deducted": flat("debts_deducted", "debts", normalisation="deduction", points_per_unit=0.1, direction=-1),
        **{f"same_{name}": flat(f"same_{name}", "same", "m0", normalisation=name) for name in RELATIVE},
        **{
            f"skewed_{name}": flat(f"skewed_{name}", name, treatment="skew", treatment_parameter=5)
            for name in ("wild", "wilder", "ties", "m0")
        },
        "worst": flat("worst", "m1", "m3", "m0", methods=geometric, missing_rule="impute_worst", treatment="log"),
        "worst_less": flat(
            "worst_less", "m3", "m0", methods={"weighting": "critic"}, missing_rule="impute_worst", direction=-1
        ),
        "ties_ranked": flat("ties_ranked", "ties", "counted", normalisation="percentile", direction=-1),
    }


@pytest.fixture(scope="module")
def indices() -> dict[str, list[Row]]:
    return combinations()


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory, indices: dict[str, list[Row]]) -> Settings:
    nodes = [row for rows in indices.values() for row in rows]
    bands = [
        {"edition": row["edition"], "index_code": row["index_code"], "node_code": row["node_code"]}
        | {"lower_bound": bound, "points": points}
        for row in nodes
        if row.get("normalisation") == "banded"
        for bound, points in bands_of(row)
    ]
    complete = whole_evidence() | small_and_plain()
    nodes += [row for rows in complete.values() for row in rows]
    nodes += [node("ratio", "root"), node("ratio", "debts", "root", measure_code="external.debts", **RATIO)]
    frameworks = [framework(code, coverage_min=0.6) for code in [*indices, "ratio"]]
    frameworks += [framework(code, coverage_min=0 if code in small_and_plain() else 1) for code in complete]
    # Five of six children, written in as many digits as a hand writes.
    nodes += [node("most", "root", weighting="equal"), *(most(place) for place in range(6))]
    frameworks.append(framework("most", coverage_min=0.8333333333))
    return compose(tmp_path_factory.mktemp("engine"), Composition(frameworks, nodes, bands), measured(), tables=ENGINE)


@pytest.fixture(scope="module")
def scores(settings: Settings) -> dict[tuple[str, str, str], dict[str, Any]]:
    rows = rows_of(settings, "indices.idx_score").iter_rows(named=True)
    return {(row["index_code"], row["node_code"], row["subject_id"].removeprefix("unit:")): row for row in rows}


def expected_scores(rows: list[Row]) -> dict[str, dict[str, float | None]]:
    """Every node's scores by unit, from the bottom up, by the reference."""
    values = measured()
    scored: dict[str, dict[str, float | None]] = {}
    for row in reversed(rows):
        code = str(row["node_code"])
        if "measure_code" in row:
            column = str(row["measure_code"]).removeprefix("external.")
            known = {unit: value for unit, value in values.select("unit", column).iter_rows() if value is not None}
            if row["missing_rule"] == "impute_median":
                known = {unit: known.get(unit, float(np.median(list(known.values())))) for unit in UNITS if known}
            if row["missing_rule"] == "impute_worst":
                known = filled_with_the_worst(known, int(str(row["direction"])))
            normalised = normalise(known, row, bands_of(row)) if known else {}
            scored[code] = {unit: normalised.get(unit) for unit in UNITS}
            continue
        below = [other for other in rows if other["parent_code"] == code]
        columns = [scored[str(other["node_code"])] for other in below]
        known_columns = [{unit: score for unit, score in column.items() if score is not None} for column in columns]
        shares = weigh(str(row["weighting"]), [float(str(other["weight"])) for other in below], known_columns)
        scored[code] = {unit: _aggregated(row, below, shares, [column[unit] for column in columns]) for unit in UNITS}
    return scored


def filled_with_the_worst(known: dict[str, float], direction: int) -> dict[str, float]:
    """Who has no value takes the worst; the worst one itself counts as the next, and gains nothing by hiding it."""
    from_worst = sorted(known.values(), key=lambda value: direction * value)
    better = max if direction > 0 else min
    counted = {unit: better(value, from_worst[1]) for unit, value in known.items()}
    return {unit: counted.get(unit, from_worst[0]) for unit in UNITS}


def _aggregated(row: Row, below: list[Row], shares: np.ndarray, found: list[float | None]) -> float | None:
    required = [other.get("missing_rule") == "fail" for other in below]
    if any(needed and score is None for needed, score in zip(required, found, strict=True)):
        return None
    return aggregate(str(row["aggregation"]), shares, found)


@pytest.mark.parametrize("code", sorted(combinations()))
def test_every_method_agrees_with_an_independent_computation(
    code: str, indices: dict[str, list[Row]], scores: Mapping[tuple[str, str, str], Mapping[str, Any]]
) -> None:
    for node_code, by_unit in expected_scores(indices[code]).items():
        for unit, expected in by_unit.items():
            row = scores[code, node_code, unit]
            assert row["score"] == (None if expected is None else pytest.approx(expected, abs=1e-9)), (node_code, unit)
            assert (row["score"] is None) == (row["null_reason"] is not None and not row["is_imputed"])


@pytest.mark.parametrize("code", sorted(combinations()))
def test_ranks_are_competition_ranks_of_those_with_enough_evidence(code: str, settings: Settings) -> None:
    rows = rows_of(settings, "indices.idx_rank").filter(index_code=code)
    ranked = rows.filter(pl.col("index_score").is_not_null())
    expected = competition_ranks(dict(ranked.select("subject_id", "index_score").iter_rows()))
    assert dict(ranked.select("subject_id", "subject_rank").iter_rows()) == expected
    unranked = rows.filter(pl.col("index_score").is_null())
    assert unranked["subject_rank"].null_count() == len(unranked)
    assert unranked["null_reason"].null_count() == 0


@pytest.mark.parametrize("code", [*whole_evidence(), "most"])
def test_a_sum_of_shares_reaches_the_limit_it_adds_up_to(code: str, settings: Settings) -> None:
    """Three thirds are one: added as decimals they are 0.999999999999999945, which ranked nobody."""
    rows = rows_of(settings, "indices.idx_rank").filter(index_code=code)
    assert set(rows["coverage"]) == {round(5 / 6, 12) if code == "most" else 1.0}
    assert rows["subject_rank"].null_count() == 0
    assert len(rows) == len(UNITS)


@pytest.mark.parametrize("weighting", ["entropy", "critic"])
def test_points_far_below_one_are_weighed_as_any_others(weighting: str, settings: Settings) -> None:
    """Rounded to ten decimals, and squared to eighteen, they had lost the digits that weights are made of."""
    nodes = rows_of(settings, "indices.dim_framework_node").filter("is_leaf").sort("node_code")
    plain, tiny = (nodes.filter(index_code=f"{weighting}_{size}")["weight_share"].to_numpy() for size in ("m", "tiny"))
    assert tiny == pytest.approx(plain, abs=1e-9)
    assert np.ptp(plain) > 0.01


def test_outliers_are_drawn_in_on_the_side_they_lie_on(settings: Settings) -> None:
    scores = rows_of(settings, "indices.idx_score").filter("is_leaf")
    moved = {
        name: scores.filter(pl.col("index_code") == f"skewed_{name}", pl.col("raw_value") != pl.col("treated_value"))
        for name in ("wild", "ties")
    }
    assert 0 < len(moved["wild"]) <= 5
    assert (moved["wild"]["raw_value"] > moved["wild"]["treated_value"]).all()
    assert moved["ties"].is_empty()


@pytest.mark.parametrize(("normalisation", "variant"), SAME)
def test_another_unit_or_another_scale_of_the_same_order_changes_no_score(
    normalisation: str, variant: str, scores: Mapping[tuple[str, str, str], Mapping[str, Any]]
) -> None:
    for unit in UNITS:
        ours, theirs = (scores[f"{normalisation}_{measures}", "root", unit]["score"] for measures in ("m", variant))
        assert theirs == pytest.approx(ours, abs=1e-9)


@pytest.mark.parametrize("leaf", range(LEAVES))
@pytest.mark.parametrize("normalisation", NORMALISATIONS)
def test_who_gets_more_of_one_thing_scores_no_less(
    normalisation: str, leaf: int, scores: Mapping[tuple[str, str, str], Mapping[str, Any]]
) -> None:
    before, after = (
        scores[f"{normalisation}_{measures}", "root", UNITS[7]]["score"] for measures in ("m", f"raised{leaf}")
    )
    assert (before - after if normalisation == "deduction" else after - before) >= -1e-9


@pytest.mark.parametrize("normalisation", ["min_max", "z_score", "rank", "percentile"])
def test_who_gets_better_in_everything_does_not_fall(normalisation: str, settings: Settings) -> None:
    ranks = rows_of(settings, "indices.idx_rank").filter(subject_id=f"unit:{UNITS[7]}")
    before, after = (
        ranks.filter(index_code=f"{normalisation}_{measures}")["subject_rank"].item() for measures in ("m", "better")
    )
    assert after <= before


def test_shares_of_siblings_add_up_and_contributions_make_the_parent(
    settings: Settings, scores: Mapping[tuple[str, str, str], Mapping[str, Any]]
) -> None:
    shares = rows_of(settings, "indices.dim_framework_node").drop_nulls("weight_share")
    totals = shares.group_by("index_code", "parent_code").agg(pl.col("weight_share").sum())
    parents = [row for rows in combinations().values() for row in rows if "measure_code" not in row]
    assert len(totals) == len(parents) + 2 + 2 * len(whole_evidence()) + len(small_and_plain())
    assert all(total == pytest.approx(1, abs=1e-12) for total in totals["weight_share"])
    root = scores["min_max_m", "root", UNITS[0]]["score"]
    parts = [scores["min_max_m", f"branch{branch}", UNITS[0]] for branch in range(2)]
    assert scores["min_max_m", "root", UNITS[0]]["weighted_score"] is None
    assert sum(part["contribution_share"] for part in parts) == pytest.approx(1)
    assert root is not None


def test_a_distance_to_the_best_of_values_below_zero_is_no_score(
    scores: Mapping[tuple[str, str, str], Mapping[str, Any]],
) -> None:
    assert {
        (scores["ratio", "debts", unit]["score"], scores["ratio", "debts", unit]["null_reason"]) for unit in UNITS
    } == {(None, "negative_value")}


def test_row_order_changes_nothing(tmp_path: Path, indices: dict[str, list[Row]], settings: Settings) -> None:
    few = {code: indices[code] for code in ("i01", "i04", "min_max_m")}
    composition = Composition(
        [framework(code, coverage_min=0.6) for code in reversed(few)],
        [row for rows in few.values() for row in reversed(rows)],
        [],
    )
    shuffled = compose(tmp_path, composition, measured().reverse(), tables=ENGINE)
    wanted = pl.col("index_code").is_in(list(few))
    columns = ["index_code", "node_code", "subject_id", "score", "weight_share", "contribution_share"]
    before, after = (
        rows_of(place, "indices.idx_score").filter(wanted).select(columns).sort(columns[:3])
        for place in (settings, shuffled)
    )
    assert before.equals(after)
