"""CSV and TSV in UTF-8 (with or without mark), UTF-16 with mark, or GB18030, plain or compressed.

Delimiter and header row are found: those under which the first rows show the most of the source's headers.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice

import duckdb
import numpy as np
import pyarrow as pa

from pipelines.errors import DeliveryError
from pipelines.ingest.contracts import Contract
from pipelines.ingest.inbox import Delivery
from pipelines.ingest.readers.archives import check_archive, is_compressed, open_bytes
from pipelines.ingest.readers.delimited_text import DelimitedText, Record
from pipelines.ingest.readers.raw_table import (
    FILE_OF_ROW,
    RawTable,
    SharedTable,
    count_headers,
    headed_table,
)
from pipelines.ingest.readers.text_encoding import find_encoding

DELIMITERS = ",\t;|"
HEADER_SEARCH_RECORDS = 30
BATCH_ROWS = 2_048


@dataclass(frozen=True)
class Layout:
    """Where the header is (records counted from 1) and what parts the cells."""

    delimiter: str
    header_record: int
    headers: list[str]


@dataclass(frozen=True)
class Found:
    """A file, and how it is to be read."""

    delivery: Delivery
    encoding: str
    layout: Layout


def read(connection: duckdb.DuckDBPyConnection, delivery: Delivery, contract: Contract) -> list[RawTable]:
    """The one table of a delimited file, read as it is used; rows of another width than the header are broken."""
    encoding = find_encoding(delivery.path, delivery.label)
    layout = _find_layout(delivery, encoding, contract)
    table = headed_table(layout.headers, f"csv_{delivery.file_id}", contract, delivery.label, encoding)
    batches = _batches(delivery, encoding, layout, contract, table.failures)
    connection.register(table.relation, pa.RecordBatchReader.from_batches(_schema(len(layout.headers)), batches))
    return [table]


def read_together(
    connection: duckdb.DuckDBPyConnection, deliveries: Sequence[Delivery], contract: Contract
) -> list[SharedTable]:
    """The tables of the files that have the same headers; a file in none of them is to be read alone."""
    alike: dict[tuple[str, ...], list[Found]] = {}
    for delivery in deliveries:
        with suppress(DeliveryError, OSError):
            if is_compressed(delivery.path):
                check_archive(delivery.path, delivery.label)
            encoding = find_encoding(delivery.path, delivery.label)
            layout = _find_layout(delivery, encoding, contract)
            alike.setdefault(tuple(layout.headers), []).append(Found(delivery, encoding, layout))
    shared = []
    for number, files in enumerate(alike.values()):
        first = files[0]
        with suppress(DeliveryError):
            relation = f"csv_together_{first.delivery.file_id}_{number}"
            table = headed_table(first.layout.headers, relation, contract, first.delivery.label, first.encoding)
            schema = _schema(len(first.layout.headers)).append(pa.field(FILE_OF_ROW, pa.string()))
            batches = _batches_of_all(files, contract, table.failures, schema)
            connection.register(relation, pa.RecordBatchReader.from_batches(schema, batches))
            alone = [(found.delivery, replace(table, encoding=found.encoding)) for found in files]
            shared.append(SharedTable(replace(table, file_id=FILE_OF_ROW), alone))
    return shared


def _batches_of_all(
    files: Iterable[Found], contract: Contract, failures: list[DeliveryError], schema: pa.Schema
) -> Iterator[pa.RecordBatch]:
    for found in files:
        file_id = found.delivery.file_id
        for batch in _batches(found.delivery, found.encoding, found.layout, contract, failures):
            ids = pa.repeat(pa.scalar(file_id, pa.string()), batch.num_rows)
            yield pa.RecordBatch.from_arrays([*batch.columns, ids], schema=schema)


def _find_layout(delivery: Delivery, encoding: str, contract: Contract) -> Layout:
    """The layout that shows the most headers; where none shows any, the first record and the commonest delimiter."""
    layouts: list[Layout] = []
    failures: list[DeliveryError] = []
    for delimiter in DELIMITERS:
        layouts += _layouts(delivery, encoding, delimiter, failures)
    if layouts:
        return max(
            layouts,
            key=lambda layout: (count_headers(layout.headers, contract), -layout.header_record, len(layout.headers)),
        )
    raise failures[0] if failures else DeliveryError(f"{delivery.label}: the file has no rows")


def _layouts(delivery: Delivery, encoding: str, delimiter: str, failures: list[DeliveryError]) -> Iterator[Layout]:
    """Each of the first records as if it were the header; with the wrong delimiter a file may break off early."""
    try:
        for number, cells in islice(_records(delivery, encoding, delimiter), HEADER_SEARCH_RECORDS):
            yield Layout(delimiter, number, [cell.strip() for cell in cells])
    except DeliveryError as failure:
        failures.append(failure)


def _records(delivery: Delivery, encoding: str, delimiter: str) -> Iterator[Record]:
    """Every record that is not blank, with its number."""
    with open_bytes(delivery.path) as stream:
        text = DelimitedText(stream, encoding, delimiter, delivery.label)
        while (block := text.next_block()) is not None:
            yield from text.records(block)


def _batches(
    delivery: Delivery, encoding: str, layout: Layout, contract: Contract, failures: list[DeliveryError]
) -> Iterator[pa.RecordBatch]:
    """The records below the header. What goes wrong is kept, for DuckDB repeats no more of it than its text."""
    schema = _schema(len(layout.headers))
    try:
        with open_bytes(delivery.path) as stream:
            text = DelimitedText(stream, encoding, layout.delimiter, delivery.label)
            while (block := text.next_block()) is not None:
                is_below_header = text.record_count >= layout.header_record
                cells = text.plain_cells(block, layout.headers) if is_below_header else None
                if cells is not None:
                    yield _numbered(cells, text.record_count, schema)
                    continue
                rows = _rows(text.records(block), layout, contract.short_rows == "filled")
                while batch := list(islice(rows, BATCH_ROWS)):
                    yield _as_batch(batch, schema)
    except DeliveryError as failure:
        failures.append(failure)
        raise


def _numbered(cells: list[pa.Array], last: int, schema: pa.Schema) -> pa.RecordBatch:
    """Records none of which is broken, up to the number of the last."""
    count = len(cells[0])
    nothing = pa.nulls(count, pa.string())
    numbers = pa.array(np.arange(last - count + 1, last + 1))
    return pa.RecordBatch.from_arrays([numbers, nothing, nothing, *cells], schema=schema)


def _rows(records: Iterable[Record], layout: Layout, is_filled: bool) -> Iterator[tuple[object, ...]]:
    """The records below the header; a header repeated further down, as on printed pages, is no row."""
    for number, record in records:
        if number > layout.header_record and [cell.strip() for cell in record] != layout.headers:
            yield _row(number, record, len(layout.headers), is_filled)


def _row(number: int, record: list[str], width: int, is_filled: bool) -> tuple[object, ...]:
    while len(record) > width and not record[-1].strip():
        record.pop()
    if is_filled:
        record.extend([""] * (width - len(record)))
    if len(record) != width:
        reason = f"{len(record)} fields where the header has {width}"
        return (number, reason, ",".join(record)[:500], *[None] * width)
    return (number, None, None, *record)


def _schema(width: int) -> pa.Schema:
    cells = [(f"cell_{position}", pa.string()) for position in range(width)]
    return pa.schema([("row_number", pa.int64()), ("broken_reason", pa.string()), ("broken_text", pa.string()), *cells])


def _as_batch(rows: list[tuple[object, ...]], schema: pa.Schema) -> pa.RecordBatch:
    columns = zip(*rows, strict=True)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)
