"""Ingest: delivered files to landing, as Parquet, and the ledger of what was done.

A file is read when its content or its contract is new, and only then. Its landing file, or the bundle it is in with
other small ones, is written whole or not at all. What is no longer in the inbox leaves landing and stays in the ledger.
"""

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from pipelines.errors import DeliveryError
from pipelines.foundation.progress import report as report_state
from pipelines.ingest.contracts import Contract
from pipelines.ingest.faults import failed_reading, told_together
from pipelines.ingest.inbox import Delivery, delivered_files, require_readable_name
from pipelines.ingest.landing import NO_FILE, bundle_name, landing_file, reduce_bundle, write_empty_landing
from pipelines.ingest.ledger import (
    PRESENT,
    DamagedLedgerError,
    LedgerEntry,
    ledger_path,
    read_ledger,
    write_ledger,
)
from pipelines.ingest.loading import Progress, blank_entry, land_all, new_entry
from pipelines.ingest.memory import SourceMemory, read_memory, remember
from pipelines.settings import Settings


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
    settled = _without_gone_files(settled, contract, settings, progress)
    unread = [delivery for delivery in deliveries if delivery.path not in settled]
    settled |= land_all(unread, contract, settings, progress)
    kept = [*(settled[delivery.path] for delivery in deliveries), *unreadable]
    read_count = len(unread) + len(unreadable)
    gone = _gone(previous, kept)
    removed_count = _remove_unclaimed(landing, kept, settings.edition)
    empty = landing_file(landing, settings.edition, NO_FILE)
    if not memory.holds(settings.landing_dir, empty):
        empty.unlink(missing_ok=True)
    write_empty_landing(contract, empty)
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
    message = failed_reading(delivery.label, failure)
    return blank_entry(contract, settings).model_copy(
        update={"file_name": delivery.name, "status": "failed", "message": message}
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
    blank = blank_entry(contract, settings)
    settled = {}
    is_held: dict[Path, bool] = {}
    for delivery in deliveries:
        new = new_entry(blank, delivery)
        original = first.setdefault(delivery.sha256, delivery)
        if delivery.path in corrected:
            message = f"corrected by {corrected[delivery.path].name}, not counted"
            settled[delivery.path] = new.model_copy(update={"status": "replaced", "message": message})
        elif original is not delivery:
            message = f"same content as {original.name}, counted once"
            settled[delivery.path] = new.model_copy(update={"status": "duplicate", "message": message})
        elif entry := entries.get((delivery.name, delivery.sha256, blank.contract)):
            path = landing_file(settings.landing_dir / contract.name, settings.edition, entry.landing_name)
            if path not in is_held:
                is_held[path] = memory.holds(settings.landing_dir, path)
                if not is_held[path] and path.relative_to(settings.landing_dir).as_posix() in memory.landed:
                    progress(f"{delivery.label}: {path} is gone or damaged; {_what_is_read_again(entry)}")
            if is_held[path]:
                settled[delivery.path] = entry.model_copy(update={"modified_ns": delivery.mark.modified_ns})
    return settled


def _what_is_read_again(entry: LedgerEntry) -> str:
    return "the file is read again" if entry.landed_in is None else "it and the files landed with it are read again"


def _without_gone_files(
    settled: dict[Path, LedgerEntry], contract: Contract, settings: Settings, progress: Progress
) -> dict[Path, LedgerEntry]:
    """What is settled, once every bundle some of whose files are gone or changed is written again without their rows.

    The files of a bundle that cannot be read are not settled.
    """
    bundles: dict[str, dict[Path, LedgerEntry]] = {}
    for path, entry in settled.items():
        if entry.landed_in is not None:
            bundles.setdefault(entry.landed_in, {})[path] = entry
    for name, entries in bundles.items():
        ids = [entry.file_id for entry in entries.values()]
        if (reduced := bundle_name(ids)) == name:
            continue
        old, new = (
            landing_file(settings.landing_dir / contract.name, settings.edition, held) for held in (name, reduced)
        )
        try:
            reduce_bundle(old, ids, new)
        except duckdb.Error:
            progress(f"{contract.name}: {old} is damaged; the {len(ids):,} files landed in it are read again")
            settled = {path: entry for path, entry in settled.items() if path not in entries}
        else:
            landed_in = None if len(ids) == 1 else reduced
            settled |= {path: entry.model_copy(update={"landed_in": landed_in}) for path, entry in entries.items()}
    return settled


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
    names = dict.fromkeys(entry.landing_name for entry in kept if entry.status == "landed")
    paths = [landing_file(landing / contract.name, edition, name) for name in [*names, NO_FILE]]
    failed = {entry.file_name for entry in kept if entry.status == "failed"}
    delivered = {delivery.path.name: delivery.mark for delivery in deliveries if delivery.name not in failed}
    present = [path for path in [*paths, ledger_path(landing, edition, contract.name)] if path.is_file()]
    remember(landing, edition, contract.name, delivered, present)


def _gone(previous: list[LedgerEntry], kept: list[LedgerEntry]) -> list[LedgerEntry]:
    """Entries of contents that are no longer delivered: replaced under the same name, or withdrawn."""
    present = {(entry.file_name, entry.file_id) for entry in kept}
    names = {entry.file_name for entry in kept}
    return [
        entry
        if entry.status in ("superseded", "withdrawn")
        else entry.model_copy(
            update={"status": "superseded" if entry.file_name in names else "withdrawn", "landed_in": None}
        )
        for entry in previous
        if (entry.file_name, entry.file_id) not in present
    ]


def _remove_unclaimed(landing: Path, kept: list[LedgerEntry], edition: int) -> int:
    """Remove landing files of the edition that no present file claims; returns how many."""
    claimed = {landing_file(landing, edition, entry.landing_name) for entry in kept if entry.status == "landed"}
    claimed.add(landing_file(landing, edition, NO_FILE))
    unclaimed = [path for path in landing.glob(f"{edition}-*") if path not in claimed]
    for path in unclaimed:
        path.unlink()
    return len(unclaimed)


def count_by_reason(landing_dir: Path, report: IngestReport) -> Counter[tuple[str, str]]:
    """How many rejections the present files of a source have, by column and reason."""
    counts: Counter[tuple[str, str]] = Counter()
    landing = landing_dir / report.source
    unfit_in = dict.fromkeys(
        landing_file(landing, entry.edition, entry.landing_name)
        for entry in report.present
        if entry.status == "landed" and entry.rows_unfit
    )
    for path in unfit_in:
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
