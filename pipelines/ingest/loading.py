"""Reads delivered files and lands their rows: a file alone, or many small ones of one shape in one statement.

Every readable file is landed even where another fails. Where small files cannot be landed together, halves of them are
tried, down to the one that is at fault, of which the sentence is that of a file read alone.
"""

import time
from collections.abc import Callable, Iterator, Sequence
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
from pipelines.ingest.facts import Fact, Objects
from pipelines.ingest.faults import failed_reading, told_together
from pipelines.ingest.inbox import Delivery
from pipelines.ingest.landing import write_landing
from pipelines.ingest.mending import without_repairs
from pipelines.ingest.plan import Lot
from pipelines.ingest.pseudonyms import pseudonym_key
from pipelines.ingest.readers import read, read_together
from pipelines.ingest.readers.raw_table import RawTable, SharedTable
from pipelines.ingest.readers.warc import page_processes
from pipelines.settings import Settings

Progress = Callable[[str], None]
# Of each file the fact of what was read, or the sentence why it could not be.
Outcomes = dict[Path, Fact | str]

SHOWN_HEADERS = 5
# Above so many files one line tells of a hundred of them.
MOST_LINES = 100


@dataclass(frozen=True)
class Landing:
    """Where and how the files of one source are landed."""

    contract: Contract
    fingerprint: str
    edition: int
    objects: Objects
    threads_a_file: int
    key: bytes | None
    processes: Processes

    def unfinished(self, file_id: str) -> Path:
        """Where rows are written before they have their place."""
        return self.objects.scratch / f"{file_id}.parquet"

    def connect(self) -> duckdb.DuckDBPyConnection:
        """A connection for one file, or for files together."""
        return connect(self.threads_a_file, self.key)


def land_all(
    lots: Sequence[Lot], contract: Contract, settings: Settings, objects: Objects, progress: Progress
) -> Outcomes:
    """Land each lot, so many at once as there are threads: a compressed file is read by one thread alone.

    The facts of a lot are written down when it is landed, not before.
    """
    key = pseudonym_key(settings) if lots and contract.has_personal else None
    threads_a_file = settings.threads if len(lots) == 1 else 1
    outcomes: Outcomes = {}
    with page_processes(settings.threads) as processes, ThreadPoolExecutor(max_workers=settings.threads) as pool:
        landing = Landing(contract, contract.fingerprint, settings.edition, objects, threads_a_file, key, processes)
        done = zip(lots, pool.map(partial(_timed, landing), lots), strict=True)
        while told := list(islice(done, 1 if len(lots) <= MOST_LINES else MOST_LINES)):
            together = [(delivery, found[delivery.path]) for lot, (found, _) in told for delivery in lot]
            _report(together, contract, sum(seconds for _, (_, seconds) in told), progress)
            outcomes |= {delivery.path: outcome for delivery, outcome in together}
    return outcomes


def _timed(landing: Landing, lot: Lot) -> tuple[Outcomes, float]:
    """What became of a lot that was read now, and the seconds it took."""
    started = time.monotonic()
    outcomes = _land(landing, lot)
    landing.objects.record(outcome for outcome in outcomes.values() if isinstance(outcome, Fact))
    return outcomes, time.monotonic() - started


def _land(landing: Landing, lot: Lot) -> Outcomes:
    if len(lot) == 1:
        return {lot[0].path: _land_alone(landing, lot[0])}
    try:
        return _land_together(landing, lot)
    except Exception:
        # Whatever it is: the file that is at fault says it itself when it is read alone.
        half = len(lot) // 2
        return _land(landing, lot[:half]) | _land(landing, lot[half:])


def _land_together(landing: Landing, lot: Lot) -> Outcomes:
    outcomes: Outcomes = {}
    with landing.connect() as connection:
        for shared in read_together(connection, lot, landing.contract):
            if len(shared.files) > 1:
                outcomes |= _write_bundle(landing, connection, shared)
    for delivery in lot:
        if delivery.path not in outcomes:
            outcomes[delivery.path] = _land_alone(landing, delivery)
    return outcomes


def _write_bundle(landing: Landing, connection: duckdb.DuckDBPyConnection, shared: SharedTable) -> Outcomes:
    """Land the rows of several files as one bundle; raises where one of them cannot be read or has changed since."""
    first = shared.files[0][0]
    path = landing.unfinished(first.file_id)
    write_landing(connection, [shared.table], landing.contract, landing.edition, first, path)
    counted = {file_id: (rows, fit) for file_id, rows, fit in _count(connection, path)}
    if shared.row_counts is not None and shared.row_counts != {file_id: rows for file_id, (rows, _) in counted.items()}:
        raise DeliveryError(f"{landing.contract.name}: rows of small files cannot be told apart")
    for delivery, _ in shared.files:
        delivery.require_unchanged()
    landed = landing.objects.keep(path)
    return {
        delivery.path: _fact(landing, delivery, [alone], *counted.get(delivery.file_id, (0, 0)), landed)
        for delivery, alone in shared.files
    }


def _land_alone(landing: Landing, delivery: Delivery) -> Fact | str:
    try:
        with landing.connect() as connection:
            tables = read(connection, delivery, landing.contract, landing.processes)
            path = landing.unfinished(delivery.file_id)
            write_landing(connection, tables, landing.contract, landing.edition, delivery, path)
            counted = _count(connection, path)
        delivery.require_unchanged()
        rows, fit = (sum(counts) for counts in ([rows for _, rows, _ in counted], [fit for *_, fit in counted]))
        return _fact(landing, delivery, tables, rows, fit, landing.objects.keep(path))
    except Exception as failure:
        return failed_reading(delivery.label, failure)


def _count(connection: duckdb.DuckDBPyConnection, path: Path) -> list[tuple[str, int, int]]:
    """The rows of each file in a landed one, and those of them that are fit."""
    return connection.execute(
        f"select file_id, count(*), count(*) filter (where rejections is null) from {files_literal(path)} group by all"
    ).fetchall()


def _fact(landing: Landing, delivery: Delivery, tables: list[RawTable], rows: int, fit: int, landed: str) -> Fact:
    return Fact(
        file_name=delivery.name,
        mark=delivery.mark,
        contract=landing.fingerprint,
        encoding=tables[0].encoding,
        sheets=tuple(table.sheet for table in tables if table.sheet is not None),
        ignored_sheets=(*tables[0].ignored_sheets, *_skipped(tables)),
        matched_columns=tuple(dict.fromkeys(name for table in tables for name in table.matched_headers)),
        unmatched_headers=without_repairs(
            tuple(dict.fromkeys(name for table in tables for name in table.unmatched_headers))
        ),
        rows_read=rows,
        rows_fit=fit,
        landed=landed,
    )


def _skipped(tables: list[RawTable]) -> list[str]:
    """The records of an archive that are no rows, as the ledger names them."""
    return [f"{number:,} {kind} records" for table in tables for kind, number in sorted(table.skipped_records.items())]


def _report(landed: list[tuple[Delivery, Fact | str]], contract: Contract, seconds: float, progress: Progress) -> None:
    """A line on what was read, and one a kind of what a person should look at."""
    read_now = [(delivery.label, outcome) for delivery, outcome in landed if isinstance(outcome, Fact)]
    if not read_now:
        return
    rows, unfit = (sum(getattr(fact, name) for _, fact in read_now) for name in ("rows_read", "rows_unfit"))
    quarantined = f", {unfit:,} quarantined" if unfit else ""
    name = read_now[0][0] if len(landed) == 1 else f"{contract.name}: {len(read_now):,} files"
    progress(f"{name}{':' if len(landed) == 1 else ','} {rows:,} rows{quarantined} ({seconds:.1f} s)")
    warnings = ((label, label + warning) for label, fact in read_now for warning in _warnings(fact, contract))
    for sentence in told_together(warnings):
        progress(sentence)


def _warnings(fact: Fact, contract: Contract) -> Iterator[str]:
    if not fact.rows_read:
        yield ": WARNING: nothing was read; no row stands below its header"
    if lost := [header for header in fact.unmatched_headers if contract.looks_lost(header)]:
        yield f": WARNING: {len(lost)} columns look like questions, and nothing reads them"
    if fact.unmatched_headers:
        shown = ", ".join(fact.unmatched_headers[:SHOWN_HEADERS])
        more = len(fact.unmatched_headers) - SHOWN_HEADERS
        rest = f" and {more} more, all in audit.file_ledger" if more > 0 else ""
        yield f": columns in no contract were not loaded: {shown}{rest}"
