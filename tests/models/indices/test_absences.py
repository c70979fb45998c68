"""What is missing does not pay: each value of each unit is withheld once, and nobody ranks higher without it."""

import csv

import numpy as np
import polars as pl
import pytest

from pipelines.reference.rows import seed_path
from pipelines.settings import SEEDS_DIR, Settings
from tests.fixtures.composing import EDITION, ENGINE, OWN, Composition, Row, compose, framework, node
from tests.fixtures.warehouse import rows_of

UNITS = [f"U{number:02}" for number in range(1, 13)]
LEAVES: dict[str, Row] = {
    "stated": {"normalisation": "goalposts", "goal_low": 0, "goal_high": 100},
    "placed": {"normalisation": "percentile"},
    "spread": {"normalisation": "min_max"},
    "needed": {"normalisation": "given", "missing_rule": "fail"},
    "guessed": {"normalisation": "given"},
    "dropped": {"normalisation": "given"},
}
# What nobody gains by: a stated worst value, whatever the yardstick, and no rank at all.
STRICT = ("stated", "placed", "spread", "needed")
QUANTILE = 0.25
Ranks = dict[tuple[str, str], int | None]


def measured() -> pl.DataFrame:
    """Five measures, and each of them without one unit."""
    random = np.random.default_rng(5)
    columns = {leaf: random.uniform(1, 99, len(UNITS)).round(2).tolist() for leaf in LEAVES}
    withheld = {
        f"{leaf}_{unit}": [None if place == number else value for place, value in enumerate(columns[leaf])]
        for leaf in LEAVES
        for number, unit in enumerate(UNITS)
    }
    return pl.DataFrame({"unit": UNITS, **columns, **withheld})


def tree(code: str, leaf: str, measure: str) -> list[Row]:
    """All leaves as they are, but for the one that reads another measure."""
    reads = {name: measure if name == leaf else name for name in LEAVES}
    return [
        node(code, "root", weighting="equal"),
        *(node(code, name, "root", measure_code=f"external.{reads[name]}", **LEAVES[name]) for name in LEAVES),
    ]


def absences() -> list[Row]:
    """Three leaves say that who has nothing does not offer it, one takes the low quartile of the class."""
    rows = []
    for leaf in ("stated", "placed", "spread", "guessed"):
        kind = ("not_measured", "impute_low", QUANTILE) if leaf == "guessed" else ("not_offered", "value", 0)
        cells = dict(zip(("absence", "missing_rule", "missing_parameter"), kind, strict=True))
        rows += [
            {"edition": EDITION, "index_code": "*", "measure": f"external.{leaf}_{unit}", **cells, **OWN}
            for unit in UNITS
        ]
    return rows


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    trees = {"whole": tree("whole", "stated", "stated")} | {
        f"{leaf}_{unit}": tree(f"{leaf}_{unit}", leaf, f"{leaf}_{unit}") for leaf in LEAVES for unit in UNITS
    }
    composition = Composition(
        [framework(code) for code in trees], [row for rows in trees.values() for row in rows], [], absences()
    )
    return compose(tmp_path_factory.mktemp("absences"), composition, measured(), tables=ENGINE)


@pytest.fixture(scope="module")
def ranks(settings: Settings) -> Ranks:
    rows = rows_of(settings, "indices.idx_rank").select("index_code", "subject_id", "subject_rank")
    return {(code, subject.removeprefix("unit:")): rank for code, subject, rank in rows.iter_rows()}


def gains(leaf: str, ranks: Ranks) -> list[str]:
    """Who ranks higher where its own value of the leaf is withheld."""
    found = []
    for unit in UNITS:
        before, after = ranks["whole", unit], ranks[f"{leaf}_{unit}", unit]
        assert before is not None
        if after is not None and after < before:
            found.append(unit)
    return found


@pytest.mark.parametrize("leaf", STRICT)
def test_who_withholds_a_value_never_ranks_higher(leaf: str, ranks: Ranks) -> None:
    assert gains(leaf, ranks) == []


def test_plain_dropping_pays(ranks: Ranks) -> None:
    """What the rules are for: a part that drops out gives its weight to better ones."""
    assert gains("dropped", ranks) != []


def test_what_was_not_measured_pays_nobody_above_the_low_end_of_the_class(ranks: Ranks) -> None:
    values = dict(measured().select("unit", "guessed").iter_rows())
    for unit in gains("guessed", ranks):
        others = sorted(value for other, value in values.items() if other != unit)
        assert values[unit] < others[int(np.ceil(QUANTILE * len(others))) - 1]


def test_an_imputed_part_has_the_error_of_its_class_and_is_no_evidence(settings: Settings) -> None:
    values = dict(measured().select("unit", "guessed").iter_rows())
    others = sorted(value for unit, value in values.items() if unit != "U01")
    scores = rows_of(settings, "indices.idx_score").filter(index_code="guessed_U01", subject_id="unit:U01")
    [part] = scores.filter(node_code="guessed").iter_rows(named=True)
    assert part["is_imputed"]
    assert part["raw_value"] == others[int(np.ceil(QUANTILE * len(others))) - 1]
    assert part["standard_error"] == pytest.approx(np.std(others, ddof=1))
    [whole] = scores.filter(node_code="root").iter_rows(named=True)
    assert whole["coverage"] == pytest.approx(5 / 6)
    assert whole["standard_error"] == pytest.approx(np.std(others, ddof=1) / 6)


def test_what_is_not_offered_is_evidence_without_an_error(settings: Settings) -> None:
    scores = rows_of(settings, "indices.idx_score").filter(index_code="stated_U01", subject_id="unit:U01")
    [part] = scores.filter(node_code="stated").iter_rows(named=True)
    assert (part["score"], part["standard_error"], part["null_reason"]) == (0, 0, "not_offered")
    [whole] = scores.filter(node_code="root").iter_rows(named=True)
    assert whole["coverage"] == 1


def test_no_framework_of_the_edition_drops_without_saying_why() -> None:
    def seed(name: str) -> list[dict[str, str]]:
        with seed_path(SEEDS_DIR, name).open(encoding="utf-8", newline="") as stream:
            return [row for row in csv.DictReader(stream) if row["edition"] == str(EDITION)]

    argued = {row["measure"] for row in seed("framework_absences") if row["absence"] == "not_measured"}
    for row in seed("framework_nodes"):
        if row["missing_rule"] == "drop" and row["is_veto"] != "true":
            assert row["measure_code"].partition(".")[0] in argued, row["node_code"]
