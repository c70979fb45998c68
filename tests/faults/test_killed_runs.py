"""What a run that was killed leaves in Dagster's store does not keep the next one waiting."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from filelock import FileLock

from pipelines.errors import HomeBusyError
from pipelines.foundation.lock import locked_home
from pipelines.orchestration.landing import BY_WRITER, landing
from pipelines.orchestration.leftovers import release_dead_runs, set_damaged_store_aside
from pipelines.settings import PROJECT_ROOT, Settings
from tests.fixtures.whole_runs import SITES, Edition, ceping_outcome, contents

POOL = "warehouse"


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    monkeypatch.setenv("CEPING_DAGSTER", str(tmp_path / "dagster"))
    (tmp_path / "dagster").mkdir()
    with dg.DagsterInstance.from_config(str(PROJECT_ROOT)) as instance:
        yield instance


@dg.op(pool=POOL)
def work() -> int:
    return 1


@dg.job
def works() -> None:
    work()


def started_run(instance: dg.DagsterInstance) -> str:
    """A run that is under way and holds the pool, as its store has it when its process is killed."""
    run = instance.create_run_for_job(works, status=dg.DagsterRunStatus.STARTED)
    instance.event_log_storage.initialize_concurrency_limit_to_default(POOL)
    assert instance.event_log_storage.claim_concurrency_slot(POOL, run.run_id, "models").is_claimed
    return run.run_id


def test_a_dead_run_holds_nothing_and_is_told_of(
    instance: dg.DagsterInstance, caplog: pytest.LogCaptureFixture
) -> None:
    dead = started_run(instance)
    with caplog.at_level("INFO", logger="ceping"):
        release_dead_runs(instance, "the run that asks")
    assert f"run {dead[:8]} of " in caplog.text
    assert "was killed" in caplog.text
    assert instance.get_run_by_id(dead).status is dg.DagsterRunStatus.FAILURE
    # What is not free would be waited for without end.
    assert not instance.event_log_storage.get_concurrency_info(POOL).active_run_ids
    assert works.execute_in_process(instance=instance).success


def test_a_run_keeps_what_is_its_own(instance: dg.DagsterInstance) -> None:
    own = started_run(instance)
    release_dead_runs(instance, own)
    assert instance.get_run_by_id(own).status is dg.DagsterRunStatus.STARTED
    assert instance.event_log_storage.get_concurrency_info(POOL).active_run_ids == {own}


def test_a_landing_in_parts_asks_nobody_and_is_dead_only_if_it_was_begun_by_who_is(
    instance: dg.DagsterInstance,
) -> None:
    asked_for = {"in the UI": {}, "by a run": BY_WRITER}
    runs = {
        who: instance.create_run_for_job(landing, status=dg.DagsterRunStatus.STARTED, tags=tags).run_id
        for who, tags in asked_for.items()
    }
    release_dead_runs(instance, "the run that asks")
    found = {who: instance.get_run_by_id(run_id).status for who, run_id in runs.items()}
    assert found == {"in the UI": dg.DagsterRunStatus.STARTED, "by a run": dg.DagsterRunStatus.FAILURE}


@pytest.mark.parametrize("damage", [b"", b"no database at all" * 100])
def test_a_damaged_store_is_set_aside_and_told_of(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, damage: bytes
) -> None:
    store = tmp_path / "dagster" / "history" / "runs.db"
    store.parent.mkdir(parents=True)
    store.write_bytes(damage)
    with caplog.at_level("INFO", logger="ceping"):
        set_damaged_store_aside(tmp_path / "dagster")
    # To SQLite an empty file is a database in which nothing is yet.
    assert (f"{store} is damaged" in caplog.text) is bool(damage)
    assert store.exists() is not bool(damage)
    assert (tmp_path / "dagster").is_dir()


def test_a_refused_run_says_who_writes_and_leaves_its_log(small: Edition, tmp_path: Path) -> None:
    copy = small.copied_to(tmp_path)
    log = copy.home / "work" / "run.log"
    log.write_text("the first run's\n", encoding="utf-8")
    before = contents(copy.home / "releases")
    holding = "import sys; from pathlib import Path; from pipelines.foundation.lock import locked_home; "
    holding += "from pipelines.settings import Settings\n"
    holding += "with locked_home(Settings(home=Path(sys.argv[1]))): print('held', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", holding, str(copy.home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=PROJECT_ROOT
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        refused = ceping_outcome("run", "--rebuild", "--home", copy.home, "--inbox", copy.inbox)
        assert copy.figures()["trend2.running_sites"] == SITES
        holder.communicate(b"")
    assert refused.returncode == 1
    assert f"process {holder.pid}, since " in refused.stderr
    assert f"kill {holder.pid}" in refused.stderr
    assert f"another run is writing to {copy.home}" in refused.stderr
    assert log.read_text(encoding="utf-8") == "the first run's\n"
    assert contents(copy.home / "releases") == before


def test_who_holds_a_home_may_ask_again_and_nobody_else(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    with locked_home(settings), locked_home(settings):
        pass
    with (
        FileLock(tmp_path / ".lock"),
        pytest.raises(HomeBusyError, match="another run is writing"),
        locked_home(settings),
    ):
        raise AssertionError


def test_a_store_of_dagster_in_which_a_column_has_another_name_is_told_with_a_way_on(
    small: Edition, tmp_path: Path
) -> None:
    copy = small.copied_to(tmp_path)
    [store] = (copy.home / "dagster").rglob("event_log.db")
    store.write_bytes(store.read_bytes().replace(b"dagster_event_type", b"dagster_event_tyqe"))
    failed = ceping_outcome("run", "--rebuild", "--home", copy.home, "--inbox", copy.inbox)
    assert failed.returncode == 1
    [said] = failed.stderr.splitlines()
    assert f"Dagster's store in {copy.home / 'dagster'} is damaged" in said
    assert "remove that folder" in said
    assert contents(copy.release) == contents(small.release)
