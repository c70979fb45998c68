"""The workbook of all tables of a release, one sheet a table, each column under its short title.

Belongs here: which table gets a sheet. Tables too long for a workbook are named on the first sheet and stay in
Parquet. What editors and readers open first is the other workbook (``editors_workbook``).
"""

from pathlib import Path

import polars as pl

from pipelines.foundation.sql import identifier
from pipelines.gate.candidate import FrozenTable
from pipelines.publication.sheets import TEXT, TITLE, WARNING, Sheet, banner, format_of, sheet, sheet_name, write_sheets
from pipelines.publication.site.tables import Tables
from pipelines.warehouse.tables import TableColumn

MOST_ROWS = 30_000
CONTENTS = "目录"
DICTIONARY = "字段说明"
CONTENTS_HEADER, TABLE_HEADER = 4, 2
NARROWEST, WIDEST = 10, 50
# So many of its first values tell how wide a column is.
MEASURED = 200


def write_workbook(tables: Tables, release_id: str, path: Path) -> None:
    """Write the workbook of the release to ``path``."""
    candidate = tables.candidate
    names = sheet_names(candidate.tables)
    sheets = [
        _contents(tables, names, release_id),
        _dictionary(candidate.tables),
        *(_table(tables, table, names[table.full_name]) for table in candidate.tables if table.full_name in names),
    ]
    write_sheets(sheets, tables, release_id, path)


def sheet_names(tables: tuple[FrozenTable, ...]) -> dict[str, str]:
    """The sheet of every table that fits; names are cut to what Excel takes and stay different."""
    taken = {CONTENTS.lower(), DICTIONARY.lower()}
    return {table.full_name: sheet_name(table.name, taken) for table in tables if table.row_count <= MOST_ROWS}


def heading(column: TableColumn) -> str:
    """What stands above a column: its title, and its name for those who query."""
    return f"{column.title.zh}\n{column.name}" if column.title.zh else column.name


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
    warning = banner(tables)
    return sheet(
        frame,
        CONTENTS,
        CONTENTS_HEADER,
        {
            "A1": {"value": f"{tables.edition_name.zh}　全部数据表", "format": TITLE},
            "A2": {"value": warning or f"版本 {release_id}", "format": WARNING if warning else TEXT},
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
            "表头": [field.title.zh for _, field in fields],
            "类型": [field.data_type for _, field in fields],
            "说明": [field.description.zh for _, field in fields],
            "Description": [field.description.english for _, field in fields],
        }
    )
    widths = {0: 36, 1: 30, 2: 20, 3: 12, 4: 70, 5: 70}
    return sheet(frame, DICTIONARY, 0, {}, {"column_widths": widths, "freeze_panes": (1, 0), "autofilter": True})


def _table(tables: Tables, table: FrozenTable, name: str) -> Sheet:
    columns = ", ".join(identifier(column.name) for column in table.columns)
    frame = tables.frame(f"select {columns} from {table.relation}")
    headings = {column.name: heading(column) for column in table.columns}
    title = f"{table.description.zh.rstrip('。')}（{table.full_name}）"
    return sheet(
        frame.rename(headings),
        name,
        TABLE_HEADER,
        {"A1": {"value": title, "format": TITLE}, "A2": {"value": banner(tables), "format": WARNING}},
        {
            "column_widths": {place: width(frame[column]) for place, column in enumerate(frame.columns)},
            "row_heights": {TABLE_HEADER: 44},
            "freeze_panes": (TABLE_HEADER + 1, 0),
            "autofilter": True,
        },
        {
            heading(column): form
            for column in table.columns
            if (form := format_of(column.name)) and frame[column.name].dtype.is_numeric()
        },
    )


def width(column: pl.Series) -> float:
    """How wide a column is, from its name and its first values; Chinese characters count two."""
    texts = column.head(MEASURED).cast(pl.String, strict=False) if not column.dtype.is_nested() else pl.Series([""])
    longest = texts.str.replace_all(r"[^\x00-\xff]", "--").str.len_chars().quantile(0.95) or 0
    return min(max(NARROWEST, longest + 2, len(column.name) * 0.8), WIDEST)
