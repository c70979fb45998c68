"""What Dagster shows and starts: the graph by layer, the job, the sensor, the schedule."""

import re
from pathlib import Path

import dagster as dg
import pytest
import yaml

from benchmarks.stages import STAGES, stage_of
from pipelines.orchestration.assets.robustness import COMPUTED
from pipelines.orchestration.automation import edition_job, inbox_sensor, nightly_schedule
from pipelines.orchestration.definitions import defs
from pipelines.orchestration.landing import landing
from pipelines.settings import PROJECT_ROOT, Executor
from tests.fixtures.whole_runs import Edition

LAYERS = {
    "ingest",
    "reference",
    "staging",
    "intermediate",
    "core",
    "indices",
    "awards",
    "trends",
    "audit",
    "publication",
}


def looked(monkeypatch: pytest.MonkeyPatch, home: Path, inbox: Path, cursor: str | None = None) -> dg.SensorResult:
    monkeypatch.setenv("CEPING_HOME", str(home))
    monkeypatch.setenv("CEPING_INBOX", str(inbox))
    outcome = inbox_sensor(dg.build_sensor_context(cursor=cursor))
    assert isinstance(outcome, dg.SensorResult)
    return outcome


def test_the_benchmarks_know_every_stage_of_the_job() -> None:
    assert {stage_of(node.name) for node in defs.resolve_job_def("edition").nodes} == set(STAGES) - {"start"}


def test_every_asset_stands_in_its_layer_and_is_described() -> None:
    graph = defs.resolve_asset_graph()
    assert {graph.get(key).group_name for key in graph.get_all_asset_keys()} == LAYERS
    undescribed = [key.to_user_string() for key in graph.get_all_asset_keys() if not graph.get(key).description]
    assert not undescribed


def test_every_check_has_a_short_name_and_says_in_both_languages_what_it_asks() -> None:
    graph = defs.resolve_asset_graph()
    checks = {key: graph.get_check_spec(key) for key in graph.asset_check_keys}
    assert len(checks) > 100
    assert max(len(key.name) for key in checks) <= 60
    assert not [key for key, spec in checks.items() if " | " not in (spec.description or "")]


def test_seeds_are_shown_as_what_models_read_and_cost_a_run_no_event() -> None:
    graph = defs.resolve_asset_graph()
    seeds = {key for key in graph.get_all_asset_keys() if graph.get(key).group_name == "reference"}
    rules = dg.AssetKey(["reference", "award_rules"])
    assert rules in seeds
    assert graph.get(rules).child_keys
    assert not seeds & graph.materializable_asset_keys


def test_what_writes_the_warehouse_shares_a_pool_of_one() -> None:
    assert {key.path[-1] for key in defs.resolve_asset_graph().materializable_asset_keys} > {"candidate", "release"}
    assert {defs.resolve_assets_def(dg.AssetKey(name)).op.pool for name in ("candidate",)} == {"warehouse"}
    assert defs.resolve_assets_def(dg.AssetKey(["trends", "figure"])).op.pool == "warehouse"


def test_how_sure_ranks_are_is_told_after_the_models_and_before_the_candidate() -> None:
    graph = defs.resolve_asset_graph()
    for spec in COMPUTED:
        key = dg.AssetKey([spec.schema_name, spec.name])
        assert dg.AssetKey(["indices", "idx_rank"]) in graph.get(key).parent_keys
        assert dg.AssetKey(["intermediate", "int_indicator_normalised"]) in graph.get(key).parent_keys
        assert dg.AssetKey("candidate") in graph.get(key).child_keys
        assert defs.resolve_assets_def(key).op.pool == "warehouse"
    tables = {"award_firmness", "idx_rank_interval", "idx_top_chance", "idx_sensitivity"}
    assert {spec.name for spec in COMPUTED} == tables


def test_a_landing_in_parts_is_configured_as_the_page_says() -> None:
    page = (PROJECT_ROOT / "docs" / "scaling.md").read_text(encoding="utf-8")
    [block] = re.findall(r"^```yaml\n(execution:.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert dg.validate_run_config(landing, yaml.safe_load(block))
    assert {node.name for node in landing.nodes} == {"plan", "land"}
    documented = set(re.findall(r"^\| `(\w+)`", page.partition("| executor |")[2].partition("\n\n")[0], re.MULTILINE))
    assert documented == {executor.value for executor in Executor}


def test_the_sensor_is_on_and_the_schedule_off() -> None:
    assert inbox_sensor.default_status == dg.DefaultSensorStatus.RUNNING
    assert nightly_schedule.default_status == dg.DefaultScheduleStatus.STOPPED
    assert [job.name for job in inbox_sensor.jobs] == ["edition", "landing"]
    assert nightly_schedule.job_name == edition_job.name == "edition"


def test_the_sensor_starts_one_run_once_a_changed_inbox_is_quiet(
    small: Edition, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = small.copied_to(tmp_path)
    published = looked(monkeypatch, copy.home, copy.inbox)
    assert not published.run_requests
    (copy.inbox / "site_registry" / "late.csv").write_text("网站标识码\n", encoding="utf-8")
    arriving = looked(monkeypatch, copy.home, copy.inbox, published.cursor)
    assert not arriving.run_requests
    quiet = looked(monkeypatch, copy.home, copy.inbox, arriving.cursor)
    again = looked(monkeypatch, copy.home, copy.inbox, quiet.cursor)
    assert quiet.run_requests is not None
    assert again.run_requests is not None
    assert len(quiet.run_requests) == 1
    assert [request.run_key for request in quiet.run_requests] == [request.run_key for request in again.run_requests]
    # Where it is landed in parts, that comes first, and is asked for once as well.
    monkeypatch.setenv("CEPING_PARTS", "3")
    in_parts = looked(monkeypatch, copy.home, copy.inbox, arriving.cursor).run_requests or []
    assert [request.job_name for request in in_parts] == ["landing", "edition"]
    assert len({request.run_key for request in in_parts}) == 2


def test_the_schedule_starts_a_run_only_where_something_is_new(
    small: Edition, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = small.copied_to(tmp_path)
    monkeypatch.setenv("CEPING_HOME", str(copy.home))
    monkeypatch.setenv("CEPING_INBOX", str(copy.inbox))
    idle = nightly_schedule()
    assert isinstance(idle, dg.SkipReason)
    assert copy.release_id in str(idle.skip_message)
    (copy.inbox / "site_registry" / "late.csv").write_text("网站标识码\n", encoding="utf-8")
    assert isinstance(nightly_schedule(), dg.RunRequest)
