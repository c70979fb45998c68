"""WARC archives of crawlers, gzipped or not: one row per response, read in one pass; other records are counted.

A WAT has a row per response it describes, a WACZ those of each archive in it. The records are cut here, one after the
other; where there are many, other processes take their pages apart.
"""

import os
import re
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import duckdb
import polars as pl
import pyarrow as pa

from pipelines.errors import DeliveryError
from pipelines.foundation.processes import DiedError, Processes
from pipelines.foundation.sql import identifier
from pipelines.ingest.contracts import Contract
from pipelines.ingest.inbox import Delivery
from pipelines.ingest.pages import answers
from pipelines.ingest.pages.answers import Row, Tally, columns_of_answers, find_answers
from pipelines.ingest.pages.records import Captured, Unreadable
from pipelines.ingest.pages.sought import Sought, SoughtColumn
from pipelines.ingest.readers.archives import check_archive, is_compressed
from pipelines.ingest.readers.raw_table import RawTable, match_headers
from pipelines.ingest.readers.warc_archive import Walk

# So many records, or bytes of them, are taken apart together.
BATCH_RECORDS, BATCH_BYTES = 256, 4 << 20
# Some hundreds of pages: half a second of work, after which processes that take as long to start are worth it.
BYTES_WORTH_PROCESSES = 16 << 20
ARCHIVE_IN_WACZ = re.compile(r"(?:^|/)archive/[^/]+\.warc(?:\.gz|\.zst)?$", re.IGNORECASE)
MAX_WACZ_BYTES = 64 << 30


@dataclass(frozen=True)
class Archive:
    """One archive to be read: what messages call it, its file, its relation, and, of several, its name."""

    label: str
    path: Path
    relation: str
    sheet: str | None = None
    folder: object = None


def read(
    connection: duckdb.DuckDBPyConnection, delivery: Delivery, contract: Contract, processes: Processes
) -> list[RawTable]:
    """The one table of an archive; rows are numbered as the records of the archive, of whatever type."""
    if is_compressed(delivery.path) and delivery.path.suffix.lower() != ".gz":
        check_archive(delivery.path, delivery.label)
    return [_table(connection, Archive(delivery.label, delivery.path, f"warc_{delivery.file_id}"), contract, processes)]


def read_wacz(
    connection: duckdb.DuckDBPyConnection, delivery: Delivery, contract: Contract, processes: Processes
) -> list[RawTable]:
    """A table for each archive of a web archive collection, which is a zip; each counts as a sheet of its name."""
    folder = tempfile.TemporaryDirectory(prefix="ceping-")
    try:
        with zipfile.ZipFile(delivery.path) as package:
            members = [member for member in package.infolist() if ARCHIVE_IN_WACZ.search(member.filename)]
            if sum(member.file_size for member in members) > MAX_WACZ_BYTES:
                raise DeliveryError(f"{delivery.label}: unpacks to more than {MAX_WACZ_BYTES >> 30} GiB")
            paths = [Path(package.extract(member, folder.name)) for member in members]
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as failure:
        raise DeliveryError(f"{delivery.label}: cannot be read as WACZ ({failure})") from failure
    if not paths:
        raise DeliveryError(f"{delivery.label}: no archive is in it; a WACZ has them as archive/*.warc.gz")
    archives = [
        Archive(f"{delivery.label}, {path.name}", path, f"warc_{delivery.file_id}_{order}", path.name, folder)
        for order, path in enumerate(paths)
    ]
    return [_table(connection, archive, contract, processes) for archive in archives]


def _table(
    connection: duckdb.DuckDBPyConnection, archive: Archive, contract: Contract, processes: Processes
) -> RawTable:
    sought = sought_on_pages(contract)
    names = columns_of_answers(sought)
    match_headers(names, contract, archive.label)
    failures: list[DeliveryError] = []
    tally = Tally()
    schema = _frame([], names).to_arrow().schema
    rows = _rows(archive, sought, processes, tally, failures)
    # Not made by Arrow, which loads pandas to see whether what it is given is of it.
    batches = (batch for some in rows for batch in _frame(some, names).to_arrow().to_batches())
    relation = archive.relation
    # Several threads would take the batches in any order; beside pages what they do is nothing.
    connection.execute("set threads = 1")
    connection.register(relation, pa.RecordBatchReader.from_batches(schema, batches))
    return RawTable(
        sheet=archive.sheet,
        relation=relation,
        cells={name: identifier(name) for name in names},
        matched_headers={name: name for name in names},
        skipped_records=tally.others,
        failures=failures,
        read_from=archive.folder,
    )


def sought_on_pages(contract: Contract) -> Sought:
    """What a contract looks for in the records of an archive."""
    columns = (
        SoughtColumn(column.name, column.data_type, column.meta_tag, column.meta_tags, column.found_patterns)
        for column in contract.columns
        if column.meta_tag or column.meta_tags or column.found_patterns
    )
    return Sought(tuple(column.name for column in contract.columns), tuple(columns))


def _frame(rows: Sequence[Row], names: Sequence[str]) -> pl.DataFrame:
    schema = {"row_number": pl.Int64, **dict.fromkeys(["broken_reason", "broken_text", *names], pl.String)}
    return pl.DataFrame(dict(zip(schema, zip(*rows, strict=True), strict=True)) if rows else None, schema=schema)


def page_processes(count: int) -> Processes:
    """So many processes, at most, to take pages apart, and no more than there are processors."""
    return Processes(min(count, os.cpu_count() or 1), BYTES_WORTH_PROCESSES, preload=[answers.__name__])


def _rows(
    archive: Archive, sought: Sought, processes: Processes, tally: Tally, failures: list[DeliveryError]
) -> Iterator[list[Row]]:
    """Rows for each response and each gap; an archive of which nothing can be read, or no answer, is one failure."""
    try:
        for rows, more in processes.map(partial(find_answers, sought), _batches(Walk(archive.path)), _size):
            tally.add(more)
            yield rows
    except DiedError:
        failures.append(_died(archive, tally))
    else:
        failures.extend(_nothing_found(archive, tally))
    if failures:
        raise failures[-1]


def _nothing_found(archive: Archive, tally: Tally) -> Iterator[DeliveryError]:
    if not tally.answers and not tally.others:
        yield DeliveryError(f"{archive.label}: cannot be read as WARC ({tally.lost_by or 'it holds no record'})")
    elif not tally.answers and tally.lost_by is None:
        held = ", ".join(f"{count:,} {kind}" for kind, count in sorted(tally.others.items()))
        yield DeliveryError(f"{archive.label}: no answer of a site is in it, only records of other kinds ({held})")


def _died(archive: Archive, tally: Tally) -> DeliveryError:
    return DeliveryError(
        f"{archive.label}: a process that takes its pages apart was ended, somewhere after record {tally.last:,}, as "
        "systems do when memory is short; run again, where it happens anew with CEPING_THREADS=1, which takes less"
    )


def _batches(found: Iterable[Captured | Unreadable]) -> Iterator[list[Captured | Unreadable]]:
    batch: list[Captured | Unreadable] = []
    size = 0
    for each in found:
        batch.append(each)
        size += _size([each])
        if len(batch) == BATCH_RECORDS or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _size(batch: Sequence[Captured | Unreadable]) -> int:
    return sum(len(each.block) for each in batch if isinstance(each, Captured))
