"""The verdict as Dagster shows it: a check a published table, and a refusal in plain words."""

from pathlib import Path

import dagster as dg
import pytest

from pipelines.orchestration.assets.candidate import PUBLISHED
from pipelines.orchestration.assets.verdict import check_name, verdict
from pipelines.orchestration.resources import EditionRun
from pipelines.settings import Settings
from tests.fixtures.small_release import CELL_TYPES, FIGURE_TYPES, FIGURES, STOCK, make_candidate

UNKNOWN = "core.dim_stranger"


@pytest.fixture
def judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dg.ExecuteInProcessResult:
    """The verdict on a candidate with one table nobody declared, and without most of those that are."""
    monkeypatch.setenv("CEPING_HOME", str(tmp_path))
    settings = Settings()
    frozen = make_candidate(tmp_path, {"trends.figure": (FIGURE_TYPES, FIGURES), UNKNOWN: (CELL_TYPES, STOCK[:1])})
    settings.newest_candidate_path.write_text(frozen.content_hash, encoding="utf-8")
    return dg.materialize(
        [verdict],
        instance=dg.DagsterInstance.ephemeral(),
        resources={"edition_run": EditionRun()},
        partition_key="2017",
        raise_on_error=False,
    )


def test_every_published_table_has_a_check_that_blocks_and_says_what_it_checks() -> None:
    specs = {spec.name: spec for spec in verdict.check_specs}
    assert set(specs) == {check_name(table.full_name) for table in PUBLISHED}
    assert all(spec.blocking for spec in specs.values())
    assert all(spec.description and "expectations/" in spec.description for spec in specs.values())


def test_a_table_nobody_declared_is_refused_by_the_gate_and_not_by_dagster(judged: dg.ExecuteInProcessResult) -> None:
    assert not judged.success
    error = judged.failure_data_for_node("verdict").error
    while error.cause is not None:
        error = error.cause
    assert "GateError" in error.message
    assert f"{UNKNOWN}: published_table_has_a_suite" in error.message
    checks = {check.check_name: check for check in judged.get_asset_check_evaluations()}
    assert set(checks) == {check_name(table.full_name) for table in PUBLISHED}
    missing = checks["core__dim_region"]
    assert not missing.passed
    assert missing.severity == dg.AssetCheckSeverity.ERROR
