"""Excel workbooks, new and old: every sheet that carries the source's headers, wherever its header row is.

A cell merged downwards holds the same in each of its rows; one merged sideways holds it in its first column only.
"""

import codecs
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from pipelines.errors import DeliveryError, MissingColumnError
from pipelines.ingest.contracts import Contract
from pipelines.ingest.inbox import Delivery
from pipelines.ingest.readers.new_workbook import read_new_workbook
from pipelines.ingest.readers.old_workbook import read_old_workbook
from pipelines.ingest.readers.raw_table import RawTable, count_headers, match_headers, unknown_cells, unmatched
from pipelines.ingest.readers.sheet_cells import SheetCells

HEADER_SEARCH_ROWS = 30
NEW_WORKBOOK = b"PK"
# A compound file, or the bare stream of the versions before Excel 5.
OLD_WORKBOOKS = (b"\xd0\xcf\x11\xe0", *(bytes((0x09, version)) for version in (0x00, 0x02, 0x04, 0x08)))
WEB_ARCHIVE = b"mime-version:"
OTHER_KINDS = {b"<": "a web page or XML", WEB_ARCHIVE: "a web archive (MHTML)"}
LOOKED_AT_BYTES = 1 << 10


@dataclass(frozen=True)
class Sheet:
    """A sheet with its place in the workbook and the index of its header row."""

    order: int
    content: SheetCells
    header_row: int


def read(connection: duckdb.DuckDBPyConnection, delivery: Delivery, contract: Contract) -> list[RawTable]:
    """One raw table per sheet with the source's headers; sheets with none of them are named as ignored.

    Hidden sheets and sheets of examples are not read, and named; hidden rows are read, and counted.
    """
    sheets = _load_sheets(delivery)
    shown = [(order, sheet) for order, sheet in enumerate(sheets) if _why_left(sheet, contract) is None]
    headed = [
        Sheet(order, sheet, header_row)
        for order, sheet in shown
        if (header_row := _find_header_row(sheet.cells, contract)) is not None
    ]
    ignored = tuple(_ignored(sheets, headed, contract))
    if not headed:
        required = ", ".join(f"{column.name} ({column.header})" for column in contract.columns if column.required)
        raise MissingColumnError(
            f"{delivery.label}: no sheet has a header row; looked in the first {HEADER_SEARCH_ROWS} rows of "
            f"{', '.join(ignored) or 'no sheet'} for {required}"
        )
    return [_sheet_table(connection, delivery, contract, sheet, ignored) for sheet in headed]


def _why_left(sheet: SheetCells, contract: Contract) -> str | None:
    """Why a sheet is not read whatever it holds; null where it is looked into."""
    if sheet.is_hidden:
        return "hidden"
    return "an example" if re.fullmatch(contract.example_sheets, sheet.name.strip()) else None


def _ignored(sheets: Sequence[SheetCells], headed: Sequence[Sheet], contract: Contract) -> Iterator[str]:
    read_orders = {sheet.order for sheet in headed}
    for order, sheet in enumerate(sheets):
        reason = _why_left(sheet, contract)
        if order not in read_orders:
            yield sheet.name if reason is None else f"{sheet.name} ({reason}, not read)"


def is_workbook(path: Path) -> bool:
    """Whether a file is a workbook or at least no text: systems name tables parted by tabs .xls, too."""
    with path.open("rb") as stream:
        beginning = stream.read(LOOKED_AT_BYTES)
    if beginning.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return False
    text = beginning.removeprefix(codecs.BOM_UTF8).lstrip().lower()
    return text.startswith((NEW_WORKBOOK.lower(), *OTHER_KINDS)) or b"\0" in beginning


def _load_sheets(delivery: Delivery) -> list[SheetCells]:
    with delivery.path.open("rb") as stream:
        beginning = stream.read(LOOKED_AT_BYTES)
    # By their content, since systems name new workbooks .xls.
    if beginning.startswith(OLD_WORKBOOKS):
        return list(read_old_workbook(delivery.path, delivery.label))
    beginning = beginning.removeprefix(codecs.BOM_UTF8).lstrip()
    for sign, kind in OTHER_KINDS.items():
        if beginning.lower().startswith(sign):
            raise DeliveryError(f"{delivery.label}: {kind} named as a workbook; open it in Excel and save it as .xlsx")
    if not beginning.startswith(NEW_WORKBOOK):
        raise DeliveryError(
            f"{delivery.label}: cannot be opened as an Excel workbook (it has the form of neither .xlsx nor .xls)"
        )
    return list(read_new_workbook(delivery.path, delivery.label))


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
    content = sheet.content
    headers = _stripped(content.cells.row(sheet.header_row))
    matched = match_headers(headers, contract, f"{delivery.label}, sheet {content.name}, row {sheet.header_row + 1}")
    relation = f"excel_{delivery.file_id}_{sheet.order}"
    marked = {place for _, place in content.marks}
    connection.register(relation, _body(content, sheet.header_row, headers).to_arrow())
    return RawTable(
        sheet=content.name,
        relation=relation,
        cells={column: f"cell_{position}" for column, position in matched.items()},
        matched_headers={name: str(headers[position]) for name, position in matched.items()},
        unmatched_headers=unmatched(headers, matched),
        unknown_cells=unknown_cells(headers, matched),
        ignored_sheets=ignored,
        marks={column: f"mark_{position}" for column, position in matched.items() if position in marked},
        first_day=content.first_day,
        hidden_rows=content.hidden_rows,
    )


def _body(content: SheetCells, header_row: int, headers: list[str | None]) -> pl.DataFrame:
    """The rows below the header that are neither blank nor the header again, as on every printed page."""
    texts = content.cells.with_columns(*_marks(content)).with_row_index("row_number", offset=1)
    stripped = [pl.col(cell).str.strip_chars().fill_null("") for cell in content.cells.columns]
    repeats = [text == (header or "") for text, header in zip(stripped, headers, strict=True)]
    return (
        texts.slice(header_row + 1)
        .filter(pl.any_horizontal(text != "" for text in stripped) & ~pl.all_horizontal(repeats))
        .with_columns(broken_reason=pl.lit(None, pl.String), broken_text=pl.lit(None, pl.String))
    )


def _marks(content: SheetCells) -> Iterator[pl.Series]:
    """A column of reasons for each column that has any."""
    by_column: dict[int, dict[int, str]] = {}
    for (row, place), mark in content.marks.items():
        by_column.setdefault(place, {})[row] = mark
    for place, reasons in by_column.items():
        yield pl.Series(f"mark_{place}", map(reasons.get, range(content.cells.height)), pl.String)
