"""A broken mart is not published, nor can the release be had by another way."""

import shutil
import sys
from pathlib import Path

import pytest

from pipelines.settings import PROJECT_ROOT
from tests.fixtures.whole_runs import Edition, ceping_outcome, contents

PARTS = ("pipelines", "models", "seeds", "expectations", "dagster.yaml", "pyproject.toml")
RELEASE_ALONE = """
import dagster as dg
from pipelines.orchestration.definitions import defs
result = defs.resolve_job_def("edition").execute_in_process(
    instance=dg.DagsterInstance.ephemeral(), asset_selection=[dg.AssetKey("release")], partition_key="2017",
    raise_on_error=False)
print("published" if result.success else result.failure_data_for_node("release").error.cause.message)
"""


@pytest.fixture(scope="module")
def broken(small: Edition, tmp_path_factory: pytest.TempPathFactory) -> tuple[Edition, Path, str]:
    """A copy of the project in which one mart counts wrongly, run on a copy of the small edition."""
    folder = tmp_path_factory.mktemp("broken")
    copy, project = small.copied_to(folder), folder / "project"
    for part in PARTS:
        source = PROJECT_ROOT / part
        (shutil.copytree if source.is_dir() else shutil.copy)(source, _made(project / part))
    mart = project / "models" / "sql" / "sites" / "fct_site_crawl.sql"
    sql = mart.read_text(encoding="utf-8")
    right = "count(case when fetch_outcome = 'timeout' then 1 end) as timeout_count"
    assert right in sql
    mart.write_text(sql.replace(right, right.replace("1 end)", "1 end) + 1")), encoding="utf-8")
    unit_test = mart.with_suffix(".yml")
    assert unit_test.is_file()
    failed = ceping_outcome(
        "run",
        "--home",
        copy.home,
        "--inbox",
        copy.inbox,
        command=(sys.executable, "-m", "pipelines.cli"),
        cwd=project,
    )
    assert failed.returncode == 1
    return copy, project, failed.stderr


def _made(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def test_the_error_names_table_expectation_and_rows(broken: tuple[Edition, Path, str]) -> None:
    _, _, error = broken
    assert "the candidate is not published" in error
    assert "core.fct_site_crawl: never on " in error
    assert "website:" in error
    assert "quality.html" in error


def test_the_last_release_is_as_it_was(small: Edition, broken: tuple[Edition, Path, str]) -> None:
    copy, _, _ = broken
    assert copy.release_id == small.release_id
    assert contents(copy.home / "releases") == contents(small.home / "releases")


def test_the_release_materialised_alone_is_refused(broken: tuple[Edition, Path, str]) -> None:
    copy, project, _ = broken
    before = contents(copy.home / "releases")
    done = ceping_outcome(
        "-c",
        RELEASE_ALONE,
        command=("env", f"CEPING_HOME={copy.home}", f"CEPING_DAGSTER={copy.home / 'dagster'}", sys.executable),
        cwd=project,
    )
    assert "may not be published" in done.stdout, done.stdout + done.stderr
    assert "core.fct_site_crawl" in done.stdout
    assert contents(copy.home / "releases") == before
