"""The workbook of a release: its tables for people who open Excel or WPS, one sheet per table, under Chinese headers.

Belongs here: which table gets a sheet and how a value becomes a cell. Tables too long for a workbook are named on the
first sheet and stay in Parquet. Text from data is never a formula: it is written as text, and marked as such, since
Excel would take some of it for one after an edit. The same release gives the same bytes.
"""

import io
import json
import shutil
import zipfile
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import polars as pl
import xlsxturbo
from xlsxturbo.types import CellValueOptions, ColumnFormat, SheetOptions

from pipelines.foundation.bilingual import Bilingual
from pipelines.foundation.sql import identifier
from pipelines.gate.candidate import FrozenTable
from pipelines.publication.site.tables import Tables

MOST_ROWS = 30_000
LONGEST_TEXT = 32_767
LONGEST_NAME = 31
CONTENTS = "目录"
DICTIONARY = "字段说明"
CONTENTS_HEADER, TABLE_HEADER = 4, 2
OPENS_WITH = ("，", "；", "。", "（", "：", ",", ";")
# A text in these the writer takes for markup of its own and would write unescaped: an unseen mark after it prevents it.
MARKUP, UNSEEN = ("<r>", "</r>"), "\u200b"
FONT: ColumnFormat = {"font_name": "微软雅黑", "font_size": 10}
TEXT: ColumnFormat = {**FONT, "quote_prefix": True}
TIME: ColumnFormat = {**FONT, "num_format": "yyyy-mm-dd hh:mm:ss"}
TITLE: ColumnFormat = {**TEXT, "bold": True, "font_size": 14, "font_color": "#A3201B"}
WARNING: ColumnFormat = {**TEXT, "font_color": "#A3201B"}
HEADER: ColumnFormat = {
    **TEXT, "bold": True, "wrap_text": True, "align_vertical": "top", "bg_color": "#F7F3EA", "border_bottom": True,
}  # fmt: skip
PROPERTIES = "docProps/core.xml"
ZIP_TIME = (1980, 1, 1, 0, 0, 0)
Sheet = tuple[pl.DataFrame, str, SheetOptions]


def write_workbook(tables: Tables, release_id: str, path: Path) -> None:
    """Write the workbook of the release to ``path``."""
    candidate = tables.candidate
    names = sheet_names(candidate.tables)
    written = io.BytesIO()
    xlsxturbo.dfs_to_xlsx(
        [
            _contents(tables, names, release_id),
            _dictionary(candidate.tables),
            *(_table(tables, table, names[table.full_name]) for table in candidate.tables if table.full_name in names),
        ],
        written,
        # It is compressed once more below.
        compression_level=1,
    )
    # The day stands for the edition: a time of writing would make every copy differ.
    _settle(written, path, _properties(tables.edition_name.zh, release_id, f"{candidate.edition}-12-31T00:00:00Z"))


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


def _contents(tables: Tables, names: dict[str, str], release_id: str) -> Sheet:
    listed = tables.candidate.tables
    frame = pl.DataFrame(
        {
            "数据表": [table.full_name for table in listed],
            "说明": [table.description.zh for table in listed],
            "Description": [table.description.english for table in listed],
            "行数": [table.row_count for table in listed],
            "工作表": [names.get(table.full_name, "见 Parquet") for table in listed],
        }
    )
    first = CONTENTS_HEADER + 2
    banner = _banner(tables)
    return _sheet(
        frame,
        CONTENTS,
        CONTENTS_HEADER,
        {
            "A1": {"value": f"{tables.edition_name.zh}　数据工作簿", "format": TITLE},
            "A2": {"value": banner or f"版本 {release_id}", "format": WARNING if banner else TEXT},
            "A3": {
                "value": f"版本 {release_id}；超过 {MOST_ROWS:,} 行的表只在 Parquet 与 DuckDB 文件中。",
                "format": TEXT,
            },
        },
        {
            "column_widths": {0: 44, 1: 60, 2: 60, 3: 16, 4: 16},
            "freeze_panes": (first - 1, 1),
            "hyperlinks": [
                (f"A{row}", f"internal:'{names[table.full_name]}'!A1", table.full_name)
                for row, table in enumerate(listed, start=first)
                if table.full_name in names
            ],
        },
    )


def _dictionary(tables: tuple[FrozenTable, ...]) -> Sheet:
    fields = [(table.full_name, field) for table in tables for field in table.columns]
    frame = pl.DataFrame(
        {
            "数据表": [name for name, _ in fields],
            "列": [field.name for _, field in fields],
            "类型": [field.data_type for _, field in fields],
            "说明": [field.description.zh for _, field in fields],
            "Description": [field.description.english for _, field in fields],
        }
    )
    widths = {0: 36, 1: 36, 2: 12, 3: 70, 4: 70}
    return _sheet(frame, DICTIONARY, 0, {}, {"column_widths": widths, "freeze_panes": (1, 0), "autofilter": True})


def _table(tables: Tables, table: FrozenTable, name: str) -> Sheet:
    columns = ", ".join(identifier(column.name) for column in table.columns)
    frame = tables.frame(f"select {columns} from {table.relation}")
    headings = {column.name: heading(column.description, column.name) for column in table.columns}
    title = f"{table.description.zh.rstrip('。')}（{table.full_name}）"
    return _sheet(
        frame.rename(headings),
        name,
        TABLE_HEADER,
        {"A1": {"value": title, "format": TITLE}, "A2": {"value": _banner(tables), "format": WARNING}},
        {
            "column_widths": dict.fromkeys(range(frame.width), 18),
            "row_heights": {TABLE_HEADER: 44},
            "freeze_panes": (TABLE_HEADER + 1, 0),
            "autofilter": True,
        },
    )


def _sheet(
    values: pl.DataFrame, name: str, header_row: int, cells: dict[str, CellValueOptions], options: SheetOptions
) -> Sheet:
    """A frame as it is to be written: every value as what it is, and as text what Excel has no number or day for."""
    frame = values.with_columns(_plain(values[column]) for column in values.columns)
    formats = {column: _format(kind) for column, kind in frame.schema.items()}
    return (
        frame,
        name,
        {
            **options,
            "startrow": header_row,
            "header_format": HEADER,
            "column_formats": formats,
            "cells": {**cells, **_numbers_without_digits(frame, header_row)},
        },
    )


def _format(kind: pl.DataType) -> ColumnFormat:
    if isinstance(kind, pl.Datetime):
        return TIME
    return TEXT if kind == pl.String else FONT


def _plain(column: pl.Series) -> pl.Series:
    """The values of a column as the writer takes them; it writes too large a whole number, and too old a day, as text.

    What is no number, day or text of its own, such as a list, is written as JSON.
    """
    kind = column.dtype
    if kind.is_decimal():
        return column.cast(pl.Float64)
    if kind in (pl.Boolean, pl.Date) or (kind.is_numeric() and kind not in (pl.Int128, pl.UInt128)):
        return column
    if isinstance(kind, pl.Datetime) and kind.time_zone is None:
        return column
    if kind.is_nested():
        column = column.map_elements(_as_json, return_dtype=pl.String)
    return _writable(column.cast(pl.String))


def _as_json(value: Any) -> str:
    plain = value.to_list() if isinstance(value, pl.Series) else value
    return json.dumps(plain, ensure_ascii=False, default=str)


def _writable(texts: pl.Series) -> pl.Series:
    """Texts cut to what a cell holds."""
    text = pl.col(texts.name)
    is_long = text.str.len_chars() > LONGEST_TEXT
    is_markup = text.str.starts_with(MARKUP[0]) & text.str.ends_with(MARKUP[1])
    cut = pl.when(is_long).then(text.str.slice(0, LONGEST_TEXT - 1) + "…")
    return (
        texts.to_frame().select(cut.when(is_markup).then(text + UNSEEN).otherwise(text).alias(texts.name)).to_series()
    )


def _numbers_without_digits(frame: pl.DataFrame, header_row: int) -> dict[str, CellValueOptions]:
    """The cells of infinite values and of those that are no number, which would be left out, as texts."""
    cells: dict[str, CellValueOptions] = {}
    for place, column in enumerate(frame.get_columns()):
        if column.dtype.is_float():
            numbers = column.to_frame("value").with_row_index("row")
            for row, value in numbers.filter(~pl.col("value").is_finite()).iter_rows():
                cells[f"{_letters(place)}{header_row + row + 2}"] = {"value": str(value), "format": TEXT}
    return cells


def _letters(place: int) -> str:
    """The letters of a column: A, …, Z, AA."""
    above, digit = divmod(place, 26)
    return (_letters(above - 1) if above else "") + chr(ord("A") + digit)


def _banner(tables: Tables) -> str:
    return "示例数据（合成）：由示例生成器的数据计算，不代表任何真实单位。" if tables.candidate.is_synthetic else ""


def _properties(title: str, comments: str, moment: str) -> str:
    """Title, comments and time of a workbook, as its archive holds them."""
    times = "".join(
        f'<dcterms:{name} xsi:type="dcterms:W3CDTF">{moment}</dcterms:{name}>' for name in ("created", "modified")
    )
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{escape(title)}</dc:title><dc:description>{escape(comments)}</dc:description>{times}"
        "</cp:coreProperties>"
    )


def _settle(written: io.BytesIO, path: Path, properties: str) -> None:
    """Copy a workbook with properties of its own: the writer knows none but the time of writing."""
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            settled = zipfile.ZipInfo(entry.filename, ZIP_TIME)
            settled.compress_type = zipfile.ZIP_DEFLATED
            if entry.filename == PROPERTIES:
                target.writestr(settled, properties)
                continue
            with source.open(entry) as part, target.open(settled, "w") as copy:
                shutil.copyfileobj(part, copy)
