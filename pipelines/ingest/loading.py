"""Reads delivered files and lands their rows: a file alone, or many small ones of one shape in one statement.

Every readable file is landed even where another fails. Where small files cannot be landed together, halves of them are
tried, down to the one that is at fault, of which the sentence is that of a file read alone.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

import duckdb

from pipelines.errors import DeliveryError
from pipelines.foundation.processes import Processes
from pipelines.foundation.sql import files_literal
from pipelines.ingest.conform import connect
from pipelines.ingest.contracts import Contract
from pipelines.ingest.faults import failed_reading, told_together
from pipelines.ingest.inbox import Delivery
from pipelines.ingest.landing import bundle_name, landing_file, write_landing
from pipelines.ingest.ledger import LedgerEntry
from pipelines.ingest.mending import without_repairs
from pipelines.ingest.pseudonyms import pseudonym_key
from pipelines.ingest.readers import kind_read_together, read, read_together, values_in_file_name
from pipelines.ingest.readers.raw_table import RawTable, SharedTable
from pipelines.ingest.readers.warc import page_processes
from pipelines.settings import Settings

Progress = Callable[[str], None]
Entries = dict[Path, LedgerEntry]

SHOWN_HEADERS = 5
# Fewer small files than this are read one by one: each then has its own landed file, and is replaced alone.
FEWEST_TOGETHER = 16
# A bundle is written anew when one of its files changes, so it stays small beside what the disk does in a second.
MOST_TOGETHER = 1_000
MOST_BYTES_OF_A_LOT = 32 << 20
# Above so many files one line tells of a hundred of them.
MOST_LINES = 100


@dataclass(frozen=True)
class Landing:
    """Where and how the files of one source are landed."""

    contract: Contract
    settings: Settings
    blank: LedgerEntry
    threads_a_file: int
    key: bytes | None
    processes: Processes

    def path(self, name: str) -> Path:
        """The landed file of that name."""
        return landing_file(self.settings.landing_dir / self.contract.name, self.settings.edition, name)

    def connect(self) -> duckdb.DuckDBPyConnection:
        """A connection for one file, or for files together."""
        return connect(self.threads_a_file, self.key)


def land_all(deliveries: list[Delivery], contract: Contract, settings: Settings, progress: Progress) -> Entries:
    """Land each delivery, so many at once as there are threads: a compressed file is read by one thread alone."""
    lots = list(_lots(deliveries, contract))
    key = pseudonym_key(settings) if deliveries and contract.has_personal else None
    threads_a_file = settings.threads if len(lots) == 1 else 1
    entries: Entries = {}
    with page_processes(settings.threads) as processes, ThreadPoolExecutor(max_workers=settings.threads) as pool:
        landing = Landing(contract, settings, blank_entry(contract, settings), threads_a_file, key, processes)
        done = zip(lots, pool.map(partial(_timed, landing), lots), strict=True)
        while told := list(islice(done, 1 if len(lots) <= MOST_LINES else MOST_LINES)):
            together = [(delivery, found[delivery.path]) for lot, (found, _) in told for delivery in lot]
            _report(together, contract, sum(seconds for _, (_, seconds) in told), progress)
            entries |= {delivery.path: entry for delivery, entry in together}
    return entries


def blank_entry(contract: Contract, settings: Settings) -> LedgerEntry:
    """What the entries of all files of a source have in common."""
    return LedgerEntry(
        edition=settings.edition, source=contract.name, file_name="", file_id="", sha256="", byte_count=0,
        modified_ns=0, contract=contract.fingerprint, status="landed",
    )  # fmt: skip


def new_entry(blank: LedgerEntry, delivery: Delivery) -> LedgerEntry:
    """The entry of a delivery of which nothing is known but its bytes."""
    return blank.model_copy(
        update={
            "file_name": delivery.name,
            "file_id": delivery.file_id,
            "sha256": delivery.sha256,
            "byte_count": delivery.mark.byte_count,
            "modified_ns": delivery.mark.modified_ns,
        }
    )


def _lots(deliveries: Iterable[Delivery], contract: Contract) -> Iterator[list[Delivery]]:
    """The deliveries as they are read: those of one format together whose names say the same, all others alone."""
    alike: dict[object, list[Delivery]] = {}
    for delivery in deliveries:
        kind = kind_read_together(delivery)
        said = tuple(values_in_file_name(delivery, contract).items())
        alike.setdefault((kind, said) if kind else delivery.path, []).append(delivery)
    for files in alike.values():
        yield from _cut(files) if len(files) >= FEWEST_TOGETHER else ([delivery] for delivery in files)


def _cut(files: Iterable[Delivery]) -> Iterator[list[Delivery]]:
    lot: list[Delivery] = []
    size = 0
    for delivery in files:
        if len(lot) == MOST_TOGETHER or (lot and size + delivery.mark.byte_count > MOST_BYTES_OF_A_LOT):
            yield lot
            lot, size = [], 0
        lot.append(delivery)
        size += delivery.mark.byte_count
    yield lot


def _timed(landing: Landing, lot: list[Delivery]) -> tuple[Entries, float]:
    """The entries of a lot that was read now, and the seconds it took."""
    started = time.monotonic()
    return _land(landing, lot), time.monotonic() - started


def _land(landing: Landing, lot: Sequence[Delivery]) -> Entries:
    if len(lot) == 1:
        return {lot[0].path: _land_alone(landing, lot[0])}
    try:
        return _land_together(landing, lot)
    except Exception:
        # Whatever it is: the file that is at fault says it itself when it is read alone.
        half = len(lot) // 2
        return _land(landing, lot[:half]) | _land(landing, lot[half:])


def _land_together(landing: Landing, lot: Sequence[Delivery]) -> Entries:
    entries: Entries = {}
    with landing.connect() as connection:
        for shared in read_together(connection, lot, landing.contract):
            if len(shared.files) > 1:
                entries |= _write_bundle(landing, connection, shared)
    for delivery in lot:
        if delivery.path not in entries:
            entries[delivery.path] = _land_alone(landing, delivery)
    return entries


def _write_bundle(landing: Landing, connection: duckdb.DuckDBPyConnection, shared: SharedTable) -> Entries:
    """Land the rows of several files as one bundle; raises where one of them cannot be read or has changed since."""
    name = bundle_name(delivery.file_id for delivery, _ in shared.files)
    path = landing.path(name)
    write_landing(connection, [shared.table], landing.contract, landing.settings.edition, shared.files[0][0], path)
    counted = {file_id: (rows, fit) for file_id, rows, fit in _count(connection, path)}
    if shared.row_counts is not None and shared.row_counts != {file_id: rows for file_id, (rows, _) in counted.items()}:
        raise DeliveryError(f"{landing.contract.name}: rows of small files cannot be told apart")
    entries: Entries = {}
    for delivery, alone in shared.files:
        delivery.require_unchanged()
        entry = new_entry(landing.blank, delivery)
        rows, fit = counted.get(delivery.file_id, (0, 0))
        entries[delivery.path] = _described(entry, [alone], rows, fit).model_copy(update={"landed_in": name})
    return entries


def _land_alone(landing: Landing, delivery: Delivery) -> LedgerEntry:
    entry = new_entry(landing.blank, delivery)
    try:
        with landing.connect() as connection:
            tables = read(connection, delivery, landing.contract, landing.processes)
            path = landing.path(delivery.file_id)
            write_landing(connection, tables, landing.contract, entry.edition, delivery, path)
            counted = _count(connection, path)
        entry = _described(entry, tables, sum(rows for _, rows, _ in counted), sum(fit for *_, fit in counted))
        delivery.require_unchanged()
    except Exception as failure:
        entry = entry.model_copy(update={"status": "failed", "message": failed_reading(delivery.label, failure)})
    return entry


def _count(connection: duckdb.DuckDBPyConnection, path: Path) -> list[tuple[str, int, int]]:
    """The rows of each file in a landed one, and those of them that are fit."""
    return connection.execute(
        f"select file_id, count(*), count(*) filter (where rejections is null) from {files_literal(path)} group by all"
    ).fetchall()


def _described(entry: LedgerEntry, tables: list[RawTable], rows: int, fit: int) -> LedgerEntry:
    return entry.model_copy(
        update={
            "encoding": tables[0].encoding,
            "sheets": tuple(table.sheet for table in tables if table.sheet is not None),
            "ignored_sheets": (*tables[0].ignored_sheets, *_skipped(tables)),
            "matched_columns": tuple(dict.fromkeys(name for table in tables for name in table.matched_headers)),
            "unmatched_headers": without_repairs(
                tuple(dict.fromkeys(name for table in tables for name in table.unmatched_headers))
            ),
            "rows_read": rows,
            "rows_fit": fit,
        }
    )


def _skipped(tables: list[RawTable]) -> list[str]:
    """The records of an archive that are no rows, as the ledger names them."""
    return [f"{number:,} {kind} records" for table in tables for kind, number in sorted(table.skipped_records.items())]


def _report(landed: list[tuple[Delivery, LedgerEntry]], contract: Contract, seconds: float, progress: Progress) -> None:
    """A line on what was read, and one a kind of what a person should look at."""
    read_now = [(delivery.label, entry) for delivery, entry in landed if entry.status == "landed"]
    if not read_now:
        return
    rows, unfit = (sum(getattr(entry, name) for _, entry in read_now) for name in ("rows_read", "rows_unfit"))
    quarantined = f", {unfit:,} quarantined" if unfit else ""
    name = read_now[0][0] if len(landed) == 1 else f"{contract.name}: {len(read_now):,} files"
    progress(f"{name}{':' if len(landed) == 1 else ','} {rows:,} rows{quarantined} ({seconds:.1f} s)")
    warnings = ((label, label + warning) for label, entry in read_now for warning in _warnings(entry, contract))
    for sentence in told_together(warnings):
        progress(sentence)


def _warnings(entry: LedgerEntry, contract: Contract) -> Iterator[str]:
    if not entry.rows_read:
        yield ": WARNING: nothing was read; no row stands below its header"
    if lost := [header for header in entry.unmatched_headers if contract.looks_lost(header)]:
        yield f": WARNING: {len(lost)} columns look like questions, and nothing reads them"
    if entry.unmatched_headers:
        shown = ", ".join(entry.unmatched_headers[:SHOWN_HEADERS])
        more = len(entry.unmatched_headers) - SHOWN_HEADERS
        rest = f" and {more} more, all in audit.file_ledger" if more > 0 else ""
        yield f": columns in no contract were not loaded: {shown}{rest}"
