"""Pages of real, small releases: what they show, in both languages, and that nothing in them runs."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.releases.release import Release
from tests.fixtures.small_release import (
    CELL_TYPES,
    FIGURE_TYPES,
    FIGURE_TYPES_ORDER,
    FIGURES,
    LEDGER,
    LEDGER_TYPES,
    STOCK,
    Tables,
    example_tables,
    publish_tables,
)
from tests.fixtures.small_site import site_tables


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def site_text(release: Release, language: str = "") -> str:
    """All pages of the site in one language."""
    folder = release.public / language
    pages = sorted(path for path in folder.rglob("*.html") if language or "en" not in path.relative_to(folder).parts)
    return "\n".join(
        path.read_text(encoding="utf-8")
        for path in pages
        if path.parent.name != "provenance" and path.name != "dictionary.html"
    )


def test_the_site_shows_figures_in_both_languages(home: Path) -> None:
    release = publish_tables(home, example_tables())
    chinese, english = site_text(release), site_text(release, "en")
    for text in (
        "示例数据（合成）", "29,431", "54.3%", "38 ÷ 70", "超过 55.7%", "近 80%", "不可计算",
        "缺少consolidation_policy",
        "不一致", "相差 -1.4 个百分点", "12项中6项通过，6项提示由编辑人员处理", "29,440",
        "链接新媒体渠道的部门门户网站 ÷ 抓取可及的部门门户网站",
        "70 家中的 39 家", "政府网站管理与集约化", "正在运行的网站（按层级）", "共 31", 'lang="zh-CN"',
        "本年度数据中没有属于该指标范围的行", 'href="ceping-2017.duckdb"',
        'href="en/index.html"',
    ):  # fmt: skip
        assert text in chinese, text
    for text in (
        "Example data (synthetic)", "more than 55.7%", "not computable",
        "missing consolidation_policy",
        "Running sites, by level", "of 31", "no row of this edition is in the figure&#39;s scope", 'lang="en"',
        "6 of 12 checks of the tables hold; 6 warnings are with the editors", 'href="../index.html"',
    ):  # fmt: skip
        assert text in english, text
    assert not re.findall(r"(?:src|href)=\"(?:https?:)?//|@import|url\(", chinese + english)


def test_the_foot_of_a_page_says_how_to_cite_it_from_the_facts_of_the_edition(home: Path) -> None:
    release = publish_tables(home, {name: site_tables()[name] for name in ("core.dim_edition_fact", "core.dim_label")})
    foot = release.bulletin_path.read_text(encoding="utf-8").partition("<footer>")[2]
    for text in ("中国信息化研究与促进网：《", f"版本 {release.release_id}", "须注明主办方", "联系"):
        assert text in foot, text
    english = (release.public / "en" / "index.html").read_text(encoding="utf-8").partition("<footer>")[2]
    assert "Free to quote" in english


def test_real_rows_bear_no_banner(home: Path) -> None:
    real = [(*row[:-1], False) for row in FIGURES]
    page = site_text(publish_tables(home, {"trends.figure": (FIGURE_TYPES, real)}))
    assert "示例" not in page
    assert "分组数据" not in page
    assert "数据来源" not in page


def test_a_release_without_figures_still_has_its_page(home: Path) -> None:
    release = publish_tables(home, {"audit.file_ledger": (LEDGER_TYPES, list(LEDGER))})
    assert release.release_id in release.bulletin_path.read_text(encoding="utf-8")


def test_every_page_names_its_release(home: Path) -> None:
    release = publish_tables(home, example_tables())
    pages = {path: path.read_text(encoding="utf-8") for path in release.folder.rglob("*.html")}
    unnamed = [path.name for path, text in pages.items() if release.release_id not in text]
    assert unnamed == []
    for name in ("manifest.json", "datapackage.json"):
        assert release.release_id in (release.public / name).read_text(encoding="utf-8")


HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{ 7*7 }}</style>"


@pytest.mark.parametrize(
    "column",
    [
        "name_zh", "name_en", "numerator_text", "numerator_text_zh", "denominator_text", "denominator_text_zh", "unit",
        "qualifier", "verdict", "as_of", "note", "note_zh",
    ],
)  # fmt: skip
def test_hostile_text_is_escaped(home: Path, column: str) -> None:
    row = list(FIGURES[0])
    row[FIGURE_TYPES_ORDER.index(column)] = HOSTILE
    release = publish_tables(home, example_tables([tuple(row)]))
    page = site_text(release) + site_text(release, "en")
    assert "&lt;script&gt;" in page
    assert "{{ 7*7 }}" in page
    assert "<script>" not in page
    assert "<img" not in page
    assert "</style>" not in page


def test_codes_without_a_name_are_shown_as_they_are(home: Path) -> None:
    tables = example_tables()
    del tables["core.dim_label"]
    page = site_text(publish_tables(home, tables))
    assert "缺少consolidation_policy" in page
    assert "running_sites（level）" in page


LEVELS_SEEN = (("province", 0.9), ("county", 0.1))


def test_a_group_of_several_parts_names_them_all_and_a_table_says_what_the_crawl_saw(home: Path) -> None:
    tables = example_tables()
    row = (*STOCK[0][:3], "level_role", "2017Q3:tier:county", *STOCK[0][5:])
    seen = {"measure": "crawled_share", "breakdown": "total", "group_code": "all", "value": 0.0679}
    by_level = [{"breakdown": "level", "group_code": code, "value": share} for code, share in LEVELS_SEEN]
    cells = [
        tuple((seen | own).get(name, told) for name, told in zip(CELL_TYPES, STOCK[0], strict=True))
        for own in ({}, *by_level)
    ]
    tables["trends.trend_cell"] = (CELL_TYPES, [row, *cells])
    types, labels = tables["core.dim_label"]
    own = [
        ("group", "tier", None, "地方自查", "Local self-check"),
        ("measure", "crawled_share", 6, "抓取覆盖率", "Seen"),
    ]
    tables["core.dim_label"] = (types, [*labels, *own])
    page = site_text(publish_tables(home, tables))
    assert "2017Q3 · 地方自查 · 县级" in page
    assert "抓取覆盖率 6.8%。</p>" in page
    assert "抓取覆盖率：" not in page, "a chart is of the coverage"


def test_hostile_names_are_escaped(home: Path) -> None:
    tables = example_tables()
    types, labels = tables["core.dim_label"]
    tables["core.dim_label"] = (types, [(*row[:3], HOSTILE, HOSTILE) for row in labels])
    page = site_text(publish_tables(home, tables))
    assert "&lt;img" in page
    assert "<img" not in page


def test_hostile_groups_and_sources_are_escaped(home: Path, edit: Callable[[Tables], Tables]) -> None:
    page = site_text(publish_tables(home, edit(example_tables())))
    assert "&lt;img" in page
    assert "<img" not in page


@pytest.fixture(params=["trends.trend_cell", "trends.trend_table", "audit.row_balance"])
def edit(request: pytest.FixtureRequest) -> Callable[[Tables], Tables]:
    """Put hostile text into every text cell of one table, but for the names of trend tables."""

    def edited(tables: Tables) -> Tables:
        types, rows = tables[request.param]
        kept = [kind != "varchar" or name == "trend_table" for name, kind in types.items()]
        hostile = [tuple(cell if keep else HOSTILE for cell, keep in zip(row, kept, strict=True)) for row in rows]
        return {**tables, request.param: (types, hostile)}

    return edited
