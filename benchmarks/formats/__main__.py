"""Measures JSON Lines and WARC ingest and writes `benchmarks/results/formats.json`: `python -m benchmarks.formats`."""

import shutil
import sys
from pathlib import Path

from fastwarc.warc import WarcRecord, WarcRecordType
from pydantic import BaseModel, ConfigDict

from benchmarks.deliveries import SIZES, deliver
from benchmarks.measuring import Measurement, measure
from pipelines.settings import PROJECT_ROOT, Settings

RESULT = PROJECT_ROOT / "benchmarks" / "results" / "formats.json"
JSON_ROWS = "3"
PAGES, ITEMS = 6_000, 220
REPETITIONS = 3


class FormatResult(BaseModel):
    """What our reader and the parser alone cost, the median of the repetitions by seconds."""

    model_config = ConfigDict(frozen=True)

    name: str
    rows: int
    mebibytes: float
    ours: Measurement
    alone: Measurement

    @property
    def ratio(self) -> float:
        """Ours as a multiple of the parser alone."""
        return self.ours.wall / self.alone.wall


class FormatResults(BaseModel):
    """Every format measured."""

    formats: list[FormatResult]


def main() -> None:
    """Measure both formats and keep the results."""
    work = Settings().home_dir / "bench" / "formats"
    shutil.rmtree(work, ignore_errors=True)
    results = FormatResults(formats=[_json_lines(work / "json"), _warc(work / "warc")])
    RESULT.write_text(results.model_dump_json(indent=1) + "\n", encoding="utf-8")
    shutil.rmtree(work)
    for result in results.formats:
        speed = result.mebibytes / result.ours.wall
        print(
            f"{result.name}: {result.rows:,} rows, {result.mebibytes:,.0f} MiB: {result.ours.wall:.1f} s "
            f"({speed:.0f} MiB/s, {result.ours.peak_gib:.2f} GiB), alone {result.alone.wall:.1f} s: {result.ratio:.2f}"
        )


def _json_lines(work: Path) -> FormatResult:
    deliver(SIZES[JSON_ROWS], work / "inbox")
    folder = work / "inbox" / "site_crawl"
    alone = _median(work, [sys.executable, "-m", "benchmarks.formats.json_alone", folder, work / "out"])
    return _result("JSON Lines", SIZES[JSON_ROWS].rows, folder, _ours(work), alone)


def _warc(work: Path) -> FormatResult:
    folder = work / "inbox" / "site_crawl"
    folder.mkdir(parents=True)
    archive = folder / "pages.warc"
    with archive.open("wb") as stream:
        for number in range(PAGES):
            _write_page(stream, number)
    alone = _median(work, [sys.executable, "-m", "benchmarks.formats.warc_alone", archive])
    return _result("WARC", PAGES, folder, _ours(work), alone)


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


def _result(name: str, rows: int, folder: Path, ours: Measurement, alone: Measurement) -> FormatResult:
    mebibytes = sum(path.stat().st_size for path in folder.iterdir()) / (1 << 20)
    return FormatResult(name=name, rows=rows, mebibytes=mebibytes, ours=ours, alone=alone)


if __name__ == "__main__":
    main()
