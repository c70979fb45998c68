"""A broken mart is not published, nor can the release be had by another way."""

import sys

import duckdb
import pytest

from tests.fixtures.whole_runs import Edition, ceping_outcome, contents, models_built

RELEASE_ALONE = """
import dagster as dg
from pipelines.orchestration.definitions import defs
result = defs.resolve_job_def("edition").execute_in_process(
    instance=dg.DagsterInstance.ephemeral(), asset_selection=[dg.AssetKey("release")], partition_key="2017",
    raise_on_error=False)
print("published" if result.success else result.failure_data_for_node("release").error.cause.message)
"""


@pytest.fixture(scope="module")
def broken(small: Edition, tmp_path_factory: pytest.TempPathFactory) -> tuple[Edition, str]:
    """The small edition with a mart that counts wrongly, which one more delivery gives no reason to build anew."""
    copy = small.copied_to(tmp_path_factory.mktemp("broken"))
    with duckdb.connect(str(copy.home / "work" / "warehouse.duckdb")) as warehouse:
        warehouse.execute("update core.fct_site_crawl set timeout_count = timeout_count + 1")
    first = min((copy.inbox / "external_indicator").glob("*.csv"))
    header, row, *_ = first.read_bytes().splitlines(keepends=True)
    first.with_name("更多.csv").write_bytes(header + row.replace(b"2017-08", b"2017-07"))
    failed = ceping_outcome("run", "--home", copy.home, "--inbox", copy.inbox)
    assert failed.returncode == 1
    assert models_built(failed.stdout) < models_built(small.printed) / 2
    return copy, failed.stderr


def test_the_error_names_table_expectation_and_rows(broken: tuple[Edition, str]) -> None:
    _, error = broken
    assert "the candidate is not published" in error
    assert "core.fct_site_crawl: never on " in error
    assert "website:" in error
    assert "quality.html" in error


def test_the_last_release_is_as_it_was(small: Edition, broken: tuple[Edition, str]) -> None:
    copy, _ = broken
    assert copy.release_id == small.release_id
    assert contents(copy.home / "releases") == contents(small.home / "releases")


def test_the_release_materialised_alone_is_refused(broken: tuple[Edition, str]) -> None:
    copy, _ = broken
    before = contents(copy.home / "releases")
    done = ceping_outcome(
        "-c",
        RELEASE_ALONE,
        command=("env", f"CEPING_HOME={copy.home}", f"CEPING_DAGSTER={copy.home / 'dagster'}", sys.executable),
    )
    assert "may not be published" in done.stdout, done.stdout + done.stderr
    assert "core.fct_site_crawl" in done.stdout
    assert contents(copy.home / "releases") == before
