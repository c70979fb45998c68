"""Several workers land an inbox: whatever dies, what is landed in the end is what one undisturbed home lands."""

import signal
import subprocess
import sys
from collections.abc import Callable
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from pipelines.cli.commands import app
from pipelines.errors import CepingError
from pipelines.foundation.hashing import hash_file
from pipelines.ingest.contracts import load_contracts
from pipelines.ingest.part import Part, land_part, planned
from pipelines.ingest.plan import share_of
from pipelines.ingest.source import ingest_source
from pipelines.settings import PROJECT_ROOT, Settings
from tests.fixtures.deliveries import FORMATS

Deliver = Callable[[str, str, bytes], Path]
SOURCE = "site_registry"
HEADER = ("网站标识码", "网站名称", "首页网址", "层级", "网站类型")
SURVEY = "survey_response"
# Dies when it has written its second object and not yet what it tells of.
DYING = """
import os, signal, sys
from pathlib import Path
from pipelines.ingest.facts import Objects
from pipelines.ingest.part import Part, land_part
from pipelines.settings import Settings
record, written = Objects.record, []
def dies(self, facts):
    if written:
        os.kill(os.getpid(), signal.SIGKILL)
    written.append(record(self, facts))
Objects.record = dies
land_part(Settings(home=Path(sys.argv[1]), inbox=Path(sys.argv[2]), threads=1), Part(1, 2), print)
"""


@pytest.fixture
def inbox(settings: Settings, deliver: Deliver) -> Path:
    for number in range(20):
        row = (f"33{number:08}", f"示例{number}", f"s{number}.example", "县级", "门户网站")
        for name in ("a.csv", "a.jsonl"):
            deliver(SOURCE, f"{number}{name[1:]}", FORMATS[name](HEADER, [row]))
    for name in ("a.parquet", "a.xlsx"):
        deliver(SOURCE, name, FORMATS[name](HEADER, [("3399999999", "示例", "x.example", "县级", "门户网站")] * 9))
    deliver(SOURCE, "copy.csv", FORMATS["a.csv"](HEADER, [("3300000003", "示例3", "s3.example", "县级", "门户网站")]))
    return settings.inbox_dir


def ingest(settings: Settings) -> list[str]:
    told: list[str] = []
    ingest_source(load_contracts()[SOURCE], settings, told.append)
    return told


def landed(settings: Settings) -> dict[str, str]:
    """The hash of every landed file and of the ledger."""
    return {
        path.relative_to(settings.landing_dir).as_posix(): hash_file(path)
        for path in settings.landing_dir.rglob("*.parquet")
    }


@pytest.mark.usefixtures("inbox")
def test_what_two_workers_land_of_whom_one_dies_is_what_one_home_lands(settings: Settings, tmp_path: Path) -> None:
    alone = settings.for_run(home=tmp_path / "alone")
    ingest(alone)
    command = [sys.executable, "-B", "-c", DYING, str(settings.home_dir), str(settings.inbox_dir)]
    dead = subprocess.run(command, cwd=PROJECT_ROOT, check=False, capture_output=True, text=True)
    assert dead.returncode == -signal.SIGKILL, dead.stderr
    assert land_part(settings, Part(2, 2), lambda message: None) > 0
    told = ingest(settings)
    assert any("files were landed already" in line for line in told)
    assert landed(settings) == landed(alone)
    assert list((settings.home_dir / "work").rglob("*.parquet")) == []
    assert ingest(settings) == []


@pytest.mark.usefixtures("inbox")
def test_whatever_all_workers_land_is_not_read_again(settings: Settings, tmp_path: Path) -> None:
    alone = settings.for_run(home=tmp_path / "alone")
    ingest(alone)
    arguments = ["--home", str(settings.home_dir), "--inbox", str(settings.inbox_dir)]
    for part in ("1/3", "2/3", "3/3", "2/3"):
        done = CliRunner().invoke(app, ["land", "--part", part, *arguments])
        assert done.exit_code == 0, done.output
    assert "part 2/3: 0 files were read now" in done.output
    mistyped = CliRunner().invoke(app, ["land", "--edition", "2071", *arguments])
    assert mistyped.exit_code == 1
    assert "edition 2071 has no row in seeds" in mistyped.output
    assert ingest(settings) == [f"{SOURCE}: 42 files were landed already"]
    assert landed(settings) == landed(alone)


@pytest.mark.usefixtures("inbox")
def test_parts_have_every_lot_once_and_about_as_many_bytes(settings: Settings) -> None:
    everything = [file.path for _, lots in planned(settings, Part(1, 1)) for lot in lots for file in lot]
    parts = [[f.path for _, lots in planned(settings, Part(n, 3)) for lot in lots for f in lot] for n in (1, 2, 3)]
    assert sorted(chain.from_iterable(parts)) == sorted(everything) == sorted((settings.inbox_dir / SOURCE).iterdir())


@given(st.lists(st.integers(0, 99)), st.integers(1, 9))
def test_parts_of_work_differ_by_one_piece_at_most(sizes: list[int], parts: int) -> None:
    work = [(number, size) for number, size in enumerate(sizes)]
    shares = [share_of(work, part, parts) for part in range(1, parts + 1)]
    assert sorted(chain.from_iterable(shares)) == list(range(len(sizes)))
    given_bytes = [sum(max(1, sizes[number]) for number in share) for share in shares]
    assert max(given_bytes) - min(given_bytes) <= max([1, *sizes])


@pytest.mark.parametrize("part", ["0/3", "4/3", "3", "a/b", "-1/3", "1/0"])
def test_a_part_that_is_none_is_named(part: str) -> None:
    with pytest.raises(CepingError, match=rf"a part is written as 3/16, .* not {part}"):
        Part.parse(part)


def test_a_file_that_fails_is_told_by_the_worker_and_its_other_files_land(
    settings: Settings, deliver: Deliver, inbox: Path
) -> None:
    deliver(SOURCE, "bad.csv", b"nothing,known\n1,2\n")
    with pytest.raises(CepingError, match=r"site_registry/bad\.csv"):
        land_part(settings, Part(1, 1), lambda message: None)
    (inbox / SOURCE / "bad.csv").unlink()
    assert ingest(settings) == [f"{SOURCE}: 42 files were landed already"]
