"""Excel workbooks, new and old: every sheet that carries the source's headers, wherever its header row is.

A cell merged downwards holds the same in each of its rows; one merged sideways holds it in its first column only.
"""

import codecs
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import fastexcel
import polars as pl
import python_calamine

from pipelines.errors import DeliveryError, first_line
from pipelines.ingest.contracts import Contract
from pipelines.ingest.inbox import Delivery
from pipelines.ingest.readers.raw_table import RawTable, count_headers, match_headers, unknown_cells, unmatched
from pipelines.ingest.readers.workbook_package import has_merged_cells

HEADER_SEARCH_ROWS = 30
NEW_WORKBOOK, OLD_WORKBOOK = b"PK", b"\xd0\xcf\x11\xe0"
LOOKED_AT_BYTES = 1 << 10


@dataclass(frozen=True)
class Sheet:
    """A sheet with its place in the workbook, its rows as text, and the index of its header row."""

    order: int
    name: str
    rows: pl.DataFrame
    header_row: int


def read(connection: duckdb.DuckDBPyConnection, delivery: Delivery, contract: Contract) -> list[RawTable]:
    """One raw table per sheet with the source's headers; sheets with none of them are named as ignored."""
    sheets = _load_sheets(delivery)
    headed = [
        Sheet(order, name, rows, header_row)
        for order, (name, rows) in enumerate(sheets)
        if (header_row := _find_header_row(rows, contract)) is not None
    ]
    if not headed:
        required = ", ".join(f"{column.name} ({column.header})" for column in contract.columns if column.required)
        raise DeliveryError(
            f"{delivery.label}: no sheet has a header row; looked in the first {HEADER_SEARCH_ROWS} rows of "
            f"{', '.join(name for name, _ in sheets) or 'no sheet'} for {required}"
        )
    read_names = {sheet.name for sheet in headed}
    ignored = tuple(name for name, _ in sheets if name not in read_names)
    return [_sheet_table(connection, delivery, contract, sheet, ignored) for sheet in headed]


def is_workbook(path: Path) -> bool:
    """Whether a file is a workbook or at least no text: systems name tables parted by tabs .xls, too."""
    with path.open("rb") as stream:
        beginning = stream.read(LOOKED_AT_BYTES)
    if beginning.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return False
    return beginning.startswith((NEW_WORKBOOK, OLD_WORKBOOK, b"<")) or b"\0" in beginning


def _load_sheets(delivery: Delivery) -> list[tuple[str, pl.DataFrame]]:
    is_merged = has_merged_cells(delivery.path, delivery.label)
    # From its bytes, since the libraries go by the name, and systems name new workbooks .xls.
    content = delivery.path.read_bytes()
    if content.startswith(b"<"):
        raise DeliveryError(
            f"{delivery.label}: a web page or XML named as a workbook; open it in Excel and save it as .xlsx"
        )
    try:
        workbook = fastexcel.read_excel(content)
        merged = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)) if is_merged else None
        return [(name, _load_sheet(workbook, merged, name)) for name in workbook.sheet_names]
    except (fastexcel.FastExcelError, python_calamine.CalamineError) as failure:
        reason = first_line(failure, delivery.path)
        raise DeliveryError(f"{delivery.label}: cannot be opened as an Excel workbook ({reason})") from failure


def _load_sheet(
    workbook: fastexcel.ExcelReader, merged: python_calamine.CalamineWorkbook | None, name: str
) -> pl.DataFrame:
    rows = workbook.load_sheet(name, header_row=None, skip_rows=0, dtypes="string").to_polars()
    return rows if merged is None else _filled_down(rows, merged.get_sheet_by_name(name))


def _filled_down(rows: pl.DataFrame, sheet: python_calamine.CalamineSheet) -> pl.DataFrame:
    """The rows with each merged cell repeated downwards; the frame begins at the sheet's first used column."""
    if not sheet.merged_cell_ranges or sheet.start is None:
        return rows
    columns = [series.to_list() for series in rows.get_columns()]
    for (top, left), (bottom, _) in sheet.merged_cell_ranges:
        place = left - sheet.start[1]
        if bottom > top and 0 <= place < len(columns):
            column = columns[place]
            below = slice(top + 1, min(bottom + 1, len(column)))
            column[below] = [column[top]] * len(column[below])
    return pl.DataFrame(dict(zip(rows.columns, columns, strict=True)), schema=rows.schema)


def _find_header_row(rows: pl.DataFrame, contract: Contract) -> int | None:
    """Index of the first row with the most recognised headers; None where no row has any.

    Rows below that repeat it, as a header merged over two rows does, belong to it.
    """
    head = [_stripped(row) for row in rows.head(HEADER_SEARCH_ROWS).rows()]
    counts = [count_headers(row, contract) for row in head]
    if not any(counts):
        return None
    best = counts.index(max(counts))
    while best + 1 < len(head) and head[best + 1] == head[best]:
        best += 1
    return best


def _stripped(row: Sequence[object]) -> list[str | None]:
    return [str(cell).strip() if cell is not None else None for cell in row]


def _sheet_table(
    connection: duckdb.DuckDBPyConnection,
    delivery: Delivery,
    contract: Contract,
    sheet: Sheet,
    ignored: tuple[str, ...],
) -> RawTable:
    headers = _stripped(sheet.rows.row(sheet.header_row))
    matched = match_headers(headers, contract, f"{delivery.label}, sheet {sheet.name}, row {sheet.header_row + 1}")
    relation = f"excel_{delivery.file_id}_{sheet.order}"
    connection.register(relation, _body(sheet.rows, sheet.header_row, headers).to_arrow())
    return RawTable(
        sheet=sheet.name,
        relation=relation,
        cells={column: f"cell_{position}" for column, position in matched.items()},
        matched_headers={name: str(headers[position]) for name, position in matched.items()},
        unmatched_headers=unmatched(headers, matched),
        unknown_cells=unknown_cells(headers, matched),
        ignored_sheets=ignored,
    )


def _body(rows: pl.DataFrame, header_row: int, headers: list[str | None]) -> pl.DataFrame:
    """The rows below the header that are neither blank nor the header again, as on every printed page."""
    cells = [f"cell_{position}" for position in range(len(headers))]
    texts = rows.rename(dict(zip(rows.columns, cells, strict=True))).with_row_index("row_number", offset=1)
    stripped = [pl.col(cell).str.strip_chars().fill_null("") for cell in cells]
    repeats = [text == (header or "") for text, header in zip(stripped, headers, strict=True)]
    return (
        texts.slice(header_row + 1)
        .filter(pl.any_horizontal(text != "" for text in stripped) & ~pl.all_horizontal(repeats))
        .with_columns(broken_reason=pl.lit(None, pl.String), broken_text=pl.lit(None, pl.String))
    )
