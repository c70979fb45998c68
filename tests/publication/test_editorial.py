"""The workbook and the notice as a document, read back with other libraries than wrote them."""

import datetime as dt
import math
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from docx import Document
from docx.oxml.ns import qn
from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet

from pipelines.foundation.bilingual import Bilingual
from pipelines.foundation.hashing import hash_file
from pipelines.publication import workbook as workbook_module
from pipelines.publication.file_names import workbook_name
from pipelines.publication.workbook import heading
from pipelines.releases.publish import publish
from pipelines.releases.release import Release
from pipelines.releases.releases import Releases
from pipelines.warehouse.tables import TableColumn
from tests.fixtures.small_release import CODE, Tables, make_candidate, publish_tables, verdict_for
from tests.fixtures.small_site import NAUGHTY, figures, site_tables, table

VALUES = [
    {
        "code": "110000", "name": name, "count": 2**60 if place == 0 else place, "share": 0.557,
        "is_kept": place % 2 == 0, "day": dt.date(2017, 9, 1), "old_day": dt.date(1899, 12, 31),
        "read_at": dt.datetime(2017, 9, 1, 12, 30), "nothing": None,
        "odd": math.inf if place == 1 else math.nan, "members": ["甲", "乙"],
    }
    for place, name in enumerate([*NAUGHTY, "甲" * 40_000])
]  # fmt: skip


def editorial_tables() -> Tables:
    """Every table the site knows, with hostile names, and one with a column of every type."""
    values = table(
        VALUES, day="date", old_day="date", read_at="timestamp", share="double", nothing="varchar", members="varchar[]"
    )
    return {**site_tables(NAUGHTY), "core.dim_value": values}


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return publish_tables(tmp_path_factory.mktemp("editorial") / "home", editorial_tables())


@pytest.fixture(scope="module")
def book(release: Release) -> Iterator[Workbook]:
    opened = openpyxl.load_workbook(release.public / workbook_name(2017))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def for_editors(release: Release) -> Iterator[Workbook]:
    opened = openpyxl.load_workbook(release.public / "ceping-2017.xlsx")
    yield opened
    opened.close()


def rows_of(sheet: Worksheet) -> list[dict[str, Cell]]:
    """The rows below the heads, each cell by the Chinese of its head."""
    heads = [str(cell.value).split("\n")[0] for cell in sheet[3]]
    return [dict(zip(heads, row, strict=True)) for row in sheet.iter_rows(min_row=4)]


def test_editors_find_winners_figures_trends_and_ranks_with_names(for_editors: Workbook) -> None:
    names = for_editors.sheetnames
    assert names[:3] == ["目录", "获奖名单", "数字核对"]
    assert {"趋势二", "趋势四"} <= set(names)
    [ranks] = [for_editors[name] for name in names if name.startswith("名次·")]
    first = rows_of(ranks)[0]
    assert first["组别"].value == "县级及以下"
    assert first["省份"].value in {"北京", "天津", "河北", "浙江", "贵州", "新疆"}
    assert first["subject_name"].value in set(NAUGHTY)
    won = rows_of(for_editors["获奖名单"])
    assert {row["subject_name_zh"].value for row in won} <= {*NAUGHTY, *(f"{name}\u200b" for name in NAUGHTY)}
    assert all(row["组别"].value for row in won)
    linked = [row[0].hyperlink.location for row in for_editors["目录"].iter_rows(min_row=6)]
    assert [place.split("!")[0].strip("'") for place in linked] == names[1:]


def test_numbers_for_editors_read_as_on_the_page(for_editors: Workbook) -> None:
    figures = {row["figure_id"].value: row["computed"] for row in rows_of(for_editors["数字核对"])}
    assert figures["trend2.running_sites"].number_format == "#,##0"
    assert figures["trend4.fusion_province"].number_format == "0.0%"
    ranks = next(sheet for sheet in for_editors if sheet.title.startswith("名次·"))
    first = rows_of(ranks)[0]
    assert first["index_score"].number_format == "0.00"
    assert first["coverage"].number_format == "0.0%"
    cells = [row for row in rows_of(for_editors["趋势四"]) if row["比例"].value is not None]
    assert cells
    assert all(row["数值"].value is None and 0 <= row["比例"].value <= 1 for row in cells)


@pytest.mark.parametrize("name", ["ceping-2017.xlsx", "ceping-2017-tables.xlsx"])
def test_every_sheet_is_printed_a_page_wide_under_its_heads(release: Release, name: str) -> None:
    opened = openpyxl.load_workbook(release.public / name)
    for sheet in opened:
        assert sheet.sheet_properties.pageSetUpPr.fitToPage, sheet.title
        assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == ("landscape", 0), sheet.title
        assert sheet.print_title_rows.endswith(("$1", "$3", "$5")), sheet.title
    opened.close()


def test_every_table_has_a_sheet_under_chinese_headers(release: Release, book: Workbook) -> None:
    assert book.sheetnames[:2] == ["目录", "字段说明"]
    assert len(book.sheetnames) == 2 + len(release.manifest.tables)
    sheet = book["figure"]
    assert sheet["A1"].value == "表 figure（trends.figure）"
    assert "示例数据（合成）" in sheet["A2"].value
    assert sheet["A3"].value == "figure_id"
    assert sheet.max_row == 3 + len(figures())
    assert sheet.freeze_panes == "A4"
    listed = {row[0].value: (row[3].value, row[4].value) for row in book["目录"].iter_rows(min_row=6)}
    assert listed["trends.figure"] == (len(figures()), "figure")


def test_no_text_of_the_data_is_a_formula(book: Workbook) -> None:
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert not [cell for cell in cells if cell.data_type == "f"]
    # Excel reads _x005F_ as the underscore that keeps _x0041_ from being a letter; openpyxl leaves it.
    texts = {cell.value.replace("_x005F_", "_").removesuffix("\u200b") for cell in cells if isinstance(cell.value, str)}
    assert set(NAUGHTY) <= texts
    risky = [cell for cell in cells if isinstance(cell.value, str) and cell.value.startswith(("=", "@", "-2"))]
    assert risky
    assert all(cell.quotePrefix for cell in risky)


def test_values_keep_their_kind(book: Workbook) -> None:
    sheet = book["dim_value"]
    columns = [cell.value.split("\n")[-1] for cell in sheet[3]]
    rows = [dict(zip(columns, (cell.value for cell in row), strict=True)) for row in sheet.iter_rows(min_row=4)]
    by_code = sorted(rows, key=lambda row: str(row["name"]))
    found = next(row for row in by_code if row["name"] == NAUGHTY[1])
    assert found["code"] == "110000"
    assert (found["count"], found["share"], found["is_kept"]) == (1, 0.557, False)
    assert found["day"] == dt.datetime(2017, 9, 1)
    assert found["read_at"] == dt.datetime(2017, 9, 1, 12, 30)
    assert found["old_day"] == "1899-12-31"
    assert found["nothing"] is None
    assert found["odd"] == "inf"
    assert {row["odd"] for row in rows} == {"inf", "nan"}
    assert found["members"] == '["甲", "乙"]'
    assert {row["count"] for row in rows} >= {str(2**60)}
    longest = max((row["name"] for row in rows), key=len)
    assert len(longest) == 32_767
    assert longest.endswith("…")


def test_a_table_too_long_stays_in_parquet_and_the_first_sheet_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook_module, "MOST_ROWS", 10)
    release = publish_tables(tmp_path / "home", {"trends.figure": site_tables()["trends.figure"]})
    opened = openpyxl.load_workbook(release.public / workbook_name(2017))
    assert opened.sheetnames == ["目录", "字段说明"]
    assert [cell.value for cell in opened["目录"][6]][3:] == [len(figures()), "见 Parquet"]


def test_a_head_is_the_title_of_the_column_above_its_name() -> None:
    column = TableColumn(name="rank", data_type="bigint", description="Rank. | 名次。", title="Rank | 组内名次")
    assert heading(column) == "组内名次\nrank"
    assert heading(column.model_copy(update={"title": Bilingual(zh="", en="")})) == "rank"


def test_the_same_release_gives_the_same_workbook_and_notice(tmp_path: Path, release: Release) -> None:
    again = publish_tables(tmp_path / "home", editorial_tables())
    for name in ("ceping-2017.xlsx", "ceping-2017-tables.xlsx", "notice-2017.docx", "en/notice-2017.docx"):
        assert hash_file(release.public / name) == hash_file(again.public / name), name
        with zipfile.ZipFile(release.public / name) as archive:
            assert {entry.date_time[0] for entry in archive.infolist()} == {1980}, name


def text_of(path: Path) -> str:
    document = Document(str(path))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def test_the_notice_says_what_the_page_says(release: Release) -> None:
    text = text_of(release.public / "notice-2017.docx")
    for part in (
        "各有关单位：",
        "自2002年起连续第16年",
        "第一系列",
        "第七系列",
        "29,431家",
        "（暂缺）",
        "示例数据（合成）",
        "2017年12月31日",
        "（印章）",
        "附件：1. 获评名单及得分",
        "空缺。",
    ):
        assert part in text, part
    assert set(NAUGHTY[:2]) <= set(re.findall(r"^.*$", text, re.MULTILINE))
    english = text_of(release.public / "en" / "notice-2017.docx")
    assert "Series 7" in english
    assert "29,431" in english


def test_the_notice_says_nothing_of_how_it_was_made(release: Release) -> None:
    for name, words in (
        ("notice-2017.docx", ("公布值", "计算值", "数字核对", "复核", "※", "本趋势")),
        ("en/notice-2017.docx", ("reconciled", "Computed", "verdict", "looked at", "※")),
    ):
        text = text_of(release.public / name)
        assert not [word for word in words if word in text], name


def test_parts_and_sections_are_numbered_as_official_documents_are(release: Release) -> None:
    document = Document(str(release.public / "notice-2017.docx"))
    headings = {
        level: [p.text for p in document.paragraphs if p.style is not None and p.style.name == f"Heading {level}"]
        for level in (1, 2)
    }
    assert [text[:2] for text in headings[1][:3]] == ["一、", "二、", "三、"]
    assert [text[:3] for text in headings[2]] == [f"（{n}）" for n in "一二三四五六七一二三四五"]


def test_the_notice_has_the_styles_of_an_official_document(release: Release) -> None:
    document = Document(str(release.public / "notice-2017.docx"))
    for style, font in (("Normal", "仿宋"), ("Heading 1", "黑体"), ("Heading 2", "楷体"), ("Title", "方正小标宋简体")):
        fonts = document.styles[style].element.rPr.rFonts
        assert fonts.get(qn("w:eastAsia")) == font
        assert fonts.get(qn("w:eastAsiaTheme")) is None
    levels = [p.style.name for p in document.paragraphs if p.style is not None and p.style.name.startswith("Heading")]
    assert levels[0] == "Heading 1"
    assert levels.count("Heading 2") == 7 + 5
    assert round(document.sections[0].page_width.mm) == 210
    assert all(table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None for table in document.tables)


def test_a_release_of_a_registry_alone_has_its_workbook_and_notice(tmp_path: Path) -> None:
    tables = site_tables()
    kept = ("core.dim_subject", "audit.row_balance", "core.dim_label")
    candidate = make_candidate(tmp_path / "home", {name: tables[name] for name in kept})
    release = publish(candidate, verdict_for(candidate), Releases(tmp_path / "home" / "releases"), CODE)
    assert "评估结果通报" in text_of(release.public / "notice-2017.docx")
    names = {path.relative_to(release.public).as_posix() for path in release.public.rglob("*.html")}
    shared = {"index.html", "data.html", "dictionary.html"}
    shared |= {f"dictionary/{name}.html" for name in kept}
    assert names == shared | {f"en/{name}" for name in shared}
    assert openpyxl.load_workbook(release.public / workbook_name(2017))["dim_subject"].max_row == 3 + 11
    assert openpyxl.load_workbook(release.public / "ceping-2017.xlsx").sheetnames == ["目录"]
