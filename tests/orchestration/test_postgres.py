"""Dagster's storage on Postgres, set up as docs/scaling.md says; skipped where there is no Postgres."""

import os
import re
import shutil
import socket
import subprocess
import tempfile
import textwrap
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from pipelines.settings import PROJECT_ROOT, Settings

PAGE = PROJECT_ROOT / "docs" / "scaling.md"
STORAGE = re.compile(r"```yaml\n( *storage:\n.*?)```", re.DOTALL)
ADDRESS = re.compile(r"export (\w+)=(\S+)//ceping:secret@database.example/ceping")
SQLITE = re.compile(
    r"^\w+_storage:\n(?=  module: dagster._core.storage.(?:runs|event_log|schedules)\n)(?:  .*\n)+", re.M
)
PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))

pytestmark = pytest.mark.skipif(not PROGRAMS, reason="there is no Postgres")


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    """The address of an empty database that is gone afterwards, without the words before its slashes."""
    folder = Path(tempfile.mkdtemp(prefix="ceping-postgres-"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # It refuses to work as root.
    user = "postgres" if os.geteuid() == 0 else None
    if user:
        shutil.chown(folder, user)

    def do(program: str, *arguments: str) -> None:
        command = [str(PROGRAMS[-1].with_name(program)), "-D", str(folder / "data"), *arguments]
        subprocess.run(command, user=user, check=True, cwd=folder, stdout=subprocess.DEVNULL, timeout=120)

    do("initdb", "--username=ceping", "--auth=trust", "--no-sync")
    do("pg_ctl", "start", "--wait", "-o", f"-p {port} -k {folder} -c listen_addresses=127.0.0.1")
    try:
        yield f"//ceping@127.0.0.1:{port}/postgres"
    finally:
        do("pg_ctl", "stop", "--mode=immediate")
        shutil.rmtree(folder)


def test_what_a_run_tells_is_kept_in_postgres(
    database: str, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = PAGE.read_text(encoding="utf-8")
    [storage], [(variable, scheme)] = STORAGE.findall(page), ADDRESS.findall(page)
    configured, blocks = SQLITE.subn("", (PROJECT_ROOT / "dagster.yaml").read_text(encoding="utf-8"))
    assert blocks == 3
    (tmp_path / "dagster.yaml").write_text(configured + textwrap.dedent(storage), encoding="utf-8")
    for name, value in {**settings.environment(), variable: scheme + database}.items():
        monkeypatch.setenv(name, value)

    @dg.asset(check_specs=[dg.AssetCheckSpec("is_whole", asset="counted")])
    def counted() -> dg.MaterializeResult:
        return dg.MaterializeResult(metadata={"rows": 7}, check_results=[dg.AssetCheckResult(passed=True)])

    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        done = dg.materialize([counted], instance=instance)
        assert done.success
        assert instance.get_run_by_id(done.run_id).is_finished
        event = instance.get_latest_materialization_event(dg.AssetKey("counted"))
        assert event.asset_materialization.metadata["rows"].value == 7
        assert type(instance.event_log_storage).__name__ == "PostgresEventLogStorage"
    assert not list(settings.home_dir.rglob("*.db"))
