"""The order of rows, how they are split into files, copies of files and the number of threads change no value."""

import gzip
import random
from collections.abc import Callable
from pathlib import Path

import polars as pl
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


def all_accidents(inbox: Path) -> None:
    """The crawl in another order, in three files, one of them twice, and some of its rows once more."""
    path = crawl_file(inbox)
    lines = read_lines(path)
    path.unlink()
    random.Random(1).shuffle(lines)
    for part in range(3):
        (path.parent / f"part-{part}.jsonl").write_text("".join(lines[part::3]), encoding="utf-8")
    (path.parent / "again.jsonl.gz").write_bytes(gzip.compress("".join(lines[::3]).encode()))
    (path.parent / "some-again.jsonl").write_text("".join(lines[:40]), encoding="utf-8")


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


def test_no_published_value_changes(tmp_path: Path) -> None:
    expected = values(tmp_path / "untouched", untouched, threads=2)
    found = values(tmp_path / "accidents", all_accidents, threads=7)
    assert found.keys() == expected.keys()
    for name, frame in expected.items():
        assert len(frame) or name in WITHOUT_EXAMPLE, name
        assert_frame_equal(found[name], frame)
