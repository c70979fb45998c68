"""Readers: one file per format. Each turns a delivered file into raw tables of text; none knows any source's rules."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import duckdb

from pipelines.errors import DeliveryError
from pipelines.foundation.processes import Processes
from pipelines.foundation.sql import literal
from pipelines.ingest.contracts import Contract
from pipelines.ingest.inbox import Delivery
from pipelines.ingest.readers import csv, excel, json_document, json_lines, json_lines_together, parquet, warc
from pipelines.ingest.readers.archives import COMPRESSIONS, check_archive, is_compressed
from pipelines.ingest.readers.raw_table import RawTable, SharedTable

Reader = Callable[[duckdb.DuckDBPyConnection, Delivery, Contract], list[RawTable]]

NO_OTHER = warc.page_processes(1)
READERS: dict[str, Reader] = {
    ".csv": csv.read,
    ".tsv": csv.read,
    ".txt": csv.read,
    ".json": json_document.read,
    ".jsonl": json_lines.read,
    ".ndjson": json_lines.read,
}
# Beside these rows the cost of planning a query counts for nothing.
MOST_BYTES_TOGETHER = 1 << 20
FORMATS_READ_TOGETHER = {".csv": "csv", ".tsv": "csv", ".txt": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl"}
READERS_TOGETHER = {"csv": csv.read_together, "jsonl": json_lines_together.read_together}
READERS_OF_WHOLE_FILES: dict[str, Reader] = {
    ".xlsx": excel.read,
    ".xls": excel.read,
    ".parquet": parquet.read,
}
READERS_OF_ARCHIVES = {".warc": warc.read, ".wat": warc.read}
READERS_OF_WHOLE_ARCHIVES = {".wacz": warc.read_wacz}


def read(
    connection: duckdb.DuckDBPyConnection, delivery: Delivery, contract: Contract, processes: Processes = NO_OTHER
) -> list[RawTable]:
    """The raw tables of a delivered file; raises ``DeliveryError`` where its format is unknown or it is unreadable.

    The pages of archives are taken apart in ``processes`` as the tables are read.
    """
    path = delivery.path
    suffix = (path.with_suffix("") if is_compressed(path) else path).suffix.lower()
    reader = _reader(suffix, processes, is_whole=not is_compressed(path))
    if reader is None:
        raise DeliveryError(
            f"{delivery.label}: not a format that is read; a {contract.name} file ends in one of "
            f"{', '.join([*READERS, *READERS_OF_ARCHIVES])} (each may be followed by {' or '.join(COMPRESSIONS)}), "
            f"{', '.join([*READERS_OF_WHOLE_FILES, *READERS_OF_WHOLE_ARCHIVES])}"
        )
    if path.stat().st_size == 0:
        raise DeliveryError(f"{delivery.label}: the file is empty")
    if is_compressed(path) and suffix not in READERS_OF_ARCHIVES:
        check_archive(path, delivery.label)
    if reader is excel.read and not excel.is_workbook(path):
        reader = csv.read
    from_name = values_in_file_name(delivery, contract)
    tables = reader(connection, delivery, contract)
    for table in tables:
        _refuse_missing(contract, from_name, table, delivery.label)
    return [_completed(table, from_name, contract) for table in tables]


def _reader(suffix: str, processes: Processes, *, is_whole: bool) -> Reader | None:
    """What reads a file whose name ends so; null where nothing does."""
    archives = READERS_OF_ARCHIVES | (READERS_OF_WHOLE_ARCHIVES if is_whole else {})
    if suffix in archives:
        return partial(archives[suffix], processes=processes)
    return (READERS | (READERS_OF_WHOLE_FILES if is_whole else {})).get(suffix)


def kind_read_together(delivery: Delivery) -> str | None:
    """The format of a small file whose rows may be read in one statement with others; null of any other file."""
    if not 0 < delivery.byte_count <= MOST_BYTES_TOGETHER:
        return None
    name = delivery.path.with_suffix("") if is_compressed(delivery.path) else delivery.path
    return FORMATS_READ_TOGETHER.get(name.suffix.lower())


def read_together(
    connection: duckdb.DuckDBPyConnection, deliveries: Sequence[Delivery], contract: Contract
) -> list[SharedTable]:
    """The tables of files of one format, whose names say the same; a file in none of them is to be read alone."""
    from_name = values_in_file_name(deliveries[0], contract)
    shared = READERS_TOGETHER[kind_read_together(deliveries[0]) or ""](connection, deliveries, contract)
    return [_refusing_missing(group, from_name, contract) for group in shared]


def _refusing_missing(shared: SharedTable, from_name: dict[str, str], contract: Contract) -> SharedTable:
    for delivery, alone in shared.files:
        _refuse_missing(contract, from_name, alone, delivery.label)
    return replace(
        shared,
        table=_completed(shared.table, from_name, contract),
        files=[(delivery, _completed(alone, from_name, contract)) for delivery, alone in shared.files],
    )


def _completed(table: RawTable, from_name: dict[str, str], contract: Contract) -> RawTable:
    """The table with what stands in the file's name, and with what its columns gather."""
    return _gathered(replace(table, cells={**table.cells, **_where_unmatched(from_name, table)}), contract)


def values_in_file_name(delivery: Delivery, contract: Contract) -> dict[str, str]:
    """The columns whose value is in the file's name, each with it as an SQL literal."""
    found = {
        column.name: re.search(column.from_file_name, delivery.path.name)
        for column in contract.columns
        if column.from_file_name is not None
    }
    return {name: literal(match.group(1)) for name, match in found.items() if match is not None}


def _refuse_missing(contract: Contract, from_name: dict[str, str], table: RawTable, label: str) -> None:
    """Refuse a file that has what every row needs neither in a header nor in its name."""
    missing = [
        f"{column.name} ({column.header})"
        for column in contract.columns
        if column.required
        and column.from_file_name is not None
        and column.name not in from_name
        and column.name not in table.matched_headers
    ]
    if missing:
        raise DeliveryError(
            f"{label}: required column missing: {', '.join(missing)}; neither a header nor the file name has it"
        )


def _where_unmatched(cells: dict[str, str], table: RawTable) -> dict[str, str]:
    return {name: cell for name, cell in cells.items() if name not in table.matched_headers}


def _gathered(table: RawTable, contract: Contract) -> RawTable:
    """The table with the cells that its columns gather among the known ones."""
    gathered = {header: cell for header, cell in table.unknown_cells.items() if contract.gathering(header)}
    return replace(
        table,
        gathered_cells=gathered,
        unknown_cells={header: cell for header, cell in table.unknown_cells.items() if header not in gathered},
        unmatched_headers=tuple(header for header in table.unmatched_headers if not contract.gathering(header)),
    )
