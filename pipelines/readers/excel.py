"""Excel workbooks, new and old: every sheet that carries the source's headers, wherever its header row is."""

from collections.abc import Sequence

import duckdb
import fastexcel
import polars as pl

from pipelines.contracts import Contract
from pipelines.errors import DeliveryError
from pipelines.inbox import Delivery
from pipelines.readers.raw_table import RawTable, find_headers, match_headers, unmatched

HEADER_SEARCH_ROWS = 30


def read(connection: duckdb.DuckDBPyConnection, delivery: Delivery, contract: Contract) -> list[RawTable]:
    """One raw table a sheet with the source's headers; sheets with none of them are named as ignored."""
    sheets = _load_sheets(delivery)
    headed = {name: _find_header_row(rows, contract, f"{delivery.label}, sheet {name}") for name, rows in sheets}
    ignored = tuple(name for name, header_row in headed.items() if header_row is None)
    if len(ignored) == len(headed):
        required = ", ".join(f"{column.name} ({column.header})" for column in contract.columns if column.required)
        raise DeliveryError(
            f"{delivery.label}: no sheet has a header row; looked in the first {HEADER_SEARCH_ROWS} rows of "
            f"{', '.join(headed) or 'no sheet'} for {required}"
        )
    tables = []
    for order, (name, rows) in enumerate(sheets):
        header_row = headed[name]
        if header_row is not None:
            tables.append(_sheet_table(connection, delivery, contract, name, rows, header_row, ignored, order))
    return tables


def _load_sheets(delivery: Delivery) -> list[tuple[str, pl.DataFrame]]:
    try:
        workbook = fastexcel.read_excel(delivery.path)
        return [
            (name, workbook.load_sheet(name, header_row=None, skip_rows=0, dtypes="string").to_polars())
            for name in workbook.sheet_names
        ]
    except fastexcel.FastExcelError as failure:
        reason = str(failure).splitlines()[0]
        raise DeliveryError(f"{delivery.label}: cannot be opened as an Excel workbook ({reason})") from failure


def _find_header_row(rows: pl.DataFrame, contract: Contract, where: str) -> int | None:
    """Index of the first row with the most recognised headers; None where no row has any."""
    best, best_count = None, 0
    for index, row in enumerate(rows.head(HEADER_SEARCH_ROWS).rows()):
        matched, _ = find_headers(_stripped(row), contract, f"{where}, row {index + 1}")
        if len(matched) > best_count:
            best, best_count = index, len(matched)
    return best


def _stripped(row: Sequence[object]) -> list[str | None]:
    return [str(cell).strip() if cell is not None else None for cell in row]


def _sheet_table(
    connection: duckdb.DuckDBPyConnection,
    delivery: Delivery,
    contract: Contract,
    name: str,
    rows: pl.DataFrame,
    header_row: int,
    ignored: tuple[str, ...],
    order: int,
) -> RawTable:
    headers = _stripped(rows.row(header_row))
    matched = match_headers(headers, contract, f"{delivery.label}, sheet {name}, row {header_row + 1}")
    body = (
        rows.rename({old: f"cell_{position}" for position, old in enumerate(rows.columns)})
        .with_row_index("row_number", offset=1)
        .slice(header_row + 1)
        .filter(pl.any_horizontal(pl.exclude("row_number").str.strip_chars().fill_null("") != ""))
        .with_columns(broken_reason=pl.lit(None, pl.String), broken_text=pl.lit(None, pl.String))
    )
    relation = f"excel_{delivery.file_id}_{order}"
    connection.register(relation, body.to_arrow())
    cells = {column: f"cell_{position}" for column, position in matched.items()}
    return RawTable(name, relation, cells, tuple(matched), unmatched(headers, matched), ignored_sheets=ignored)
