"""A framework that cannot be scored by is refused, with its row, before anything is built."""

import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from pipelines.errors import SeedError
from pipelines.reference.rows import seed_path
from pipelines.reference.soundness import require_sound_reference
from pipelines.settings import SEEDS_DIR
from pipelines.warehouse.dbt_project import given_measures
from tests.fixtures.composing import OWN, Composition, Row, deliver_values, framework, node, rewrite, write_seeds
from tests.fixtures.names import HOME
from tests.fixtures.warehouse import project_manifest

LEAF = {"measure_code": "external.m0"}
LOGS: Row = {"normalisation": "goalposts", "treatment": "log"}
TREE: list[Row] = [
    node("i", "root", weight=10, weighting="given"),
    node("i", "a", "root", weight=4, **LEAF),
    node("i", "b", "root", weight=6, **LEAF),
]


def refusal(tmp_path: Path, nodes: list[Row], *frameworks: Row) -> str:
    seeds = write_seeds(tmp_path / "seeds", Composition(list(frameworks) or [framework("i")], nodes, []))
    with pytest.raises(SeedError) as refused:
        require_sound_reference(seeds, given_measures(project_manifest()))
    return str(refused.value)


def test_our_own_frameworks_are_sound() -> None:
    require_sound_reference(SEEDS_DIR, given_measures(project_manifest()))


def test_a_measure_that_no_model_gives_is_refused(tmp_path: Path) -> None:
    seeds = write_seeds(tmp_path / "seeds", Composition([framework("i")], TREE, []))
    with pytest.raises(SeedError, match=r"measures.csv, line \d+: no model gives external\.\*"):
        require_sound_reference(seeds, given_measures(project_manifest()) - {"external.*"})


def test_a_sound_tree_is_taken(tmp_path: Path) -> None:
    seeds = write_seeds(tmp_path / "seeds", Composition([framework("i")], TREE, []))
    require_sound_reference(seeds, given_measures(project_manifest()))


@pytest.mark.parametrize(
    ("nodes", "line", "text"),
    [
        ([*TREE, node("i", "c", "nobody", **LEAF)], 5, "c is an orphan: there is no node nobody"),
        ([*TREE, node("i", "c", "d"), node("i", "d", "c")], 5, "the nodes go round in a circle: c → d → c"),
        ([*TREE, node("i", "other")], 5, "other is a second root of i"),
        ([*TREE, TREE[1]], 5, "a stands on line 3 already"),
        ([*TREE[:2], node("i", "b", "root", weight=5, **LEAF)], 2, "root has 10 points, and its children 9"),
        ([*TREE[:2], {**TREE[2], "normalisation": "magic"}], 4, "normalisation: Input should be 'given'"),
        ([{**TREE[0], "aggregation": "mode"}, *TREE[1:]], 2, "aggregation: Input should be 'arithmetic'"),
        ([*TREE[:2], {**TREE[2], "weight": "much"}], 4, "weight: Input should be a valid number"),
        ([*TREE[:2], {**TREE[2], "origin": "own_design", "reasoning_en": ""}], 4, "own_design needs its reasoning"),
        ([*TREE[:2], {**TREE[2], "measure_code": "crawl.beauty"}], 4, "reads crawl.beauty, which"),
        ([*TREE[:2], {**TREE[2], "normalisation": "goalposts", "goal_low": 5, "goal_high": 5}], 4, "has goalposts"),
        ([*TREE[:2], {**TREE[2], "goal_low": 20, "goal_high": 101}], 4, "b is spread between scores, so goal_low"),
        ([*TREE[:2], {**TREE[2], "goal_low": 20}], 4, "b is spread between scores, so goal_low"),
        ([*TREE[:2], {**TREE[2], **LOGS, "goal_low": -1, "goal_high": 5}], 4, "goal_low must be above -1"),
        ([*TREE[:2], {**TREE[2], "normalisation": "banded"}], 4, "is banded and has no rows"),
        ([*TREE[:2], {**TREE[2], "treatment": "winsorise"}], 4, "is winsorised"),
        ([*TREE[:2], {**TREE[2], "treatment": "skew", "treatment_parameter": 0.5}], 4, "draws in outliers by skew"),
        ([*TREE[:2], {**TREE[2], "normalisation": "deduction", "points_per_unit": 1}], 4, "so its direction is -1"),
        ([*TREE[:2], {**TREE[2], "is_veto": "true", "weight": 6}], 4, "only a rubric can be vetoed"),
        ([{**TREE[0], "weight": ""}, *TREE[1:]], 2, "root has no points, and its children 10"),
        ([*TREE[:2], {**TREE[2], "weight": ""}], 4, "b has no weight"),
        ([*TREE[:2], {**TREE[2], "weight": "inf"}], 4, "weight: Input should be a finite number"),
        ([{**TREE[0], "weighting": "entropy"}, TREE[1], {**TREE[2], "normalisation": "z_score"}], 4, "entropy"),
        ([{**TREE[0], "aggregation": "geometric"}, TREE[1], {**TREE[2], "normalisation": "z_score"}], 4, "z-score"),
    ],
)
def test_what_is_wrong_is_named_with_its_row(tmp_path: Path, nodes: list[Row], line: int, text: str) -> None:
    message = refusal(tmp_path, nodes)
    assert f"seeds/indices/framework_nodes.csv, line {line}: " in message
    assert text in message


@pytest.mark.parametrize("weighting", ["equal", "entropy", "critic"])
def test_points_that_nothing_is_weighed_by_need_not_be_there(tmp_path: Path, weighting: str) -> None:
    nodes = [{**TREE[0], "weighting": weighting}, *({**node, "weight": ""} for node in TREE[1:])]
    seeds = write_seeds(tmp_path / "seeds", Composition([framework("i")], nodes, []))
    require_sound_reference(seeds, given_measures(project_manifest()))


def test_bands_that_leave_an_end_of_the_scale_open_are_refused(tmp_path: Path) -> None:
    banded = {**TREE[2], "measure_code": "crawl.days_since_update", "normalisation": "banded", "direction": -1}
    bands = [
        {"edition": 2017, "index_code": "i", "node_code": "b", "lower_bound": bound, "points": points}
        for bound, points in ((15, 50), (1, 100))
    ]
    seeds = write_seeds(tmp_path / "seeds", Composition([framework("i")], [*TREE[:2], banded], bands))
    with pytest.raises(SeedError, match=r"line 4: b is banded from 1 on, and crawl.days_since_update can be as low"):
        require_sound_reference(seeds, given_measures(project_manifest()))
    rewrite(seed_path(seeds, "framework_bands"), [bands[0], {**bands[1], "lower_bound": 0}])
    require_sound_reference(seeds, given_measures(project_manifest()))
    rewrite(seed_path(seeds, "framework_nodes"), [*TREE[:2], {**banded, "direction": 1}])
    with pytest.raises(SeedError, match=r"line 4: b has bands whose points fall, so its direction is the other one"):
        require_sound_reference(seeds, given_measures(project_manifest()))


@pytest.mark.parametrize(
    ("cells", "text"),
    [
        ({"absence": "not_applicable", "missing_rule": "drop"}, "names the kinds or subjects it is said of"),
        ({"absence": "not_applicable", "missing_rule": "drop", "subjects": "sites"}, "found sites"),
        ({"absence": "not_measured", "missing_rule": "value"}, "not_measured takes impute_worst, impute_median"),
        ({"absence": "not_offered", "missing_rule": "value"}, "value needs the missing_parameter it stands for"),
    ],
)
def test_what_is_wrong_with_a_gap_is_named_with_its_row(tmp_path: Path, cells: Row, text: str) -> None:
    row = {"edition": 2017, "index_code": "i", "measure": "external.m0", "subjects": "*", **OWN, **cells}
    seeds = write_seeds(tmp_path / "seeds", Composition([framework("i")], TREE, [], [row]))
    with pytest.raises(SeedError, match=r"framework_absences\.csv, line 2: ") as refused:
        require_sound_reference(seeds, given_measures(project_manifest()))
    assert text in str(refused.value)


def test_an_index_without_nodes_and_nodes_without_an_index_are_named(tmp_path: Path) -> None:
    message = refusal(tmp_path, TREE, framework("other"))
    assert "seeds/indices/frameworks.csv, line 2: other of 2017 has no nodes" in message
    assert "seeds/indices/framework_nodes.csv, line 2: there is no index i of 2017" in message


@pytest.mark.parametrize(
    ("rows", "line", "text"),
    [
        ([framework("i"), framework("i")], 3, "i of 2017 stands on line 2 already"),
        ([framework("i", ranked_by="level|size")], 2, "ranked_by: Value error, unknown: size; allowed: kind, level"),
        ([framework("i", subject_kinds="websites")], 2, "subject_kinds: Value error, unknown: websites; allowed: app"),
        ([framework("i", tied_within=0)], 2, "tied_within: Input should be greater than 0"),
        ([framework("i", coverage_reasoning_zh=" ")], 2, "coverage_min 0 needs its reasons: coverage_reasoning_zh"),
        ([framework("i", compared_within="region")], 2, "compared_within: Input should be 'all' or 'class'"),
    ],
)
def test_what_is_wrong_with_an_index_is_named_with_its_row(
    tmp_path: Path, rows: list[Row], line: int, text: str
) -> None:
    message = refusal(tmp_path, TREE, *rows)
    assert f"seeds/indices/frameworks.csv, line {line}: " in message
    assert text in message


def test_a_tree_deeper_than_the_models_is_refused(tmp_path: Path) -> None:
    chain = [node("i", "n0")] + [node("i", f"n{step}", f"n{step - 1}") for step in range(1, 8)]
    message = refusal(tmp_path, [*chain, node("i", "leaf", "n7", **LEAF)])
    assert "n7 lies 7 steps below its index; framework_depth in models/dbt_project.yml is 6" in message


def run(tmp_path: Path, seeds: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pipelines.cli", "run", "--inbox", str(tmp_path / "inbox")]
    environment = {"CEPING_HOME": str(tmp_path / HOME), "CEPING_SEEDS": str(seeds), "PATH": "/usr/bin:/bin"}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_a_run_refuses_a_framework_before_it_builds_anything(tmp_path: Path) -> None:
    deliver_values(tmp_path / "inbox", pl.DataFrame({"unit": ["A", "B"], "m0": [1.0, 2.0]}))
    seeds = write_seeds(tmp_path / "seeds", Composition([framework("i")], TREE[:2], []))
    refused = run(tmp_path, seeds)
    assert refused.returncode == 1
    assert "seeds/indices/framework_nodes.csv, line 2: root has 10 points, and its children 4" in refused.stderr
    assert not (tmp_path / HOME / "work" / "warehouse.duckdb").exists()
    assert not (tmp_path / HOME / "landing").exists()


def test_a_run_refuses_given_values_that_are_no_points(tmp_path: Path) -> None:
    deliver_values(tmp_path / "inbox", pl.DataFrame({"unit": ["A", "B", "C"], "m0": [3.0, -10.0, 1e12]}))
    given = [TREE[0], {**TREE[1], "normalisation": "given"}, TREE[2]]
    refused = run(tmp_path, write_seeds(tmp_path / "seeds", Composition([framework("i")], given, [])))
    assert refused.returncode == 1
    for row, found in ((3, "-10"), (4, "1e+12")):
        assert (
            f"external_indicator/指标.csv, row {row}, indicator_value: expected 0 to 100, since a of the index i takes "
            f"m0 as it is given; found {found}" in refused.stderr
        )
    assert not (tmp_path / HOME / "work" / "warehouse.duckdb").exists()
