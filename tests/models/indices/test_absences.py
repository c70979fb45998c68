"""What is missing does not pay: each value of each unit is withheld once, and nobody ranks higher without it."""

import csv

import numpy as np
import polars as pl
import pytest

from pipelines.reference.rows import seed_path
from pipelines.settings import SEEDS_DIR, Settings
from tests.fixtures.composing import EDITION, ENGINE, OWN, Composition, Row, compose, framework, node
from tests.fixtures.warehouse import rows_of

UNITS = [f"U{number:02}" for number in range(1, 11)]
# Two classes; in the second one nobody has the last measure.
CLASSES = {unit: "甲" if number < 6 else "乙" for number, unit in enumerate(UNITS)}
ABSENT = "elsewhere"
LEAVES: dict[str, Row] = {
    "posted": {"normalisation": "goalposts", "goal_low": 10, "goal_high": 90},
    "logged": {"normalisation": "goalposts", "goal_low": 0, "goal_high": 99, "treatment": "log"},
    "placed": {"normalisation": "percentile"},
    "spread": {"normalisation": "min_max", "goal_low": 1, "goal_high": 100},
    "banded": {"normalisation": "banded", "direction": -1},
    "deducted": {"normalisation": "deduction", "points_per_unit": 0.005, "direction": -1},
    "stated": {"normalisation": "given"},
    "needed": {"normalisation": "given", "missing_rule": "fail"},
    ABSENT: {"normalisation": "given"},
}
STATED, DROPPED, VETO = "stated", "dropped", "veto"
# How the root and the branch with the first half of the leaves are made; a rubric has a veto besides.
TREES = {
    "mean": ("arithmetic", "arithmetic"),
    "product": ("geometric", "arithmetic"),
    "rubric": ("rubric", "harmonic"),
}
BANDS = [(0.0, 100.0), (30.0, 60.0), (60.0, 5.0)]
Ranks = dict[tuple[str, str], int | None]


def leaves_of(tree: str) -> list[str]:
    return [*LEAVES, *([VETO] if tree == "rubric" else []), *([DROPPED] if tree == "mean" else [])]


def measured() -> pl.DataFrame:
    """Ten measures with ties and gaps, and each of them without one unit."""
    random = np.random.default_rng(5)
    columns: dict[str, list[float | None]] = {}
    for leaf in [*LEAVES, VETO, DROPPED]:
        values: list[float | None] = (random.uniform(1, 99, len(UNITS)).round() // 3 * 3 + 1).tolist()
        if leaf not in ("needed", VETO):
            values[random.integers(6)] = None
        columns[leaf] = values
    columns[VETO] = [0.0 if place in (2, 8) else 1.0 for place in range(len(UNITS))]
    columns[ABSENT] = [
        value if CLASSES[unit] == "甲" else None for unit, value in zip(UNITS, columns[ABSENT], strict=True)
    ]
    withheld = {
        f"{leaf}_{unit}": [None if place == number else value for place, value in enumerate(columns[leaf])]
        for leaf in columns
        for number, unit in enumerate(UNITS)
    }
    return pl.DataFrame({"unit": UNITS, **columns, **withheld}, schema_overrides=dict.fromkeys(columns, pl.Float64))


def tree(kind: str, code: str, leaf: str, measure: str) -> list[Row]:
    """All leaves as they are, but for the one that reads another measure."""
    root, branch = TREES[kind]
    rows = [
        node(code, "root", weighting="relative", aggregation=root),
        node(code, "branch", "root", weighting="equal", aggregation=branch, weight=4),
    ]
    for number, name in enumerate(leaves_of(kind)):
        above = "branch" if number < len(LEAVES) / 2 else "root"
        cells = LEAVES.get(name, {"normalisation": "given"})
        if name == VETO:
            above, cells = "root", {"normalisation": "boolean", "is_veto": "true", "weight": 0}
        reads = measure if name == leaf else name
        rows.append(node(code, name, above, measure_code=f"external.{reads}", **{"weight": 1 + number % 3, **cells}))
    return rows


def absences() -> list[Row]:
    """One leaf says that who has nothing does not offer it, one drops out, all others take the worst of the class."""
    rules = {
        STATED: ("not_offered", "value", 0),
        DROPPED: ("not_measured", "drop", ""),
        "": ("not_measured", "impute_worst", ""),
    }
    kinds = {measure: rules.get(measure.partition("_")[0], rules[""]) for measure in measured().columns[1:]}
    return [
        {
            "edition": EDITION, "index_code": "*", "measure": f"external.{measure}", "subjects": "*",
            "absence": absence, "missing_rule": rule, "missing_parameter": parameter, **OWN,
        }
        for measure, (absence, rule, parameter) in kinds.items()
    ]  # fmt: skip


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    trees = {kind: tree(kind, kind, "", "") for kind in TREES} | {
        f"{kind}_{leaf}_{unit}": tree(kind, f"{kind}_{leaf}_{unit}", leaf, f"{leaf}_{unit}")
        for kind in TREES
        for leaf in leaves_of(kind)
        for unit in UNITS
    }
    nodes = [row for rows in trees.values() for row in rows]
    bands = [
        {"edition": EDITION, "index_code": code, "node_code": "banded", "lower_bound": bound, "points": points}
        for code in trees
        for bound, points in BANDS
    ]
    frameworks = [framework(code, ranked_by="level") for code in trees]
    composition = Composition(frameworks, nodes, bands, absences())
    folder = tmp_path_factory.mktemp("absences")
    return compose(folder, composition, measured(), CLASSES, tables=ENGINE)


@pytest.fixture(scope="module")
def ranks(settings: Settings) -> Ranks:
    rows = rows_of(settings, "indices.idx_rank").select("index_code", "subject_id", "subject_rank")
    return {(code, subject.removeprefix("unit:")): rank for code, subject, rank in rows.iter_rows()}


def gains(kind: str, leaf: str, ranks: Ranks) -> list[str]:
    """Who ranks higher where its own value of the leaf is withheld."""
    found = []
    for unit in UNITS:
        before, after = ranks[kind, unit], ranks[f"{kind}_{leaf}_{unit}", unit]
        if after is not None and (before is None or after < before):
            found.append(unit)
    return found


@pytest.mark.parametrize(("kind", "leaf"), [(kind, leaf) for kind in TREES for leaf in [*LEAVES, VETO]])
def test_who_withholds_a_value_never_ranks_higher(kind: str, leaf: str, ranks: Ranks) -> None:
    if leaf in leaves_of(kind):
        assert gains(kind, leaf, ranks) == []


def test_plain_dropping_pays(ranks: Ranks) -> None:
    """What the rules are for: a part that drops out gives its weight to better ones."""
    assert gains("mean", DROPPED, ranks) != []


def test_an_imputed_part_has_the_error_of_its_class_and_is_no_evidence(settings: Settings) -> None:
    values = dict(measured().select("unit", "posted").iter_rows())
    unit = next(unit for unit in UNITS if values[unit] is not None)
    others = [
        value for other, value in values.items()
        if other != unit and CLASSES[other] == CLASSES[unit] and value is not None
    ]  # fmt: skip
    scores = rows_of(settings, "indices.idx_score").filter(index_code=f"mean_posted_{unit}", subject_id=f"unit:{unit}")
    [part] = scores.filter(node_code="posted").iter_rows(named=True)
    assert part["is_imputed"]
    assert part["absence"] == "not_measured"
    assert part["raw_value"] == min(others)
    assert part["standard_error"] == pytest.approx(np.std(others, ddof=1) / 80 * 100)
    [branch] = scores.filter(node_code="branch").iter_rows(named=True)
    whole = rows_of(settings, "indices.idx_score").filter(index_code="mean", subject_id=f"unit:{unit}")
    [before] = whole.filter(node_code="branch").iter_rows(named=True)
    assert branch["coverage"] == pytest.approx(before["coverage"] - 1 / 5)


def test_what_a_whole_class_lacks_takes_the_worst_of_all(settings: Settings) -> None:
    values = [value for value in measured()[ABSENT] if value is not None]
    scores = rows_of(settings, "indices.idx_score").filter(index_code="mean", node_code=ABSENT)
    lacking = scores.filter(pl.col("subject_id").is_in([f"unit:{unit}" for unit in UNITS if CLASSES[unit] == "乙"]))
    assert set(lacking["raw_value"]) == {min(values)}


def test_who_alone_is_the_worst_counts_as_the_next_one(settings: Settings) -> None:
    """Else the worst one would gain by hiding what it has: the next one's value would stand in for it."""
    scores = rows_of(settings, "indices.idx_score").filter(index_code="mean", node_code="logged", is_imputed=False)
    for name in set(CLASSES.values()):
        units = [f"unit:{unit}" for unit in UNITS if CLASSES[unit] == name]
        rows = scores.filter(pl.col("subject_id").is_in(units)).sort("raw_value")
        assert rows["treated_value"][0] == pytest.approx(np.log(rows["raw_value"][1] + 1))


def test_what_is_not_offered_is_evidence_without_an_error(settings: Settings) -> None:
    scores = rows_of(settings, "indices.idx_score").filter(index_code=f"mean_stated_{UNITS[0]}")
    [part] = scores.filter(node_code="stated", subject_id=f"unit:{UNITS[0]}").iter_rows(named=True)
    assert (part["score"], part["standard_error"], part["coverage"]) == (0, 0, 1)
    assert (part["absence"], part["null_reason"]) == ("not_offered", "not_offered")


def test_who_was_not_looked_at_for_a_veto_has_no_rank_among_those_who_were(settings: Settings) -> None:
    code = f"rubric_veto_{UNITS[2]}"
    rows = rows_of(settings, "indices.idx_rank").filter(index_code=code)
    [row] = rows.filter(subject_id=f"unit:{UNITS[2]}").iter_rows(named=True)
    assert (row["subject_rank"], row["index_score"], row["null_reason"]) == (None, None, "veto_not_evaluated")
    assert rows["subject_rank"].null_count() == 1


def test_no_framework_of_the_edition_drops_without_saying_why() -> None:
    def seed(name: str) -> list[dict[str, str]]:
        with seed_path(SEEDS_DIR, name).open(encoding="utf-8", newline="") as stream:
            return [row for row in csv.DictReader(stream) if row["edition"] == str(EDITION)]

    argued = {row["measure"] for row in seed("framework_absences") if row["absence"] == "not_measured"}
    for row in seed("framework_nodes"):
        if row["missing_rule"] == "drop" and row["is_veto"] != "true":
            assert row["measure_code"].partition(".")[0] in argued, row["node_code"]
