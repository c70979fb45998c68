"""Measures ingest of JSON Lines, CSV, many small files and WARC: `python -m benchmarks.formats`.

It writes `benchmarks/results/formats.json`, which `python -m benchmarks --report` puts into the page on performance;
with names (`json`, `csv`, `small`, `warc`) it measures those and keeps the rest.
"""

import gzip
import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
from fastwarc.warc import WarcRecord, WarcRecordType

from benchmarks.deliveries import FASTEST, SIZES, Size, deliver
from benchmarks.measuring import Measurement, measure
from benchmarks.results import FormatResult, Machine, keep_format
from pipelines.settings import Settings

JSON_ROWS, CSV_ROWS = "3", "1"
SMALL_FILES, LARGE_FILES, PAGES_A_SITE = 15_000, 50, 100
PAGES, ITEMS = 6_000, 220
REPETITIONS = 3


def main() -> None:
    """Measure what is named, or all, and keep the results."""
    work = Settings().home_dir / "bench" / "formats"
    shutil.rmtree(work, ignore_errors=True)
    for name in sys.argv[1:] or MEASURED:
        result = MEASURED[name](work / name)
        keep_format(name, result)
        print(
            f"{result.name}: {result.rows:,} rows, {result.mebibytes:,.0f} MiB: {result.ours.wall:.1f} s, "
            f"{result.beside} {result.alone.wall:.1f} s: {result.ratio:.2f}, "
            f"{result.cpu_ratio:.2f} in processor seconds",
            flush=True,
        )
    shutil.rmtree(work)


def _json_lines(work: Path) -> FormatResult:
    deliver(SIZES[JSON_ROWS], work / "inbox")
    return _beside_typed(work, SIZES[JSON_ROWS], "JSON Lines, gzip", "read_json")


def _delimited(work: Path) -> FormatResult:
    """The crawl rows as CSV in UTF-8, with the columns of their JSON Lines."""
    deliver(SIZES[CSV_ROWS], work / "lines")
    folder = work / "inbox" / "site_crawl"
    folder.mkdir(parents=True)
    for path in sorted((work / "lines" / "site_crawl").iterdir()):
        with gzip.open(path) as lines:
            keys = ", ".join(f"'{key}': 'VARCHAR'" for key in json.loads(lines.readline()))
        rows = f"read_json('{path}', format = 'newline_delimited', columns = {{{keys}}}, ignore_errors = true)"
        duckdb.execute(f"copy (from {rows}) to '{folder / path.name}.csv' (format csv, header)")
    return _beside_typed(work, SIZES[CSV_ROWS], "CSV", "read_csv")


def _beside_typed(work: Path, size: Size, name: str, reader: str) -> FormatResult:
    """The crawl rows in the inbox, beside DuckDB's reader alone with every column typed."""
    folder = work / "inbox" / "site_crawl"
    alone = _median(work, [sys.executable, "-m", "benchmarks.formats.typed_alone", folder, work / "out"])
    return FormatResult(
        name=name,
        beside=f"`{reader}` with every column typed, into Parquet",
        code=Machine.this().code,
        rows=size.rows,
        mebibytes=_mebibytes(folder),
        ours=_ours(work),
        alone=alone,
        most=1.5,
    )


def _small_files(work: Path) -> FormatResult:
    """One file a site; alone is our own reader on the same rows in few files."""
    lines = _lines_of_pages(work)
    small, large = work / "small", work / "large"
    _write_files(small / "site_crawl", lines, SMALL_FILES)
    _write_files(large / "site_crawl", lines, LARGE_FILES)
    ours, alone = (
        _median(work, [sys.executable, "-m", "benchmarks.formats.ours", "site_crawl", inbox, work / "out"])
        for inbox in (small, large)
    )
    return FormatResult(
        name=f"JSON Lines, {SMALL_FILES:,} files of a site each",
        beside=f"the same rows in {LARGE_FILES} files",
        code=Machine.this().code,
        rows=len(lines),
        mebibytes=_mebibytes(small / "site_crawl"),
        ours=ours,
        alone=alone,
        most=1.5,
    )


def _lines_of_pages(work: Path) -> list[bytes]:
    """So many pages a site, in the order of the sites."""
    deliver(Size(SMALL_FILES, PAGES_A_SITE), work / "inbox")
    paths = sorted((work / "inbox" / "site_crawl").iterdir())
    lines = [line for path in paths for line in gzip.decompress(path.read_bytes()).splitlines(keepends=True)]
    return lines[: SMALL_FILES * PAGES_A_SITE]


def _write_files(folder: Path, lines: list[bytes], count: int) -> None:
    folder.mkdir(parents=True)
    share = len(lines) // count
    for number in range(count):
        part = b"".join(lines[number * share : (number + 1) * share])
        (folder / f"{number:05}.jsonl.gz").write_bytes(gzip.compress(part, compresslevel=FASTEST, mtime=0))


def _warc(work: Path) -> FormatResult:
    folder = work / "inbox" / "site_crawl"
    folder.mkdir(parents=True)
    archive = folder / "pages.warc"
    with archive.open("wb") as stream:
        for number in range(PAGES):
            _write_page(stream, number)
    alone = _median(work, [sys.executable, "-m", "benchmarks.formats.warc_alone", archive])
    return FormatResult(
        name="WARC",
        beside="FastWARC and Resiliparse parsing each page",
        code=Machine.this().code,
        rows=PAGES,
        mebibytes=_mebibytes(folder),
        ours=_ours(work),
        alone=alone,
        most=2,
    )


def _write_page(stream: object, number: int) -> None:
    items = "".join(
        f'<li><a href="/art/2017/8/{item % 28 + 1}/art_{number}_{item}.html">关于做好第{item}项工作的通知</a>'
        f"<span>2017-08-{item % 28 + 1:02}</span></li>"
        for item in range(ITEMS)
    )
    page = (
        f'<html lang="zh-CN"><head><meta charset="utf-8"><meta name="SiteName" content="示例{number}">'
        f'<meta name="SiteIDCode" content="3701000001"><meta name="viewport" content="width=device-width">'
        f"<title>示例门户{number}</title></head><body><form><input name='keyword'></form>"
        f'<a href="https://weibo.com/u/{number}">微博</a><ul>{items}</ul></body></html>'
    )
    body = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + page.encode()
    record = WarcRecord()
    record.init_headers(WarcRecordType.response)
    record.headers["WARC-Target-URI"] = f"http://site{number}.example/"
    record.headers["WARC-Date"] = "2017-08-20T00:00:00Z"
    record.headers["Content-Type"] = "application/http; msgtype=response"
    record.set_bytes_content(body)
    record.write(stream)


def _ours(work: Path) -> Measurement:
    command = [sys.executable, "-m", "benchmarks.formats.ours", "site_crawl", work / "inbox", work / "out"]
    return _median(work, command)


def _median(work: Path, command: list[object]) -> Measurement:
    costs = []
    for _ in range(REPETITIONS):
        shutil.rmtree(work / "out", ignore_errors=True)
        costs.append(measure(command, work / "log.txt"))
    return sorted(costs, key=lambda cost: cost.wall)[REPETITIONS // 2]


def _mebibytes(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.iterdir()) / (1 << 20)


MEASURED: dict[str, Callable[[Path], FormatResult]] = {
    "json": _json_lines,
    "csv": _delimited,
    "small": _small_files,
    "warc": _warc,
}


if __name__ == "__main__":
    main()
