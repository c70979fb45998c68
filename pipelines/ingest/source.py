"""Ingest: delivered files to landing, one Parquet file per delivered file, and the ledger of what was done.

A file is read when its content or its contract is new, and only then. Its landing file is written whole or not at
all. What is no longer in the inbox leaves landing and stays in the ledger.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipelines.errors import DeliveryError
from pipelines.foundation.progress import report as report_state
from pipelines.foundation.sql import files_literal
from pipelines.ingest.conform import connect
from pipelines.ingest.contracts import Contract
from pipelines.ingest.faults import failed_reading, told_together
from pipelines.ingest.inbox import Delivery, delivered_files, require_readable_name
from pipelines.ingest.landing import NO_FILE, landing_file, write_empty_landing, write_landing
from pipelines.ingest.ledger import (
    PRESENT,
    DamagedLedgerError,
    LedgerEntry,
    ledger_path,
    read_ledger,
    write_ledger,
)
from pipelines.ingest.memory import SourceMemory, read_memory, remember
from pipelines.ingest.mending import without_repairs
from pipelines.ingest.pseudonyms import pseudonym_key
from pipelines.ingest.readers import read
from pipelines.ingest.readers.raw_table import RawTable
from pipelines.settings import Settings

Progress = Callable[[str], None]
SHOWN_HEADERS = 5


@dataclass(frozen=True)
class IngestReport:
    """What one ingest of one source did."""

    source: str
    entries: tuple[LedgerEntry, ...]
    read_count: int
    removed_count: int

    @property
    def present(self) -> tuple[LedgerEntry, ...]:
        """The files that are in the inbox now."""
        return tuple(entry for entry in self.entries if entry.status in PRESENT)

    @property
    def failures(self) -> tuple[LedgerEntry, ...]:
        """The files that could not be read."""
        return tuple(entry for entry in self.entries if entry.status == "failed")

    @property
    def is_changed(self) -> bool:
        """Whether landing differs from before."""
        return bool(self.read_count or self.removed_count)


def ingest_source(contract: Contract, settings: Settings, progress: Progress) -> IngestReport:
    """Write what is new in the inbox of one source to its landing and ledger.

    Every readable file is landed even where another fails; then ``DeliveryError`` tells each fault.
    """
    landing = settings.landing_dir / contract.name
    landing.mkdir(parents=True, exist_ok=True)
    memory = read_memory(settings.landing_dir, settings.edition, contract.name)
    previous, is_ledger_whole = _previous_entries(contract.name, memory, settings)
    deliveries, unreadable = _recognised(contract, memory, settings)
    settled = _settled(deliveries, contract, previous, memory, settings, progress)
    unread = [delivery for delivery in deliveries if delivery.path not in settled]
    landed = _land_all(unread, contract, landing, settings, progress)
    settled |= {delivery.path: entry for delivery, entry in zip(unread, landed, strict=True)}
    kept = [*(settled[delivery.path] for delivery in deliveries), *unreadable]
    read_count = len(unread) + len(unreadable)
    gone = _gone(previous, kept)
    removed_count = _remove_unclaimed(landing, kept, settings.edition)
    empty = landing_file(landing, settings.edition, NO_FILE)
    if not memory.holds(settings.landing_dir, empty):
        empty.unlink(missing_ok=True)
    write_empty_landing(contract, empty, settings.edition)
    if read_count or not is_ledger_whole or [*kept, *gone] != previous:
        write_ledger(settings.landing_dir, settings.edition, contract.name, [*kept, *gone])
    _remember(deliveries, kept, contract, settings)
    report = IngestReport(contract.name, (*kept, *gone), read_count, removed_count)
    if report.failures:
        labels = [f"{contract.name}/{entry.file_name}" for entry in report.failures]
        messages = [entry.message or "" for entry in report.failures]
        raise DeliveryError("\n".join(told_together(zip(labels, messages, strict=True))))
    return report


def recognise(source: str, path: Path, memory: SourceMemory) -> Delivery:
    """The delivery at a path; a file that nothing has touched since it was hashed is not hashed again."""
    known = memory.delivered.get(path.name)
    return Delivery(source, path, known if known is not None and known.is_untouched(path) else None)


def _previous_entries(source: str, memory: SourceMemory, settings: Settings) -> tuple[list[LedgerEntry], bool]:
    """What the ledger says, and whether it is whole; a damaged one is taken as it was at the last release."""
    path = ledger_path(settings.landing_dir, settings.edition, source)
    name = path.relative_to(settings.landing_dir).as_posix()
    is_remembered = name in memory.landed and path.is_file()
    try:
        if is_remembered and not memory.holds(settings.landing_dir, path):
            raise DamagedLedgerError.of(path)
        return read_ledger(settings.landing_dir, settings.edition, source), True
    except DamagedLedgerError:
        copies = [ledger_path(folder, settings.edition, source) for folder in settings.inputs_dir.glob("*")]
        for copy in sorted(filter(Path.is_file, copies), key=lambda copy: -copy.stat().st_mtime_ns):
            with suppress(DamagedLedgerError):
                entries = read_ledger(copy.parents[1], settings.edition, source)
                report_state("ingest", f"{path} is damaged; it is put back as it was in {copy.parents[1].name}")
                return entries, False
        raise


def _recognised(
    contract: Contract, memory: SourceMemory, settings: Settings
) -> tuple[list[Delivery], list[LedgerEntry]]:
    """The deliveries of the inbox, hashed, and a failed entry for each that cannot be."""
    deliveries, unreadable = [], []
    for path in delivered_files(settings.inbox_dir, contract.name):
        delivery = recognise(contract.name, path, memory)
        try:
            require_readable_name(path)
            delivery.mark  # noqa: B018
            deliveries.append(delivery)
        except (DeliveryError, OSError) as failure:
            unreadable.append(_failed_entry(delivery, contract, settings, failure))
    return deliveries, unreadable


def _failed_entry(
    delivery: Delivery, contract: Contract, settings: Settings, failure: DeliveryError | OSError
) -> LedgerEntry:
    return LedgerEntry(
        edition=settings.edition,
        source=contract.name,
        file_name=delivery.name,
        file_id="",
        sha256="",
        byte_count=0,
        modified_ns=0,
        contract=contract.fingerprint,
        status="failed",
        message=failed_reading(delivery.label, failure),
    )


def _settled(
    deliveries: list[Delivery],
    contract: Contract,
    previous: list[LedgerEntry],
    memory: SourceMemory,
    settings: Settings,
    progress: Progress,
) -> dict[Path, LedgerEntry]:
    """What needs no reading: files that another corrects or repeats, and those that were landed before."""
    corrected = _corrected_by_another(deliveries, contract)
    first: dict[str, Delivery] = {}
    entries = {(entry.file_name, entry.sha256, entry.contract): entry for entry in previous if entry.status == "landed"}
    settled = {}
    for delivery in deliveries:
        new = _new_entry(delivery, contract, settings)
        original = first.setdefault(delivery.sha256, delivery)
        if delivery.path in corrected:
            message = f"corrected by {corrected[delivery.path].name}, not counted"
            settled[delivery.path] = new.model_copy(update={"status": "replaced", "message": message})
        elif original is not delivery:
            message = f"same content as {original.name}, counted once"
            settled[delivery.path] = new.model_copy(update={"status": "duplicate", "message": message})
        elif entry := entries.get((delivery.name, delivery.sha256, contract.fingerprint)):
            path = landing_file(settings.landing_dir / contract.name, settings.edition, delivery.file_id)
            if memory.holds(settings.landing_dir, path):
                settled[delivery.path] = entry.model_copy(update={"modified_ns": delivery.mark.modified_ns})
            elif path.relative_to(settings.landing_dir).as_posix() in memory.landed:
                progress(f"{delivery.label}: {path} is gone or damaged; the file is read again")
    return settled


def _new_entry(delivery: Delivery, contract: Contract, settings: Settings) -> LedgerEntry:
    return LedgerEntry(
        edition=settings.edition,
        source=contract.name,
        file_name=delivery.name,
        file_id=delivery.file_id,
        sha256=delivery.sha256,
        byte_count=delivery.mark.byte_count,
        modified_ns=delivery.mark.modified_ns,
        contract=contract.fingerprint,
        status="landed",
    )


def _corrected_by_another(deliveries: list[Delivery], contract: Contract) -> dict[Path, Delivery]:
    """The deliveries that a later correction takes the place of, each with the latest."""
    versions = {delivery.path: delivery.version(contract.correction_mark) for delivery in deliveries}
    latest: dict[str, tuple[int, Delivery]] = {}
    for delivery in deliveries:
        name, number = versions[delivery.path]
        if name not in latest or number >= latest[name][0]:
            latest[name] = (number, delivery)
    return {path: latest[name][1] for path, (name, number) in versions.items() if number < latest[name][0]}


def _remember(deliveries: list[Delivery], kept: list[LedgerEntry], contract: Contract, settings: Settings) -> None:
    """Remember what was hashed and what was landed; a file that failed is hashed again."""
    landing, edition = settings.landing_dir, settings.edition
    ids = [entry.file_id for entry in kept if entry.status == "landed"]
    paths = [landing_file(landing / contract.name, edition, file_id) for file_id in [*ids, NO_FILE]]
    failed = {entry.file_name for entry in kept if entry.status == "failed"}
    delivered = {delivery.path.name: delivery.mark for delivery in deliveries if delivery.name not in failed}
    present = [path for path in [*paths, ledger_path(landing, edition, contract.name)] if path.is_file()]
    remember(landing, edition, contract.name, delivered, present)


def _land_all(
    deliveries: list[Delivery], contract: Contract, landing: Path, settings: Settings, progress: Progress
) -> Iterator[LedgerEntry]:
    """Land each delivery, so many at once as there are threads: a compressed file is read by one thread alone."""
    threads_a_file = settings.threads if len(deliveries) == 1 else 1
    key = pseudonym_key(settings) if contract.has_personal else None
    with ThreadPoolExecutor(max_workers=settings.threads) as pool:
        outcomes = pool.map(
            lambda delivery: _land(delivery, contract, landing, settings, threads_a_file, key), deliveries
        )
        for delivery, (entry, seconds) in zip(deliveries, outcomes, strict=True):
            _report(delivery, entry, contract, seconds, progress)
            yield entry


def _land(
    delivery: Delivery,
    contract: Contract,
    landing: Path,
    settings: Settings,
    threads: int,
    key: bytes | None,
) -> tuple[LedgerEntry, float]:
    """The entry of a delivery that was read now, and the seconds it took."""
    entry = _new_entry(delivery, contract, settings)
    started = time.monotonic()
    try:
        entry = _read_and_write(delivery, contract, landing, entry, threads, key)
        delivery.require_unchanged()
    except Exception as failure:
        entry = entry.model_copy(update={"status": "failed", "message": failed_reading(delivery.label, failure)})
    return entry, time.monotonic() - started


def _report(delivery: Delivery, entry: LedgerEntry, contract: Contract, seconds: float, progress: Progress) -> None:
    if entry.status == "failed":
        return
    quarantined = f", {entry.rows_unfit:,} quarantined" if entry.rows_unfit else ""
    progress(f"{delivery.label}: {entry.rows_read:,} rows{quarantined} ({seconds:.1f} s)")
    if not entry.rows_read:
        progress(f"{delivery.label}: WARNING: nothing was read; no row stands below its header")
    if lost := [header for header in entry.unmatched_headers if contract.looks_lost(header)]:
        progress(f"{delivery.label}: WARNING: {len(lost)} columns look like questions, and nothing reads them")
    if entry.unmatched_headers:
        shown = ", ".join(entry.unmatched_headers[:SHOWN_HEADERS])
        more = len(entry.unmatched_headers) - SHOWN_HEADERS
        rest = f" and {more} more, all in audit.file_ledger" if more > 0 else ""
        progress(f"{delivery.label}: columns in no contract were not loaded: {shown}{rest}")


def _read_and_write(
    delivery: Delivery,
    contract: Contract,
    landing: Path,
    entry: LedgerEntry,
    threads: int,
    key: bytes | None,
) -> LedgerEntry:
    with connect(threads, key) as connection:
        tables = read(connection, delivery, contract)
        path = landing_file(landing, entry.edition, delivery.file_id)
        write_landing(connection, tables, contract, entry.edition, delivery, path)
        counted = connection.execute(
            f"select count(*), count(*) filter (where rejections is null) from {files_literal(path)}"
        ).fetchone()
    assert counted is not None
    return entry.model_copy(
        update={
            "encoding": tables[0].encoding,
            "sheets": tuple(table.sheet for table in tables if table.sheet is not None),
            "ignored_sheets": (*tables[0].ignored_sheets, *_skipped(tables)),
            "matched_columns": tuple(dict.fromkeys(name for table in tables for name in table.matched_headers)),
            "unmatched_headers": without_repairs(
                tuple(dict.fromkeys(name for table in tables for name in table.unmatched_headers))
            ),
            "rows_read": counted[0],
            "rows_fit": counted[1],
        }
    )


def _skipped(tables: list[RawTable]) -> list[str]:
    """The records of an archive that are no rows, as the ledger names them."""
    return [f"{number:,} {kind} records" for table in tables for kind, number in sorted(table.skipped_records.items())]


def _gone(previous: list[LedgerEntry], kept: list[LedgerEntry]) -> list[LedgerEntry]:
    """Entries of contents that are no longer delivered: replaced under the same name, or withdrawn."""
    present = {(entry.file_name, entry.file_id) for entry in kept}
    names = {entry.file_name for entry in kept}
    return [
        entry
        if entry.status in ("superseded", "withdrawn")
        else entry.model_copy(update={"status": "superseded" if entry.file_name in names else "withdrawn"})
        for entry in previous
        if (entry.file_name, entry.file_id) not in present
    ]


def _remove_unclaimed(landing: Path, kept: list[LedgerEntry], edition: int) -> int:
    """Remove landing files of the edition that no present file claims; returns how many."""
    claimed = {landing_file(landing, edition, entry.file_id) for entry in kept if entry.status == "landed"}
    claimed.add(landing_file(landing, edition, NO_FILE))
    unclaimed = [path for path in landing.glob(f"{edition}-*") if path not in claimed]
    for path in unclaimed:
        path.unlink()
    return len(unclaimed)


def count_by_reason(landing_dir: Path, report: IngestReport) -> Counter[tuple[str, str]]:
    """How many rejections the present files of a source have, by column and reason."""
    counts: Counter[tuple[str, str]] = Counter()
    for entry in report.present:
        if entry.status != "landed" or not entry.rows_unfit:
            continue
        path = landing_file(landing_dir / report.source, entry.edition, entry.file_id)
        unfit = (
            pl.scan_parquet(path, glob=False)
            .select("rejections")
            .explode("rejections")
            .drop_nulls()
            .unnest("rejections")
        )
        for row in unfit.group_by("column_name", "reason_code").len().collect().iter_rows():
            counts[row[0] or "", row[1]] += row[2]
    return counts
