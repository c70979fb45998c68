"""The workbook of a release: its tables for people who open Excel or WPS, one sheet per table, under Chinese headers.

Rows are streamed, so memory does not grow with them; tables too long for a workbook are named on the first sheet and
stay in Parquet. Text from data is never a formula: it is written as text, and marked as such where Excel would take it
for one after an edit. The same release gives the same bytes.
"""

import datetime as dt
import json
import math
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from pipelines.foundation.bilingual import Bilingual
from pipelines.foundation.sql import identifier
from pipelines.gate.candidate import FrozenTable
from pipelines.publication.site.tables import Tables

MOST_ROWS = 30_000
ROWS_AT_ONCE = 5_000
LONGEST_TEXT = 32_767
LONGEST_NAME = 31
LARGEST_INTEGER = 2**53
FIRST_DAY = dt.date(1900, 3, 1)
FORMULA_MARKS = ("=", "+", "-", "@", "\t", "\r", "\n", "\x00")
CONTENTS = "目录"
DICTIONARY = "字段说明"
HEADER_ROW = 2
OPENS_WITH = ("，", "；", "。", "（", "：", ",", ";")


def write_workbook(tables: Tables, release_id: str, path: Path) -> None:
    """Write the workbook of the release to ``path``."""
    candidate = tables.candidate
    options = {
        "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
        "default_date_format": "yyyy-mm-dd",
    }  # fmt: skip
    names = sheet_names(candidate.tables)
    with xlsxwriter.Workbook(str(path), options) as book:
        # The day stands for the edition: a time of writing would make every copy differ.
        book.set_properties(
            {"title": tables.edition_name.zh, "comments": release_id, "created": dt.datetime(candidate.edition, 12, 31)}
        )
        styles = _Styles(book)
        _write_contents(book.add_worksheet(CONTENTS), styles, tables, names, release_id)
        _write_dictionary(book.add_worksheet(DICTIONARY), styles, candidate.tables)
        for table in candidate.tables:
            if table.full_name in names:
                _write_table(book.add_worksheet(names[table.full_name]), styles, tables, table)


class _Styles:
    """The few formats of the workbook."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        font = {"font_name": "微软雅黑", "font_size": 10}
        self.plain: Format = book.add_format(font)
        self.text: Format = book.add_format({**font, "quote_prefix": True})
        self.title: Format = book.add_format({**font, "bold": True, "font_size": 14, "font_color": "#A3201B"})
        self.warning: Format = book.add_format({**font, "font_color": "#A3201B"})
        self.header: Format = book.add_format(
            {**font, "bold": True, "text_wrap": True, "valign": "top", "bg_color": "#F7F3EA", "bottom": 1}
        )
        self.date: Format = book.add_format({**font, "num_format": "yyyy-mm-dd"})
        self.time: Format = book.add_format({**font, "num_format": "yyyy-mm-dd hh:mm:ss"})
        self.link: Format = book.add_format({**font, "font_color": "#174A8B", "underline": 1})


def sheet_names(tables: tuple[FrozenTable, ...]) -> dict[str, str]:
    """The sheet of every table that fits; names are cut to what Excel takes and stay different."""
    names: dict[str, str] = {}
    taken = {CONTENTS.lower(), DICTIONARY.lower()}
    for table in tables:
        if table.row_count > MOST_ROWS:
            continue
        name = table.name[:LONGEST_NAME]
        number = 2
        while name.lower() in taken:
            name = f"{table.name[: LONGEST_NAME - len(str(number)) - 1]}_{number}"
            number += 1
        taken.add(name.lower())
        names[table.full_name] = name
    return names


def heading(description: Bilingual, column: str) -> str:
    """What stands above a column: the first words of its Chinese description, and its name for those who query."""
    chinese = description.zh
    cut = min((place for mark in OPENS_WITH if (place := chinese.find(mark)) > 0), default=len(chinese))
    return f"{chinese[:cut]}\n{column}"


def _write_contents(sheet: Worksheet, styles: _Styles, tables: Tables, names: dict[str, str], release_id: str) -> None:
    sheet.set_column(0, 0, 44)
    sheet.set_column(1, 2, 60)
    sheet.set_column(3, 4, 16)
    sheet.write_string(0, 0, f"{tables.edition_name.zh}　数据工作簿", styles.title)
    sheet.write_string(
        1, 0, _banner(tables) or f"版本 {release_id}", styles.warning if tables.candidate.is_synthetic else styles.plain
    )
    sheet.write_string(
        2, 0, f"版本 {release_id}；超过 {MOST_ROWS:,} 行的表只在 Parquet 与 DuckDB 文件中。", styles.plain
    )
    for column, text in enumerate(("数据表", "说明", "Description", "行数", "工作表")):
        sheet.write_string(4, column, text, styles.header)
    for row, table in enumerate(tables.candidate.tables, start=5):
        name = names.get(table.full_name)
        if name:
            sheet.write_url(row, 0, f"internal:'{name}'!A1", styles.link, table.full_name)
        else:
            sheet.write_string(row, 0, table.full_name, styles.plain)
        _write_cell(sheet, row, 1, table.description.zh, styles)
        _write_cell(sheet, row, 2, table.description.english, styles)
        sheet.write_number(row, 3, table.row_count, styles.plain)
        sheet.write_string(row, 4, name or "见 Parquet", styles.plain)
    sheet.freeze_panes(5, 1)


def _write_dictionary(sheet: Worksheet, styles: _Styles, tables: tuple[FrozenTable, ...]) -> None:
    sheet.set_column(0, 1, 36)
    sheet.set_column(2, 2, 12)
    sheet.set_column(3, 4, 70)
    for column, text in enumerate(("数据表", "列", "类型", "说明", "Description")):
        sheet.write_string(0, column, text, styles.header)
    row = 1
    for table in tables:
        for field in table.columns:
            meaning = field.description
            texts = (table.full_name, field.name, field.data_type, meaning.zh, meaning.english)
            for column, text in enumerate(texts):
                _write_cell(sheet, row, column, text, styles)
            row += 1
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(row - 1, 1), 4)


def _write_table(sheet: Worksheet, styles: _Styles, tables: Tables, table: FrozenTable) -> None:
    sheet.set_column(0, max(len(table.columns) - 1, 0), 18)
    title = table.description.zh
    _write_cell(sheet, 0, 0, f"{title.rstrip('。')}（{table.full_name}）", styles, styles.title)
    sheet.write_string(1, 0, _banner(tables), styles.warning)
    sheet.set_row(HEADER_ROW, 44)
    for column, field in enumerate(table.columns):
        _write_cell(sheet, HEADER_ROW, column, heading(field.description, field.name), styles, styles.header)
    last = HEADER_ROW
    for last, values in enumerate(_rows(tables, table), start=HEADER_ROW + 1):
        for column, value in enumerate(values):
            _write_cell(sheet, last, column, value, styles)
    sheet.freeze_panes(HEADER_ROW + 1, 0)
    sheet.autofilter(HEADER_ROW, 0, max(last, HEADER_ROW + 1), max(len(table.columns) - 1, 0))


def _rows(tables: Tables, table: FrozenTable) -> Iterator[tuple[Any, ...]]:
    columns = ", ".join(identifier(column.name) for column in table.columns)
    yield from tables.stream(f"select {columns} from {table.relation}", ROWS_AT_ONCE)


def _banner(tables: Tables) -> str:
    return "示例数据（合成）：由示例生成器的数据计算，不代表任何真实单位。" if tables.candidate.is_synthetic else ""


def _write_cell(
    sheet: Worksheet, row: int, column: int, value: object, styles: _Styles, style: Format | None = None
) -> None:
    """Write a value as what it is; what Excel has no number or day for is written as text."""
    match value:
        case None:
            return
        case bool():
            sheet.write_boolean(row, column, value, style or styles.plain)
        case int() if abs(value) <= LARGEST_INTEGER:
            sheet.write_number(row, column, value, style or styles.plain)
        case float() | Decimal() if math.isfinite(value):
            sheet.write_number(row, column, float(value), style or styles.plain)
        case dt.datetime() if value.tzinfo is None and value.date() >= FIRST_DAY:
            sheet.write_datetime(row, column, value, style or styles.time)
        case dt.date() if not isinstance(value, dt.datetime) and value >= FIRST_DAY:
            sheet.write_datetime(row, column, dt.datetime(value.year, value.month, value.day), style or styles.date)
        case _:
            _write_text(sheet, row, column, value, styles, style)


def _write_text(sheet: Worksheet, row: int, column: int, value: object, styles: _Styles, style: Format | None) -> None:
    if isinstance(value, dict | list | tuple):
        value = json.dumps(value, ensure_ascii=False, default=str)
    text = value if isinstance(value, str) else str(value)
    if len(text) > LONGEST_TEXT:
        text = f"{text[: LONGEST_TEXT - 1]}…"
    if text.startswith("<r>") and text.endswith("</r>"):
        # xlsxwriter takes such a text for markup of its own and would write it unescaped: an unseen mark prevents it.
        text = f"{text}\u200b"
    risky = text.startswith(FORMULA_MARKS)
    sheet.write_string(row, column, text, style or (styles.text if risky else styles.plain))
