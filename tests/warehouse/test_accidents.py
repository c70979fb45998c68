"""The order of rows, how they are split into files, copies of files and the number of threads change no value."""

import gzip
import random
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from pipelines.example import ExampleOptions, write_example
from pipelines.settings import Settings
from tests.fixtures.warehouse import build, ingest, rows_of, tables_of

WHERE_A_ROW_STOOD = {"file_id", "sheet", "row_number"}
# They say from which files and rows something comes, which is what the accidents are about.
WHERE_FROM = {"indices.idx_evidence", "trends.figure_input"}
# Home pages come from archives of whole pages, and the example delivers none; one edition has no other beside it.
WITHOUT_EXAMPLE = {"core.fct_site_home", "trends.trend_over_time"}
Rows = list[str]


def crawl_file(inbox: Path) -> Path:
    return next((inbox / "site_crawl").glob("*.jsonl.gz"))


def read_lines(path: Path) -> Rows:
    return gzip.decompress(path.read_bytes()).decode().splitlines(keepends=True)


def in_another_order(inbox: Path) -> None:
    path = crawl_file(inbox)
    lines = read_lines(path)
    random.Random(1).shuffle(lines)
    path.write_bytes(gzip.compress("".join(lines).encode()))


def in_three_files(inbox: Path) -> None:
    path = crawl_file(inbox)
    lines = read_lines(path)
    path.unlink()
    for part in range(3):
        (path.parent / f"part-{part}.jsonl").write_text("".join(lines[part::3]), encoding="utf-8")


def delivered_twice(inbox: Path) -> None:
    path = crawl_file(inbox)
    (path.parent / "again.jsonl.gz").write_bytes(path.read_bytes())
    (path.parent / "some-again.jsonl").write_text("".join(read_lines(path)[:40]), encoding="utf-8")


def untouched(inbox: Path) -> None:
    assert crawl_file(inbox).is_file()


def values(folder: Path, change: Callable[[Path], None], threads: int) -> dict[str, pl.DataFrame]:
    """The published values of the small example after a change to its inbox, without where rows stood."""
    settings = Settings(home=folder / "home", inbox=folder / "inbox", edition=2017, threads=threads)
    write_example(settings.inbox_dir, ExampleOptions(sites=200, crawled=60, pages=8), lambda message: None)
    change(settings.inbox_dir)
    ingest(settings)
    build(settings)
    frames = {
        table.full_name: rows_of(settings, table.full_name)
        for table in tables_of(settings)
        if table.schema_name != "audit" and table.full_name not in WHERE_FROM
    }
    return {
        name: frame.select(column for column in frame.columns if column not in WHERE_A_ROW_STOOD).sort(pl.all())
        for name, frame in frames.items()
    }


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pl.DataFrame]:
    return values(tmp_path_factory.mktemp("expected"), untouched, threads=2)


@pytest.mark.parametrize(
    ("change", "threads"),
    [(in_another_order, 1), (in_three_files, 7), (delivered_twice, 2)],
)
def test_no_published_value_changes(
    expected: dict[str, pl.DataFrame], tmp_path: Path, change: Callable[[Path], None], threads: int
) -> None:
    found = values(tmp_path, change, threads)
    assert found.keys() == expected.keys()
    for name, frame in expected.items():
        assert len(frame) or name in WITHOUT_EXAMPLE, name
        assert_frame_equal(found[name], frame)
