"""CSV and TSV in UTF-8 (with or without mark), UTF-16 with mark, or GB18030; the delimiter is found."""

import csv
from collections.abc import Iterator
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa

from pipelines.contracts import Contract
from pipelines.errors import DeliveryError
from pipelines.inbox import Delivery
from pipelines.readers.raw_table import RawTable, match_headers, unmatched
from pipelines.readers.text_encoding import find_encoding

if TYPE_CHECKING:
    from _csv import Reader

DELIMITERS = ",\t;|"
BATCH_ROWS = 100_000


def read(connection: duckdb.DuckDBPyConnection, delivery: Delivery, contract: Contract) -> list[RawTable]:
    """The one table of a delimited file; rows of another width than the header are marked broken."""
    encoding = find_encoding(delivery.path, delivery.label)
    with delivery.path.open(encoding=encoding, newline="") as stream:
        first_line = stream.readline()
        stream.seek(0)
        rows = csv.reader(stream, delimiter=_find_delimiter(first_line), strict=True)
        headers = [cell.strip() for cell in _next_row(rows, delivery) or []]
        matched = match_headers(headers, contract, delivery.label)
        table = pa.Table.from_batches(_batches(rows, len(headers), delivery), schema=_schema(len(headers)))
    relation = f"csv_{delivery.file_id}"
    connection.register(relation, table)
    cells = {name: f"cell_{position}" for name, position in matched.items()}
    return [RawTable(None, relation, cells, tuple(matched), unmatched(headers, matched), encoding)]


def _find_delimiter(first_line: str) -> str:
    return max(DELIMITERS, key=first_line.count)


def _next_row(rows: "Reader", delivery: Delivery) -> list[str] | None:
    try:
        return next(rows, None)
    except csv.Error as failure:
        raise DeliveryError(f"{delivery.label}, line {rows.line_num}: {failure}") from failure


def _batches(rows: "Reader", width: int, delivery: Delivery) -> Iterator[pa.RecordBatch]:
    schema = _schema(width)
    batch: list[list[object]] = []
    row_number = 1
    while (row := _next_row(rows, delivery)) is not None:
        row_number += 1
        if any(cell.strip() for cell in row):
            batch.append(_record(row, row_number, width))
        if len(batch) == BATCH_ROWS:
            yield _as_batch(batch, schema)
            batch = []
    yield _as_batch(batch, schema)


def _record(row: list[str], row_number: int, width: int) -> list[object]:
    while len(row) > width and not row[-1].strip():
        row.pop()
    if len(row) != width:
        reason = f"{len(row)} fields where the header has {width}"
        return [row_number, reason, ",".join(row)[:500], *[None] * width]
    return [row_number, None, None, *row]


def _schema(width: int) -> pa.Schema:
    cells = [(f"cell_{position}", pa.string()) for position in range(width)]
    return pa.schema([("row_number", pa.int64()), ("broken_reason", pa.string()), ("broken_text", pa.string()), *cells])


def _as_batch(batch: list[list[object]], schema: pa.Schema) -> pa.RecordBatch:
    columns = list(zip(*batch, strict=True)) or [()] * len(schema)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)
