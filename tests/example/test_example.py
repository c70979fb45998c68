"""The generator: its margins counted from its files, its bytes from its seed, and what it refuses."""

import csv
import gzip
import json
from collections import Counter
from pathlib import Path
from typing import Any

import fastexcel
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.errors import CepingError
from pipelines.example import ExampleOptions, write_example
from pipelines.example.calibration import scale

Row = dict[str, Any]


def write(out: Path, **options: int | bool) -> Path:
    write_example(out, ExampleOptions(**options), lambda message: None)  # type: ignore[arg-type]
    return out


def workbook_rows(path: Path) -> list[Row]:
    workbook = fastexcel.read_excel(path)
    return [
        row
        for sheet in workbook.sheet_names
        for row in workbook.load_sheet(sheet, header_row=2, dtypes="string").to_polars().to_dicts()
    ]


def registry(inbox: Path) -> list[Row]:
    [part] = (inbox / "site_registry").glob("*.csv")
    with part.open(encoding="gb18030", newline="") as stream:
        return [*workbook_rows(inbox / "site_registry" / "网站登记表.xlsx"), *csv.DictReader(stream)]


def pages(inbox: Path) -> list[Row]:
    files = sorted((inbox / "site_crawl").glob("*.jsonl.gz"))
    return [json.loads(line) for path in files for line in gzip.decompress(path.read_bytes()).decode().splitlines()]


def checks(inbox: Path) -> list[Row]:
    return [row for path in sorted((inbox / "site_inspection").glob("*.xlsx")) for row in workbook_rows(path)]


def census(inbox: Path) -> list[Row]:
    [path] = (inbox / "platform_census").glob("*.xlsx")
    return workbook_rows(path)


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example as it is made by default, but for the flaws."""
    return write(tmp_path_factory.mktemp("example") / "inbox", flaws=False)


def test_the_stock_is_the_published_one(inbox: Path) -> None:
    rows = registry(inbox)
    assert len({row["网站标识码"] for row in rows}) == len({row["首页网址"] for row in rows}) == len(rows)
    assert Counter(row["运行状态"] == "关停" for row in rows) == {False: 29_431, True: 17_493}


def test_checks_have_the_published_counts_and_concern_running_sites(inbox: Path) -> None:
    running = {row["网站标识码"] for row in registry(inbox) if row["运行状态"] != "关停"}
    rows = checks(inbox)
    counts = Counter((row["检查方式"], row["是否合格"]) for row in rows)
    assert counts == {
        ("国办抽查", "合格"): 493,
        ("国办抽查", "不合格"): 31,
        ("地方自查", "合格"): 8_099,
        ("地方自查", "不合格"): 517,
        ("自查", "合格"): 11_718,
        ("自查", "不合格"): 748,
    }
    assert {row["网站标识码"] for row in rows} <= running


def test_every_portal_is_crawled_and_as_many_are_fused_as_the_bulletin_says(inbox: Path) -> None:
    linked: dict[str, bool] = {}
    for page in pages(inbox):
        linked[page["网站标识码"]] = linked.get(page["网站标识码"], False) or bool(page["新媒体链接"])
    portals = [row for row in registry(inbox) if row["网站类型"] == "门户网站" and row["运行状态"] != "关停"]
    counts = Counter((row["层级"], linked.get(row["网站标识码"])) for row in portals if row["层级"] != "县级")
    assert counts == {
        ("国务院部门", True): 39,
        ("国务院部门", False): 31,
        ("省级", True): 31,
        ("省级", False): 1,
        ("计划单列市及省会城市", True): 31,
        ("计划单列市及省会城市", False): 1,
        ("地市级", True): 184,
        ("地市级", False): 118,
    }


def test_the_census_has_29_provinces_the_corps_and_16_that_cover_three_levels(inbox: Path) -> None:
    days = Counter(row["截止日期"][:10] for row in census(inbox))
    assert days == {"2017-04-30": 32, "2017-08-31": 32}
    newest = [row for row in census(inbox) if row["截止日期"].startswith("2017-08-31")]
    integrated = {row["行政区划代码"] for row in newest if row["是否建成一体化平台"] == "是"}
    covered = [row for row in newest if {row["覆盖省级"], row["覆盖市级"], row["覆盖县级"]} == {"是"}]
    assert "XPCC" in integrated
    assert len(integrated) == 30
    assert len(covered) == 16


def test_every_row_says_that_it_is_synthetic(inbox: Path) -> None:
    for rows in (registry(inbox), pages(inbox), checks(inbox), census(inbox)):
        assert {row["是否合成数据"] for row in rows} == {"是"}


def test_the_seed_alone_decides_the_bytes(tmp_path: Path) -> None:
    sizes = {"sites": 3000, "crawled": 60, "pages": 5}

    def contents(inbox: Path) -> dict[str, bytes]:
        files = (path for path in inbox.rglob("*") if path.is_file() and not path.name.startswith("."))
        return {path.relative_to(inbox).as_posix(): path.read_bytes() for path in files}

    one, same = contents(write(tmp_path / "1", **sizes)), contents(write(tmp_path / "2", **sizes))
    other = contents(write(tmp_path / "3", **sizes, seed=1))
    assert one == same
    assert one.keys() == other.keys()
    assert sorted(name for name in one if one[name] == other[name]) == [
        "citation/获奖理由.xlsx",
        "site_registry/外文版与政务服务平台登记表.xlsx",
    ]


def test_what_is_drawn_is_spread_over_the_country(inbox: Path) -> None:
    with (inbox / "robot_test" / "智能问答测试.csv").open(encoding="gb18030", newline="") as stream:
        answers = list(csv.DictReader(stream))
    owners = {row["对象编码"][:2] for row in answers}
    usable = {row["对象编码"][:2] for row in answers if row["是否正确"] == "正确"}
    assert len(owners) > 25
    assert len(usable) > 20
    standing = Counter(row["对象编码"][:2] for row in workbook_rows(inbox / "nomination" / "推荐表.xlsx"))
    assert len(standing) > 25
    of_counties = {row["网站标识码"][:2] for row in pages(inbox) if row["网站标识码"][2:6] not in ("0000", "")}
    assert len(of_counties) > 30


def test_nothing_contradicts_what_the_bulletin_praises(inbox: Path) -> None:
    first = [row for row in census(inbox) if row["截止日期"].startswith("2017-04-30")]
    of_named = [row for row in first if row["行政区划代码"] in ("110000", "330000", "520000")]
    assert {(row["是否建成一体化平台"], row["覆盖县级"], row["网上支付"]) for row in of_named} == {("是", "是", "是")}
    homes = [row for row in pages(inbox) if row["网站标识码"] in ("1100000001", "3300000001", "5200000001")]
    assert all(row["抓取结果"] == "成功" for row in homes if row["层数"] == 0)


def test_sites_of_the_party_are_a_file_of_their_own_and_are_crawled(inbox: Path) -> None:
    party = workbook_rows(inbox / "site_registry" / "党务网站登记表.xlsx")
    assert {row["系统"] for row in party} == {"党务"}
    assert {row["层级"] for row in party} == {"国务院部门", "省级", "计划单列市及省会城市", "地市级", "县级"}
    assert {row["网站标识码"] for row in party} <= {row["网站标识码"] for row in pages(inbox)}
    assert not {row["网站标识码"] for row in party} & {row["网站标识码"] for row in registry(inbox)}


def test_some_home_pages_fail_and_some_are_slow(inbox: Path) -> None:
    homes: dict[str, list[Row]] = {}
    for row in pages(inbox):
        if row["层数"] == 0:
            homes.setdefault(row["网站标识码"], []).append(row)
    failed = Counter(sum(row["抓取结果"] != "成功" for row in probes) for probes in homes.values())
    assert 0.9 < failed[0] / len(homes) < 0.97
    assert failed[1] > 20
    assert failed[2] > 20


@pytest.mark.parametrize("sites", [50, 997, 60_000])
def test_any_size_keeps_the_proportions(tmp_path: Path, sites: int) -> None:
    inbox = write(tmp_path / "inbox", sites=sites, crawled=20, pages=4, flaws=False)
    running = [row for row in registry(inbox) if row["运行状态"] != "关停"]
    assert len(running) == len({row["网站标识码"] for row in running}) == sites
    assert len([row for row in checks(inbox) if row["检查方式"] == "自查"]) == round(sites * 12_466 / 29_431)
    assert len(pages(inbox)) == 80


def test_flaws_are_rows_on_top(tmp_path: Path) -> None:
    sizes = {"sites": 300, "crawled": 30, "pages": 4}
    clean, flawed = write(tmp_path / "clean", **sizes, flaws=False), write(tmp_path / "flawed", **sizes)
    assert len(registry(flawed)) - len(registry(clean)) == 4
    assert len(checks(flawed)) - len(checks(clean)) == 2
    lines = gzip.decompress(next((flawed / "site_crawl").iterdir()).read_bytes()).splitlines()
    assert len(lines) - len(pages(clean)) == 5


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "thesis.docx").write_bytes(b"years of work")
    with pytest.raises(CepingError, match="theirs holds files that are not an example"):
        write(tmp_path / "theirs", sites=50, crawled=5, pages=4)
    assert [path.name for path in tmp_path.iterdir()] == ["theirs"]
    assert [path.name for path in (tmp_path / "theirs").iterdir()] == ["thesis.docx"]
    assert (tmp_path / "theirs" / "thesis.docx").read_bytes() == b"years of work"


def test_an_example_is_replaced_by_the_next(tmp_path: Path) -> None:
    write(tmp_path / "inbox", sites=60, crawled=5, pages=4)
    inbox = write(tmp_path / "inbox", sites=70, crawled=5, pages=4, flaws=False)
    assert len([row for row in registry(inbox) if row["运行状态"] != "关停"]) == 70
    assert [path.name for path in tmp_path.iterdir()] == ["inbox"]


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=30), st.integers(0, 10**7))
def test_scaling_keeps_the_total_and_each_part_within_one(counts: list[int], total: int) -> None:
    scaled = scale(pl.Series(counts), total).to_list()
    assert sum(scaled) == total
    assert all(abs(part - total * count / sum(counts)) < 1 for part, count in zip(scaled, counts, strict=True))
