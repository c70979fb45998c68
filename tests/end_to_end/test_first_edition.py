"""A home that has seen one edition alone publishes it, whatever other editions there are and whichever engine built.

Two workers land it, each a step of Dagster's in a process of its own, and one of them dies. Its store has all of it.
"""

import re
import shutil
from pathlib import Path

import pytest

from pipelines.settings import Settings
from tests.fixtures.names import HOME
from tests.fixtures.warehouse import ingest
from tests.fixtures.whole_runs import CEPING, Edition, ceping, contents

EARLIER = 2016
# The first process of a step that has landed something is gone before it lands more.
DYING = """
import os, signal, sys
if "--multiprocessing-fork" in sys.orig_argv and not os.path.exists({mark!r}):
    from pipelines.ingest.facts import Objects
    record = Objects.record
    def dies(self, facts):
        record(self, facts)
        try:
            os.close(os.open({mark!r}, os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            return
        os.kill(os.getpid(), signal.SIGKILL)
    Objects.record = dies
"""


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Edition:
    """The smallest example of the earlier edition, with all its flaws, in a home of its own."""
    folder = tmp_path_factory.mktemp("earlier")
    home, inbox = folder / HOME, folder / "inbox"
    ceping("example", "--edition", EARLIER, "--out", inbox, "--sites", 60, "--crawled", 10, "--pages", 4)
    (folder / "sitecustomize.py").write_text(DYING.format(mark=str(folder / "died")), encoding="utf-8")
    places = ("--home", home, "--inbox", inbox)
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("PYTHONPATH", str(folder))
        command = in_store(home)
        return Edition(home, inbox, ceping("run", "--edition", EARLIER, *places, "--parts", 2, command=command))


def in_store(home: Path) -> tuple[object, ...]:
    """The command in a home that shares the store of this one."""
    return "env", f"CEPING_STORE={home.parent / 'store'}", CEPING


def test_the_earlier_example_is_published_in_a_home_of_its_own(edition: Edition) -> None:
    query = "select schema_name, table_name from catalog where column_name = 'edition'"
    tables = [f"{row['schema_name']}.{row['table_name']}" for row in edition.rows(query)]
    assert {"core.dim_region", "trends.figure", "core.dim_parameter"} <= set(tables)
    seen = " union all ".join(f"select distinct '{table}' as name, edition from {table}" for table in tables)
    others = edition.rows(f"select name, edition from ({seen}) where edition <> {EARLIER}")
    assert {row["name"] for row in others} <= {"indices.dim_robustness_choice"}


def test_two_workers_of_whom_one_dies_land_what_one_process_lands(edition: Edition, settings: Settings) -> None:
    """And each file once. What follows from landing, to the candidate's hash, follows from its bytes: see below."""
    alone = settings.for_run(inbox=edition.inbox, edition=EARLIER)
    ingest(alone)
    landed, by_workers = (contents(home / "landing") for home in (alone.home_dir, edition.home))
    tables = {name for name in landed if name.endswith(".parquet")}
    assert {name: by_workers[name] for name in tables} == {name: landed[name] for name in tables}
    read = [int(count) for count in re.findall(r"part \d/2: (\d+) files read", edition.printed)]
    delivered = [path for path in edition.inbox.rglob("*") if path.is_file()]
    assert len(read) == 2
    assert sum(read) == len(delivered) - 1
    assert edition.printed.count("begun anew once") == 1


def test_sail_gives_the_same_bytes_in_another_home(edition: Edition, tmp_path: Path) -> None:
    """The whole way from the inputs that the store keeps, models and their data tests on the other engine."""
    other = tmp_path / HOME
    ceping("fetch", edition.release_id, "--home", other, command=in_store(edition.home))
    release = contents(other / "releases" / str(EARLIER))
    assert release == contents(edition.home / "releases" / str(EARLIER))
    candidates = edition.home.parent / "store" / "candidates"
    shutil.rmtree(candidates)
    verified = ceping("verify", "--engine", "sail", "--home", other, command=in_store(edition.home))
    # What is computed again, to be compared, is nobody's candidate.
    assert not candidates.exists()
    assert re.search(r"computed again from its inputs: (\d+) of \1 tables have the same bytes", verified)
