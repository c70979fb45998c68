"""Sheets of a workbook: how a frame becomes cells, and how a sheet is printed; the same release gives the same bytes.

Text from data is never a formula: it is written as text, and marked as such, since Excel would take some of it for one
after an edit. Every sheet is printed in landscape, a page wide, its header on each page.
"""

import io
import json
import re
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import polars as pl
import xlsxturbo
from xlsxturbo.types import CellValueOptions, ColumnFormat, SheetOptions

from pipelines.foundation.bilingual import Bilingual
from pipelines.publication.site.tables import Tables

LONGEST_TEXT = 32_767
LONGEST_NAME = 31
# A text in these the writer takes for markup of its own and would write unescaped: an unseen mark after it prevents it.
MARKUP, UNSEEN = ("<r>", "</r>"), "\u200b"
FONT: ColumnFormat = {"font_name": "微软雅黑", "font_size": 10}
TEXT: ColumnFormat = {**FONT, "quote_prefix": True}
TIME: ColumnFormat = {**FONT, "num_format": "yyyy-mm-dd hh:mm:ss"}
SHARE: ColumnFormat = {**FONT, "num_format": "0.0%"}
SCORE: ColumnFormat = {**FONT, "num_format": "0.00"}
COUNT: ColumnFormat = {**FONT, "num_format": "#,##0"}
# How numbers are shown, by how the names of their columns end.
ENDINGS = {"_share": SHARE, "coverage": SHARE, "chance": SHARE, "score": SCORE, "_count": COUNT}
TITLE: ColumnFormat = {**TEXT, "bold": True, "font_size": 14, "font_color": "#A3201B"}
WARNING: ColumnFormat = {**TEXT, "font_color": "#A3201B"}
HEADER: ColumnFormat = {
    **TEXT, "bold": True, "wrap_text": True, "align_vertical": "top", "bg_color": "#F7F3EA", "border_bottom": True,
}  # fmt: skip
PROPERTIES, BOOK = "docProps/core.xml", "xl/workbook.xml"
SHEET = re.compile(r"xl/worksheets/sheet(\d+)[.]xml")
MARGINS = re.compile(rb"<pageMargins[^>]*/>")
FIT = b'<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>'
# A4, as many pages long as it takes; the name of the sheet and the number of the page at its foot.
PAGE = (
    b'<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/>'
    b"<headerFooter><oddFooter>&amp;L&amp;A&amp;R&amp;P / &amp;N</oddFooter></headerFooter>"
)
ZIP_TIME = (1980, 1, 1, 0, 0, 0)
# Compressing as hard as can be takes three times as long and saves a tenth.
COMPRESSION = 3
Sheet = tuple[pl.DataFrame, str, SheetOptions]


def write_sheets(sheets: Sequence[Sheet], tables: Tables, release_id: str, path: Path) -> None:
    """Write a workbook of these sheets to ``path``."""
    written = io.BytesIO()
    # It is compressed once more below.
    xlsxturbo.dfs_to_xlsx(list(sheets), written, compression_level=1)
    # The day stands for the edition: a time of writing would make every copy differ.
    moment = f"{tables.candidate.edition}-12-31T00:00:00Z"
    _settle(written, path, _properties(tables.edition_name.zh, release_id, moment), sheets)


def sheet_name(wanted: str, taken: set[str]) -> str:
    """A name that Excel takes and that no other sheet bears; it is taken from then on."""
    plain = re.sub(r"[][:*?/\\]", " ", wanted).strip("' ") or "-"
    name, number = plain[:LONGEST_NAME], 2
    while name.lower() in taken:
        name = f"{plain[: LONGEST_NAME - len(str(number)) - 1]}_{number}"
        number += 1
    taken.add(name.lower())
    return name


def both(text: Bilingual) -> str:
    """A head in both languages, one above the other."""
    return f"{text.zh}\n{text.en}" if text.en else text.zh


def format_of(column: str) -> ColumnFormat | None:
    """How the numbers of a published column are shown; nothing where its name does not say."""
    return next((form for ending, form in ENDINGS.items() if column.endswith(ending)), None)


def banner(tables: Tables) -> str:
    """What stands on every sheet of an example; nothing otherwise."""
    return "示例数据（合成）：由示例生成器的数据计算，不代表任何真实单位。" if tables.candidate.is_synthetic else ""


def sheet(
    values: pl.DataFrame,
    name: str,
    header_row: int,
    cells: Mapping[str, CellValueOptions],
    options: SheetOptions,
    formats: Mapping[str, ColumnFormat] | None = None,
) -> Sheet:
    """A frame as it is to be written: every value as what it is, and as text what Excel has no number or day for.

    ``formats`` are those of columns that want another than their type has.
    """
    frame = values.with_columns(_plain(values[column]) for column in values.columns)
    chosen = {column: _format(kind) for column, kind in frame.schema.items()} | dict(formats or {})
    return (
        frame,
        name,
        {
            **options,
            "startrow": header_row,
            "header_format": HEADER,
            "column_formats": chosen,
            "cells": {**_numbers_without_digits(frame, header_row), **cells},
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
                cells[f"{letters(place)}{header_row + row + 2}"] = {"value": str(value), "format": TEXT}
    return cells


def letters(place: int) -> str:
    """The letters of a column: A, …, Z, AA."""
    above, digit = divmod(place, 26)
    return (letters(above - 1) if above else "") + chr(ord("A") + digit)


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


def _settle(written: io.BytesIO, path: Path, properties: str, sheets: Sequence[Sheet]) -> None:
    """Copy a workbook with what its writer has no word for: its properties, and how it is printed."""
    with (
        zipfile.ZipFile(written) as source,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=COMPRESSION) as target,
    ):
        for entry in source.infolist():
            settled = zipfile.ZipInfo(entry.filename, ZIP_TIME)
            settled.compress_type = zipfile.ZIP_DEFLATED
            part = source.read(entry)
            if entry.filename == PROPERTIES:
                part = properties.encode()
            elif entry.filename == BOOK:
                part = _with_repeated_heads(part, sheets)
            elif SHEET.fullmatch(entry.filename):
                part = _as_printed(part)
            target.writestr(settled, part, compresslevel=COMPRESSION)


def _as_printed(part: bytes) -> bytes:
    """The part of a sheet with its page set up."""
    opening = part.index(b">", part.index(b"<worksheet")) + 1
    margins = MARGINS.search(part, part.rindex(b"</sheetData>") if b"</sheetData>" in part else opening)
    assert margins is not None
    return b"".join(
        (part[:opening], FIT, part[opening : margins.end()].replace(b"<sheetPr/>", b"", 1), PAGE, part[margins.end() :])
    )


def _with_repeated_heads(part: bytes, sheets: Sequence[Sheet]) -> bytes:
    """The part of the book with the rows that each printed page of a sheet begins with."""
    names = "".join(
        f'<definedName name="_xlnm.Print_Titles" localSheetId="{place}">'
        f"{escape(quoted)}!$1:${options.get('startrow', 0) + 1}</definedName>"
        for place, (_, name, options) in enumerate(sheets)
        if (quoted := "'" + name.replace("'", "''") + "'")
    ).encode()
    if b"</definedNames>" in part:
        return part.replace(b"</definedNames>", names + b"</definedNames>", 1)
    return part.replace(b"</sheets>", b"</sheets><definedNames>" + names + b"</definedNames>", 1)
