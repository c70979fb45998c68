"""Every method of the engine, against an independent computation, and what must not change a score."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from pipelines.settings import Settings
from tests.indices.composing import Composition, Row, compose, framework, node
from tests.indices.reference import aggregate, competition_ranks, normalise, weigh
from tests.warehouse import rows_of

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
        "direction": 1 if number % 4 else -1,
        "treatment": forced.get("treatment", TREATMENTS[(number // 2) % 3]),
        "treatment_parameter": 0.1,
        "missing_rule": MISSING[(number // 3) % 3],
        "goal_low": 10,
        "goal_high": 70,
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
    for normalisation in ("min_max", "z_score", "rank", "percentile"):
        forced = {"normalisation": normalisation, "treatment": "none"}
        for measures in ("m", "scaled", "better"):
            code = f"{normalisation}_{measures}"
            indices[code] = index(code, 1, measures, **forced)
    return indices


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
        for bound, points in BANDS
    ]
    composition = Composition([framework(code, coverage_min=0.6) for code in indices], nodes, bands)
    return compose(tmp_path_factory.mktemp("engine"), composition, measured())


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
                known = {unit: known.get(unit, float(np.median(list(known.values())))) for unit in UNITS}
            scored[code] = {unit: normalise(known, row, BANDS).get(unit) for unit in UNITS}
            continue
        below = [other for other in rows if other["parent_code"] == code]
        columns = [scored[str(other["node_code"])] for other in below]
        known_columns = [{unit: score for unit, score in column.items() if score is not None} for column in columns]
        shares = weigh(str(row["weighting"]), [float(str(other["weight"])) for other in below], known_columns)
        scored[code] = {unit: _aggregated(row, below, shares, [column[unit] for column in columns]) for unit in UNITS}
    return scored


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


@pytest.mark.parametrize("normalisation", ["min_max", "z_score", "rank", "percentile"])
def test_another_unit_of_measurement_changes_no_score(
    normalisation: str, scores: Mapping[tuple[str, str, str], Mapping[str, Any]]
) -> None:
    for unit in UNITS:
        ours, theirs = (scores[f"{normalisation}_{measures}", "root", unit]["score"] for measures in ("m", "scaled"))
        assert theirs == pytest.approx(ours, abs=1e-9)


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
    assert len(totals) == 3 * len(combinations())
    assert all(total == pytest.approx(1, abs=1e-12) for total in totals["weight_share"])
    root = scores["min_max_m", "root", UNITS[0]]["score"]
    parts = [scores["min_max_m", f"branch{branch}", UNITS[0]] for branch in range(2)]
    assert scores["min_max_m", "root", UNITS[0]]["weighted_score"] is None
    assert sum(part["contribution_share"] for part in parts) == pytest.approx(1)
    assert root is not None


def test_row_order_changes_nothing(tmp_path: Path, indices: dict[str, list[Row]], settings: Settings) -> None:
    few = {code: indices[code] for code in ("i01", "i04", "min_max_m")}
    composition = Composition(
        [framework(code, coverage_min=0.6) for code in reversed(few)],
        [row for rows in few.values() for row in reversed(rows)],
        [],
    )
    shuffled = compose(tmp_path, composition, measured().reverse())
    wanted = pl.col("index_code").is_in(list(few))
    columns = ["index_code", "node_code", "subject_id", "score", "weight_share", "contribution_share"]
    before, after = (
        rows_of(place, "indices.idx_score").filter(wanted).select(columns).sort(columns[:3])
        for place in (settings, shuffled)
    )
    assert before.equals(after)
