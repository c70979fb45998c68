"""The storage that stays open writes what Dagster's own reads, and reads what Dagster's own has written."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import yaml
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage

from pipelines.run_storage import MOST_OPEN, OpenEventLogStorage, OpenSqliteStorage
from pipelines.settings import PROJECT_ROOT

ASSET = dg.AssetKey("counted")
CHECK = dg.AssetCheckKey(ASSET, "is_positive")


@dg.multi_asset(specs=[dg.AssetSpec(ASSET)], check_specs=[dg.AssetCheckSpec(CHECK.name, asset=ASSET)])
def counted() -> Iterator[Any]:
    yield dg.MaterializeResult(metadata={"rows": 7}, check_results=[dg.AssetCheckResult(passed=False)])


def instance(folder: Path, storage: type[DagsterSqliteStorage]) -> dg.DagsterInstance:
    folder.mkdir(exist_ok=True)
    config = {"module": storage.__module__, "class": storage.__name__, "config": {"base_dir": str(folder / "storage")}}
    settings = {"storage": {"custom": config}, "telemetry": {"enabled": False}}
    (folder / "dagster.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    return dg.DagsterInstance.from_config(str(folder))


def known(found: dg.DagsterInstance, run_id: str) -> tuple[object, ...]:
    """What an instance tells of a run: its outcome, its events, and what became of the asset and its check."""
    run = found.get_run_by_id(run_id)
    assert run is not None
    event = found.get_latest_materialization_event(ASSET)
    assert event is not None
    assert event.asset_materialization is not None
    [check] = found.event_log_storage.get_asset_check_execution_history(CHECK, limit=9)
    events = [(entry.timestamp, entry.user_message, entry.dagster_event_type) for entry in found.all_logs(run_id)]
    return run.status, events, event.asset_materialization.metadata["rows"].value, check.status, check.run_id


@pytest.mark.parametrize(
    ("writer", "reader"), [(OpenSqliteStorage, DagsterSqliteStorage), (DagsterSqliteStorage, OpenSqliteStorage)]
)
def test_one_reads_what_the_other_has_written(
    tmp_path: Path, writer: type[DagsterSqliteStorage], reader: type[DagsterSqliteStorage]
) -> None:
    with instance(tmp_path, writer) as first:
        run_id = dg.materialize([counted], instance=first).run_id
        written = known(first, run_id)
        # While the writer is still there, as the UI reads during a run.
        with instance(tmp_path, reader) as second:
            assert known(second, run_id) == written
            assert written[2] == 7
    with instance(tmp_path, reader) as later:
        assert known(later, run_id) == written
        later.delete_run(run_id)
        assert later.get_run_by_id(run_id) is None


def test_few_databases_stay_open_and_all_can_be_read(tmp_path: Path) -> None:
    log = OpenEventLogStorage(str(tmp_path))
    runs = [f"run-{number}" for number in range(MOST_OPEN + 2)]
    for run_id in [*runs, *runs]:
        with log.run_connection(run_id) as connection:
            assert connection.exec_driver_sql("select count(*) from event_logs").scalar() == 0
        assert len(log._engines) <= MOST_OPEN
    log.dispose()
    assert not log._engines


def test_the_project_uses_it() -> None:
    configured = yaml.safe_load((PROJECT_ROOT / "dagster.yaml").read_text(encoding="utf-8"))["storage"]["custom"]
    assert (configured["module"], configured["class"]) == (OpenSqliteStorage.__module__, OpenSqliteStorage.__name__)
