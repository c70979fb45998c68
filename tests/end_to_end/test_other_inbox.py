"""Another inbox gives that inbox's figures: counted once more from the files, in plain Python."""

import csv
import datetime as dt
import gzip
import json
from pathlib import Path
from typing import Any

import fastexcel
import pytest

from pipelines.reference.rows import seed_path
from pipelines.settings import SEEDS_DIR, Settings
from tests.fixtures.deliveries import Cells, write_workbook
from tests.fixtures.warehouse import asked, build, figures_of, ingest
from tests.fixtures.whole_runs import SITES, Edition

Row = dict[str, Any]
NEW_SITES = """网站标识码,网站名称,首页网址,行政区划代码,层级,网站类型,运行状态
3301009901,甲示例网,www.jia.example,330100,市级,部门网站,正常
3301009902,乙示例网,www.yi.example,330100,市级,部门网站,例外
3301009903,丙示例网,www.bing.example,330100,市级,部门网站,关停
3301009904,,www.ding.example,330100,市级,部门网站,正常
33010099,戊示例网,www.wu.example,330100,市级,部门网站,正常
3501829905,己示例网,www.ji.example,350182,市级,部门网站,正常
3301009906,庚示例网,www.geng.example,330100,市级,部门网站,正常
3301009906,庚示例网,www.geng.example,330100,市级,部门网站,正常
3301009907,辛示例网,www.xin.example,330100,市级,部门网站,正常
3301009907,辛示例二网,www.xin.example,330100,市级,部门网站,正常
3301009908,壬示例网,www.ren.example,330100,街道,部门网站,正常
3301009909,癸示例网
"""
HOME = {
    "url": "http://www.jia.example/",
    "fetched_at": "2017-09-01 08:00:00",
    "fetch_outcome": "ok",
    "http_status": 200,
}
NEW_PAGES = [
    HOME,
    HOME | {"url": "http://www.jia.example/a", "http_status": 404},
    HOME | {"url": "http://www.nobody.example/"},
    HOME | {"url": "http://www.jia.example/b", "fetched_at": "the first of May"},
    HOME,
    HOME | {"url": "http://www.jia.example/c"},
    HOME | {"url": "http://www.jia.example/c", "http_status": 404},
    HOME | {"url": "http://www.jia.example/d", "http_status": 999},
    HOME | {"url": "http://www.jia.example/e", "fetch_outcome": "炸了"},
    HOME | {"url": "http://www.jia.example/f", "new_media_links": "weibo"},
    HOME | {"url": "http://www.jia.example/g", "site_code": "3301"},
]
# Whether a site can be reached at all: of one 19 of 20 probes passed, of the other 18 of 19.
PROBES = [
    HOME | {"url": f"http://www.{site}.example/", "fetched_at": f"2017-09-01 08:{minute:02}:00"}
    | ({"fetch_outcome": "timeout", "http_status": None} if minute == 7 else {})
    for site, count in (("yi", 20), ("geng", 19))
    for minute in range(count)
]  # fmt: skip
NEW_CHECKS: dict[str, Cells] = {
    "补查": [
        ["第三季度补查"],
        [],
        ["网站标识码", "检查日期", "检查方式", "是否合格", "不合格原因"],
        ["3301009901", "2017-09-01", "自查", "合格"],
        ["3301009902", "2017-13-45", "自查", "合格"],
        ["3301009902", "2017-09-01", "互查", "合格"],
        ["3301009902", "2017-09-01", "自查", None],
        ["3301009902", "2017-09-03", "自查", "不合格", "评分不达标"],
        ["3301009902", "2017-09-03", "自查", "不合格", "评分不达标"],
        ["3301009906", "2017-09-02", "自查", "合格"],
        ["3301009906", "2017-09-02", "自查", "不合格", "评分不达标"],
    ],
    "附表": [
        ["网站标识码", "检查日期", "检查方式", "是否合格", "不合格原因"],
        ["3301009999", "2017-09-01", "自查", "合格"],
    ],
}
# Beijing says two things of one day, and one thing twice of another.
NEW_CENSUS: dict[str, Cells] = {
    "补报": [
        ["行政区划代码", "地区", "截止日期", "是否建成一体化平台", "覆盖省级", "覆盖市级", "覆盖县级"],
        ["110000", "北京市", "2017-08-31", "否", "否", "否", "否"],
        ["110000", "北京市", "2017-06-30", "是", "是", "是", "是"],
        ["110000", "北京市", "2017-06-30", "是", "是", "是", "是"],
        ["120000", "天津市", "2017-09-30", "否", "否", "否", "否"],
        ["990000", "某省", "2017-08-31", "是", "是", "是", "是"],
        ["11", "某市", "2017-08-31", "是", "是", "是", "是"],
        ["130000", "河北省", "2017-09-30", "也许", "是", "是", "是"],
    ],
}
LEVELS = {"国务院部门", "省级", "计划单列市及省会城市", "地市级", "市级", "县级", "县级及以下"}


@pytest.fixture(scope="module")
def other(small: Edition, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    copy = small.copied_to(tmp_path_factory.mktemp("other"))
    (copy.inbox / "site_registry" / "补报.csv").write_text(NEW_SITES, encoding="gb18030")
    lines = "".join(json.dumps(page) + "\n" for page in NEW_PAGES) + '{"url": "http://www.jia.ex\n'
    (copy.inbox / "site_crawl" / "补抓.jsonl").write_text(lines, encoding="utf-8")
    probes = "".join(json.dumps(page) + "\n" for page in PROBES)
    (copy.inbox / "site_crawl" / "探测.jsonl").write_text(probes, encoding="utf-8")
    write_workbook(copy.inbox / "site_inspection" / "补查.xlsx", NEW_CHECKS)
    write_workbook(copy.inbox / "platform_census" / "补普查.xlsx", NEW_CENSUS)
    settings = Settings(home=copy.home, inbox=copy.inbox, edition=2017)
    ingest(settings)
    build(settings)
    return settings


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
    """Rows as wide as their header."""
    return [
        row
        for path in sorted(folder.glob("*.csv"))
        for row in csv.DictReader(path.open(encoding="gb18030", newline=""))
        if None not in row.values()
    ]


def unambiguous(rows: list[Row], *key: str) -> list[Row]:
    """One row a key, and none where two rows of a key say different things."""
    said: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        said.setdefault(tuple(row[name] for name in key), []).append(row)
    return [same[0] for same in said.values() if all(row == same[0] for row in same)]


def is_day(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def known_regions() -> set[str]:
    with seed_path(SEEDS_DIR, "divisions").open(encoding="utf-8", newline="") as stream:
        return {row["region_code"] for row in csv.DictReader(stream) if not "" < row["ended_on"] <= "2017-12-31"}


def registered_sites(inbox: Path) -> dict[str, Row]:
    """Government sites that count, by code: whole, of a known place and level, said once or twice the same."""
    rows = [*workbook_rows(inbox / "site_registry"), *csv_rows(inbox / "site_registry")]
    regions = known_regions()
    whole = [
        row
        for row in rows
        if len(row["网站标识码"]) == 10
        and row.get("对象类别") in (None, "", "网站")
        and row.get("系统") != "党务"
        and row["网站名称"]
        and row["层级"] in LEVELS
        and (not row["行政区划代码"] or row["行政区划代码"] in regions)
    ]
    return {row["网站标识码"]: row for row in unambiguous(whole, "网站标识码")}


def running_sites(inbox: Path) -> dict[str, Row]:
    """Sites that count and are not closed, by code."""
    return {code: row for code, row in registered_sites(inbox).items() if row["运行状态"] not in ("关停", "关闭")}


def stock_of(inbox: Path, day: str) -> set[str]:
    """Codes of the sites that were open on a day, by their dates; without a date of closing, by their state."""
    return {
        code
        for code, row in registered_sites(inbox).items()
        if (row.get("开通日期") or "")[:10] <= day
        and (row["关停日期"][:10] > day if row.get("关停日期") else row["运行状态"] not in ("关停", "关闭"))
    }


def census_of(inbox: Path, day: str) -> list[Row]:
    """What each unit said last until a day, of all it said clearly."""
    regions = known_regions()
    clear = [
        row | {"截止日期": row["截止日期"][:10]}
        for row in workbook_rows(inbox / "platform_census")
        if row["行政区划代码"] in regions and row["是否建成一体化平台"] in ("是", "否")
    ]
    kept = [row for row in unambiguous(clear, "行政区划代码", "截止日期") if row["截止日期"] <= day]
    return list({row["行政区划代码"]: row for row in sorted(kept, key=lambda row: row["截止日期"])}.values())


def test_the_stock_is_that_of_the_files(other: Settings) -> None:
    assert figures_of(other)["trend2.running_sites"] == len(running_sites(other.inbox_dir)) == SITES + 3


def test_the_inspected_share_is_that_of_the_files(other: Settings) -> None:
    running = running_sites(other.inbox_dir)
    checks = [
        row | {"检查日期": row["检查日期"][:10]}
        for row in workbook_rows(other.inbox_dir / "site_inspection")
        if row["检查方式"] == "自查" and row["是否合格"] and row["网站标识码"] in running
    ]
    third_quarter = [row for row in checks if is_day(row["检查日期"]) and "2017-07" <= row["检查日期"] < "2017-10"]
    kept = unambiguous(third_quarter, "网站标识码", "检查日期")
    inspected = {row["网站标识码"] for row in kept}
    passed = {row["网站标识码"] for row in kept if row["是否合格"] == "合格"}
    figures = figures_of(other)
    assert {"3301009901", "3301009902"} <= inspected
    assert "3301009906" not in inspected
    assert figures["trend2.inspected_sites"] == len(inspected)
    stock = stock_of(other.inbox_dir, "2017-09-01")
    assert figures["trend2.inspected_share"] == len(inspected & stock) / len(stock)
    assert figures["trend2.pass_share"] == len(passed) / len(inspected)


def test_the_census_is_that_of_the_files(other: Settings) -> None:
    census = census_of(other.inbox_dir, "2017-08-31")
    assert {row["行政区划代码"]: row["截止日期"] for row in census if row["行政区划代码"] in ("110000", "120000")} == {
        "110000": "2017-06-30",
        "120000": "2017-08-31",
    }
    integrated = [row for row in census if row["是否建成一体化平台"] == "是"]
    covered = [row for row in integrated if {row["覆盖省级"], row["覆盖市级"], row["覆盖县级"]} == {"是"}]
    figures = figures_of(other)
    assert figures["trend3.integrated_platforms"] == len([row for row in integrated if row["行政区划代码"] != "XPCC"])
    assert figures["trend3.three_level_platforms"] == len(covered)


@pytest.mark.parametrize(
    ("figure", "level"),
    [
        ("trend4.fusion_central_department", "国务院部门"),
        ("trend4.fusion_province", "省级"),
        ("trend4.fusion_key_city", "计划单列市及省会城市"),
        ("trend4.fusion_prefecture", "地市级"),
    ],
)
def test_the_fusion_of_portals_is_that_of_the_files(other: Settings, figure: str, level: str) -> None:
    sites = running_sites(other.inbox_dir)
    portals = {code for code, row in sites.items() if row["层级"] == level and row["网站类型"] == "门户网站"}
    looked_at: dict[str, set[str]] = {}
    for path in (other.inbox_dir / "site_crawl").glob("*.jsonl.gz"):
        for line in gzip.decompress(path.read_bytes()).decode().splitlines():
            page = json.loads(line)
            if page["网站标识码"] in portals and page["状态码"] == 200:
                looked_at.setdefault(page["网站标识码"], set()).update(page["新媒体链接"])
    fused = [code for code, links in looked_at.items() if links]
    assert looked_at.keys() == portals
    assert portals
    assert figures_of(other)[figure] == len(fused) / len(portals)


def test_an_ended_division_is_told_with_what_became_of_it(other: Settings) -> None:
    query = (
        "select reason_zh, reason from audit.quarantine where column_name = 'region_code' and rejected_value = '350182'"
    )
    [told] = asked(other, query)
    assert told == {
        "reason_zh": "行政区划代码 350182（长乐市）截至 2017-12-31 已变更为 350112（国函〔2017〕103号）",
        "reason": "Code 350182 (长乐市) became 350112 as of 2017-12-31 (国函〔2017〕103号)",
    }


def test_bad_rows_are_named_with_file_sheet_row_column_and_reason(other: Settings) -> None:
    rows = asked(other, "select file_name, sheet, row_number, column_name, reason_code from audit.quarantine")
    assert {tuple(row.values()) for row in rows} == {
        ("补报.csv", None, 5, "site_name", "missing"),
        ("补报.csv", None, 6, "site_code", "pattern"),
        ("补报.csv", None, 7, "region_code", "unknown_reference"),
        ("补报.csv", None, 9, "site_code", "duplicate_key"),
        ("补报.csv", None, 10, "site_code", "conflicting_key"),
        ("补报.csv", None, 11, "site_code", "conflicting_key"),
        ("补报.csv", None, 12, "level", "not_in_list"),
        ("补报.csv", None, 13, "whole row", "broken_row"),
        ("补抓.jsonl", None, 3, "url_host", "unknown_reference"),
        ("补抓.jsonl", None, 4, "fetched_at", "not_a_timestamp"),
        ("补抓.jsonl", None, 5, "url", "duplicate_key"),
        ("补抓.jsonl", None, 6, "url", "conflicting_key"),
        ("补抓.jsonl", None, 7, "url", "conflicting_key"),
        ("补抓.jsonl", None, 8, "http_status", "out_of_range"),
        ("补抓.jsonl", None, 9, "fetch_outcome", "not_in_list"),
        ("补抓.jsonl", None, 10, "new_media_links", "not_a_string_list"),
        ("补抓.jsonl", None, 11, "site_code", "pattern"),
        ("补抓.jsonl", None, 12, "whole row", "broken_row"),
        ("补查.xlsx", "补查", 5, "inspected_date", "not_a_date"),
        ("补查.xlsx", "补查", 6, "tier", "not_in_list"),
        ("补查.xlsx", "补查", 7, "is_passed", "missing"),
        ("补查.xlsx", "补查", 9, "site_code", "duplicate_key"),
        ("补查.xlsx", "补查", 10, "site_code", "conflicting_key"),
        ("补查.xlsx", "补查", 11, "site_code", "conflicting_key"),
        ("补查.xlsx", "附表", 2, "site_code", "unknown_reference"),
        ("补普查.xlsx", "补报", 2, "region_code", "conflicting_key"),
        ("补普查.xlsx", "补报", 4, "region_code", "duplicate_key"),
        ("补普查.xlsx", "补报", 6, "region_code", "unknown_reference"),
        ("补普查.xlsx", "补报", 7, "region_code", "pattern"),
        ("补普查.xlsx", "补报", 8, "has_integrated_platform", "not_a_boolean"),
        *rows_of_beijing(other.inbox_dir),
    }


def rows_of_beijing(inbox: Path) -> set[tuple[Any, ...]]:
    """Where the workbook delivered first says what the later one contradicts."""
    path = inbox / "platform_census" / "政务服务平台普查表.xlsx"
    rows = fastexcel.read_excel(path).load_sheet(0, header_row=None, skip_rows=0, dtypes="string").to_polars().rows()
    places = [
        number
        for number, row in enumerate(rows, start=1)
        if "110000" in row and any(str(cell).startswith("2017-08-31") for cell in row)
    ]
    assert len(places) == 1
    return {(path.name, "普查", place, "region_code", "conflicting_key") for place in places}


def test_every_row_of_every_file_is_accounted_for(other: Settings) -> None:
    rows = asked(
        other, "select file_name, rows_read, rows_quarantined, rows_loaded, is_balanced from audit.row_balance"
    )
    assert all(row["is_balanced"] for row in rows)
    counts = {row["file_name"]: (row["rows_read"], row["rows_quarantined"], row["rows_loaded"]) for row in rows}
    assert {name: counts[name] for name in ("补报.csv", "补抓.jsonl", "补查.xlsx", "补普查.xlsx")} == {
        "补报.csv": (12, 8, 4),
        "补抓.jsonl": (12, 10, 2),
        "补查.xlsx": (9, 7, 2),
        "补普查.xlsx": (7, 5, 2),
    }


def test_one_of_equal_rows_is_kept_and_none_of_contradicting_ones(other: Settings) -> None:
    [site] = asked(
        other, "select page_count, dead_link_count from core.fct_site_crawl where subject_id = 'website:3301009901'"
    )
    assert site == {"page_count": 2, "dead_link_count": 1}


def test_a_site_that_one_probe_in_twenty_does_not_reach_fails_and_fewer_probes_say_nothing(other: Settings) -> None:
    """The rubric: fails at five per cent and more, of at least twenty probes."""
    parts = asked(
        other,
        "select subject_id, raw_value, sample_size, is_vetoed, null_reason from indices.idx_score "
        "where node_code = 'census.veto.unreachable' and subject_id in ('website:3301009902', 'website:3301009906') "
        "order by subject_id",
    )
    assert [tuple(part.values())[1:] for part in parts] == [
        (0.05, 20, True, None),
        (None, 19, False, "too_few_observations"),
    ]
    [failed] = asked(
        other,
        "select is_vetoed, is_passed, index_score from indices.idx_rank "
        "where index_code = 'census_2015' and subject_id = 'website:3301009902'",
    )
    assert failed == {"is_vetoed": True, "is_passed": False, "index_score": 0}


def test_an_inbox_without_a_flaw_has_an_empty_quarantine(small: Edition) -> None:
    assert small.rows("select * from audit.quarantine") == []
    assert small.rows("select bool_and(rows_read = rows_loaded) as all_loaded from audit.row_balance") == [
        {"all_loaded": True}
    ]
