"""Another inbox gives that inbox's figures: counted once more from the files, in plain Python."""

import csv
import gzip
import json
from pathlib import Path
from typing import Any

import fastexcel
import pytest

from pipelines.settings import SEEDS_DIR
from tests.end_to_end.conftest import Edition, ceping, run

Row = dict[str, Any]
NEW_SITES = """网站标识码,网站名称,首页网址,行政区划代码,层级,网站类型,运行状态
3301009901,甲示例网,www.jia.example,330100,市级,部门网站,正常
3301009902,乙示例网,www.yi.example,330100,市级,部门网站,例外
3301009903,丙示例网,www.bing.example,330100,市级,部门网站,关停
3301009904,,www.ding.example,330100,市级,部门网站,正常
33010099,戊示例网,www.wu.example,330100,市级,部门网站,正常
9999999905,己示例网,www.ji.example,999999,市级,部门网站,正常
3301009906,庚示例网,www.geng.example,330100,市级,部门网站,正常
3301009906,庚示例网,www.geng.example,330100,市级,部门网站,正常
3301009907,辛示例网,www.xin.example,330100,市级,部门网站,正常
3301009907,辛示例二网,www.xin.example,330100,市级,部门网站,正常
"""
NEW_PAGES = [
    {"url": "http://www.jia.example/", "fetched_at": "2017-09-01 08:00:00", "fetch_outcome": "ok", "http_status": 200},
    {"url": "http://www.jia.example/a", "fetched_at": "2017-09-01 08:00:01", "fetch_outcome": "ok", "http_status": 404},
    {"url": "http://www.nobody.example/", "fetched_at": "2017-09-01 08:00:02", "fetch_outcome": "timeout"},
    {"url": "http://www.jia.example/b", "fetched_at": "the first of May", "fetch_outcome": "ok"},
]


@pytest.fixture(scope="module")
def other(small: Edition, tmp_path_factory: pytest.TempPathFactory) -> Edition:
    copy = small.copied_to(tmp_path_factory.mktemp("other"))
    (copy.inbox / "site_registry" / "补报.csv").write_text(NEW_SITES, encoding="gb18030")
    lines = "".join(json.dumps(page) + "\n" for page in NEW_PAGES) + '{"url": "http://www.jia.ex\n'
    (copy.inbox / "site_crawl" / "补抓.jsonl").write_text(lines, encoding="utf-8")
    return run(copy.home, copy.inbox)


def workbook_rows(folder: Path) -> list[Row]:
    found = []
    for path in sorted(folder.glob("*.xlsx")):
        workbook = fastexcel.read_excel(path)
        for sheet in workbook.sheet_names:
            rows = workbook.load_sheet(sheet, header_row=None, dtypes="string").to_polars().rows()
            start = next(place for place, row in enumerate(rows) if "网站标识码" in row or "行政区划代码" in row)
            found += [dict(zip(rows[start], row, strict=True)) for row in rows[start + 1 :]]
    return found


def csv_rows(folder: Path) -> list[Row]:
    return [
        row
        for path in sorted(folder.glob("*.csv"))
        for row in csv.DictReader(path.open(encoding="gb18030", newline=""))
    ]


def known_regions() -> set[str]:
    with (SEEDS_DIR / "divisions.csv").open(encoding="utf-8", newline="") as stream:
        return {row["region_code"] for row in csv.DictReader(stream)}


def running_sites(inbox: Path) -> dict[str, Row]:
    """Sites that count, by code: whole, of a known place, said once or twice the same, and not closed."""
    rows = [*workbook_rows(inbox / "site_registry"), *csv_rows(inbox / "site_registry")]
    regions = known_regions()
    whole = [
        row
        for row in rows
        if len(row["网站标识码"]) == 10
        and row["网站名称"]
        and (not row["行政区划代码"] or row["行政区划代码"] in regions)
    ]
    said: dict[str, set[str]] = {}
    for row in whole:
        said.setdefault(row["网站标识码"], set()).add(json.dumps(row, ensure_ascii=False))
    return {
        row["网站标识码"]: row
        for row in whole
        if len(said[row["网站标识码"]]) == 1 and row["运行状态"] not in ("关停", "关闭")
    }


def test_the_stock_is_that_of_the_files(other: Edition) -> None:
    assert other.figures()["trend2.running_sites"] == len(running_sites(other.inbox)) == 1003


def test_the_inspected_share_is_that_of_the_files(other: Edition) -> None:
    running = running_sites(other.inbox)
    checks = [
        row
        for row in workbook_rows(other.inbox / "site_inspection")
        if row["检查方式"] == "自查" and row["检查日期"] >= "2017-07"
    ]
    inspected = {row["网站标识码"] for row in checks}
    passed = {row["网站标识码"] for row in checks if row["是否合格"] == "合格"}
    figures = other.figures()
    assert inspected <= running.keys()
    assert figures["trend2.inspected_sites"] == len(inspected)
    assert figures["trend2.inspected_share"] == len(inspected) / len(running)
    assert figures["trend2.pass_share"] == len(passed) / len(inspected)


def test_the_census_is_that_of_the_files(other: Edition) -> None:
    census = [row for row in workbook_rows(other.inbox / "platform_census") if row["截止日期"].startswith("2017-08-31")]
    integrated = [row for row in census if row["是否建成一体化平台"] == "是"]
    covered = [row for row in integrated if {row["覆盖省级"], row["覆盖市级"], row["覆盖县级"]} == {"是"}]
    figures = other.figures()
    assert figures["trend3.integrated_platforms"] == len([row for row in integrated if row["行政区划代码"] != "XPCC"])
    assert figures["trend3.three_level_platforms"] == len(covered)


def test_the_fusion_of_ministries_is_that_of_the_files(other: Edition) -> None:
    sites = running_sites(other.inbox)
    portals = {code for code, row in sites.items() if row["层级"] == "国务院部门" and row["网站类型"] == "门户网站"}
    looked_at: dict[str, set[str]] = {}
    for path in (other.inbox / "site_crawl").glob("*.jsonl.gz"):
        for line in gzip.decompress(path.read_bytes()).decode().splitlines():
            page = json.loads(line)
            if page["网站标识码"] in portals and page["状态码"] == 200:
                looked_at.setdefault(page["网站标识码"], set()).update(page["新媒体链接"])
    fused = [code for code, links in looked_at.items() if links]
    assert looked_at.keys() == portals
    assert other.figures()["trend4.fusion_central_department"] == len(fused) / len(portals)


def test_bad_rows_are_named_with_file_row_column_and_reason(other: Edition) -> None:
    rows = other.rows(
        "select file_name, row_number, column_name, reason_code from audit.quarantine "
        "where file_name in ('补报.csv', '补抓.jsonl')"
    )
    assert {tuple(row.values()) for row in rows} == {
        ("补报.csv", 5, "site_name", "missing"),
        ("补报.csv", 6, "site_code", "pattern"),
        ("补报.csv", 7, "region_code", "unknown_reference"),
        ("补报.csv", 9, "site_code", "duplicate_key"),
        ("补报.csv", 10, "site_code", "conflicting_key"),
        ("补报.csv", 11, "site_code", "conflicting_key"),
        ("补抓.jsonl", 3, "url_host", "unknown_reference"),
        ("补抓.jsonl", 4, "fetched_at", "not_a_timestamp"),
        ("补抓.jsonl", 5, "whole row", "broken_row"),
    }
    [site] = other.rows(
        "select page_count, dead_link_count from core.fct_site_crawl where subject_id = 'website:3301009901'"
    )
    assert site == {"page_count": 2, "dead_link_count": 1}


def test_nothing_of_a_release_is_written_twice(other: Edition) -> None:
    assert "0 files read, 0 models built" in ceping("run", "--home", other.home, "--inbox", other.inbox)
