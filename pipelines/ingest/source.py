"""Ingest: delivered files to landing, as Parquet, and the ledger of what was done: plan, land, close.

A file is read when its content or its contract is new, and only then. What it gave is written once, under the name of
its content, by whichever process read it; closing brings what the models read, and the ledger, to what the inbox and
the facts say. What is no longer in the inbox leaves landing and stays in the ledger.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import polars as pl

from pipelines.errors import DeliveryError
from pipelines.foundation.files import link_or_copy
from pipelines.ingest.contracts import Contract
from pipelines.ingest.facts import Fact, Objects, opened_objects
from pipelines.ingest.faults import told_together
from pipelines.ingest.inbox import delivered_files
from pipelines.ingest.landing import NO_FILE, landing_file, place, write_empty_landing
from pipelines.ingest.ledger import (
    GONE,
    PRESENT,
    DamagedLedgerError,
    LandedFile,
    LedgerEntry,
    Standing,
    failed_entry,
    ledger_path,
    read_ledger,
    standing_of,
    write_ledger,
)
from pipelines.ingest.listing import Listing, list_files, marks_of, recognise
from pipelines.ingest.loading import Outcomes, Progress, land_all
from pipelines.ingest.memory import FileMark, SourceMemory, read_memory, remember
from pipelines.ingest.plan import Lot, plan_lots, still_to_land
from pipelines.ingest.pseudonyms import pseudonym_key
from pipelines.settings import Settings


@dataclass(frozen=True)
class IngestReport:
    """What one ingest of one source did."""

    source: str
    entries: tuple[LedgerEntry, ...]
    read_count: int
    removed_count: int
    taken_count: int

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
        return bool(self.read_count or self.removed_count or self.taken_count)


def ingest_source(contract: Contract, settings: Settings, progress: Progress) -> IngestReport:
    """Write what is new in the inbox of one source to its landing and ledger.

    Every readable file is landed even where another fails; then ``DeliveryError`` tells each fault.
    """
    (settings.landing_dir / contract.name).mkdir(parents=True, exist_ok=True)
    with opened_objects(settings, contract.name) as objects:
        report = SourceRun.begun(contract, settings, objects, progress).run()
    if report.failures:
        labels = [f"{contract.name}/{entry.file_name}" for entry in report.failures]
        messages = [entry.message or "" for entry in report.failures]
        raise DeliveryError("\n".join(told_together(zip(labels, messages, strict=True))))
    return report


@dataclass(frozen=True)
class SourceRun:
    """The ingest of one source: its contract, what of it was landed before, and what this home remembers of that."""

    contract: Contract
    settings: Settings
    objects: Objects
    memory: SourceMemory
    blank: LedgerEntry
    progress: Progress

    @classmethod
    def begun(cls, contract: Contract, settings: Settings, objects: Objects, progress: Progress) -> Self:
        """An ingest of which nothing is done yet."""
        memory = read_memory(settings.landing_dir, settings.edition, contract.name)
        blank = LedgerEntry(
            edition=settings.edition, source=contract.name, file_name="", file_id="", sha256="", byte_count=0,
            modified_ns=0, contract=contract.fingerprint, status="landed",
        )  # fmt: skip
        return cls(contract, settings, objects, memory, blank, progress)

    def run(self) -> IngestReport:
        """Plan, land and close."""
        self._require_one_key()
        facts = self._known_facts()
        listing = self._listing(facts)
        standing, held = self._sound_standing(listing, facts)
        outcomes = self._land(listing, standing, plan_lots(listing.deliveries, self.contract))
        if read_now := [outcome for outcome in outcomes.values() if isinstance(outcome, Fact)]:
            held |= {fact.landed for fact in read_now if fact.landed is not None}
            standing = standing_of(self.blank, listing.files, [*facts, *read_now], held)
        return self._close(listing, standing, outcomes)

    def _require_one_key(self) -> None:
        """Refuse a store under whose key the persons of this home's landing would be others."""
        if self.contract.has_personal and self.settings.store is not None:
            pseudonym_key(self.settings)

    def _known_facts(self) -> list[Fact]:
        """The facts of the source; the ledger says what those said that are damaged, or that nobody wrote down yet."""
        facts, is_whole = self.objects.facts()
        if facts and is_whole:
            return facts
        told = {(fact.file_name, fact.mark.sha256, fact.contract) for fact in facts}
        with suppress(DamagedLedgerError):
            entries = [entry for entry in read_ledger(*self._place) if entry.status in ("landed", *GONE)]
            missing = [each for each in entries if (each.file_name, each.sha256, each.contract) not in told]
            kept = {
                name: self._kept(name) for name in {each.landing_name for each in missing if each.status == "landed"}
            }
            found = [_fact_by_ledger(entry, kept.get(entry.landing_name)) for entry in missing]
            self.objects.record(found)
            facts += found
        return facts

    def _kept(self, name: str) -> str | None:
        """The hash of the object that a landed file is kept as, where it is whole."""
        path = self._landing_file(name)
        if not self.memory.holds(self.settings.landing_dir, path):
            return None
        unfinished = self.objects.scratch / path.name
        link_or_copy(path, unfinished)
        return self.objects.keep(unfinished)

    def _listing(self, facts: Iterable[Fact]) -> Listing:
        others = marks_of(facts)
        paths = delivered_files(self.settings.inbox_dir, self.contract.name)
        deliveries = (recognise(self.contract.name, path, self.memory, others) for path in paths)
        return list_files(deliveries, self.contract)

    def _sound_standing(self, listing: Listing, facts: Sequence[Fact]) -> tuple[Standing, set[str]]:
        """How the files stand, and the objects there are, but those that would be read and are damaged: they are told.

        Files whose rows are damaged are to be read.
        """
        held = self.objects.names() | {mark.sha256 for mark in self.memory.landed.values()}
        while True:
            standing = standing_of(self.blank, listing.files, facts, held)
            wanted = [file for file in standing.landed if not self._is_placed(file)]
            missing = self.objects.missing(file.landed for file in wanted)
            if not missing:
                return standing, held
            for file in wanted:
                if file.landed in missing:
                    self._tell_damaged(file, standing)
            held -= missing

    def _tell_damaged(self, file: LandedFile, standing: Standing) -> None:
        name = next(entry.file_name for entry in standing.settled.values() if entry.file_id == file.file_ids[0])
        again = "it and the files landed with it are" if len(file.file_ids) > 1 else "the file is"
        path = self._landing_file(file.name)
        if not self._is_remembered(file):
            path = self.objects.path(file.landed)
        self.progress(f"{self.contract.name}/{name}: {path} is gone or damaged; {again} read again")

    def land_lots(self, lots: Sequence[Lot]) -> Outcomes:
        """Land what is not landed yet of these lots, and close nothing."""
        self._require_one_key()
        facts = self._known_facts()
        marks = marks_of(facts)
        paths = [delivery.path for lot in lots for delivery in lot]
        listing = list_files((recognise(self.contract.name, path, self.memory, marks) for path in paths), self.contract)
        outcomes = self._land(listing, standing_of(self.blank, listing.files, facts, self.objects.names()), lots)
        by_name = {path.name: path for path in paths}
        return outcomes | {by_name[name]: fault for name, fault in listing.refused.items()}

    def _land(self, listing: Listing, standing: Standing, lots: Sequence[Lot]) -> Outcomes:
        unread = {each.path: each for each in listing.deliveries if each.path.name in standing.unread}
        return land_all(
            still_to_land(lots, unread, self.contract), self.contract, self.settings, self.objects, self.progress
        )

    def _close(self, listing: Listing, standing: Standing, outcomes: Outcomes) -> IngestReport:
        """Bring landing and ledger to what the inbox and the facts say."""
        entries = (*standing.settled.values(), *self._failed(listing, outcomes), *standing.gone)
        taken_count = self._place_all(standing, outcomes)
        removed_count = self._remove_unclaimed(standing)
        empty, ledger = self._landing_file(NO_FILE), ledger_path(*self._place)
        if taken_count:
            were = "file was" if taken_count == 1 else "files were"
            self.progress(f"{self.contract.name}: {taken_count:,} {were} landed already")
        if self._remembered_as(ledger) in self.memory.landed and not self.memory.holds(self._place[0], ledger):
            self.progress(f"{ledger} is gone or damaged; it is made anew")
        for path in (empty, ledger):
            if not self.memory.holds(self.settings.landing_dir, path):
                path.unlink(missing_ok=True)
        write_empty_landing(self.contract, empty)
        if entries or ledger.exists():
            write_ledger(*self._place, entries)
        self.objects.keep_only(file.landed for file in standing.landed)
        refused = {entry.file_name for entry in entries if entry.status == "failed"}
        delivered = {each.path.name: each.mark for each in listing.deliveries if each.name not in refused}
        landed = [self._landing_file(file.name) for file in standing.landed]
        # Of a source that was never delivered there is no ledger.
        remember(*self._place, delivered, [*landed, empty, *filter(Path.is_file, [ledger])])
        read_count = len(outcomes) + len(listing.refused)
        return IngestReport(self.contract.name, entries, read_count, removed_count, taken_count)

    def _failed(self, listing: Listing, outcomes: Outcomes) -> Iterator[LedgerEntry]:
        faults = {path.name: outcome for path, outcome in outcomes.items() if isinstance(outcome, str)}
        faults |= listing.refused
        return (failed_entry(self.blank, file, faults[file.name]) for file in listing.files if file.name in faults)

    def _place_all(self, standing: Standing, outcomes: Outcomes) -> int:
        """Place what landing does not hold yet; returns how many files were landed by others."""
        read_now = {outcome.landed for outcome in outcomes.values() if isinstance(outcome, Fact)}
        taken_count = 0
        for file in standing.landed:
            if self._is_placed(file):
                continue
            path = self._landing_file(file.name)
            if file.landed not in read_now and self._is_remembered(file):
                self.progress(f"{self.contract.name}: {path} is gone or damaged; it is put back")
            elif file.landed not in read_now and file.is_all:
                taken_count += len(file.file_ids)
            place(self.objects, file, path)
        return taken_count

    def _remove_unclaimed(self, standing: Standing) -> int:
        """Remove landing files of the edition that no present file claims; returns how many."""
        claimed = {self._landing_file(name) for name in (NO_FILE, *(file.name for file in standing.landed))}
        folder = self.settings.landing_dir / self.contract.name
        unclaimed = [path for path in folder.glob(f"{self.settings.edition}-*") if path not in claimed]
        for path in unclaimed:
            path.unlink()
        return len(unclaimed)

    def _is_placed(self, file: LandedFile) -> bool:
        """Whether landing holds what the models are to read of an object, whole."""
        path = self._landing_file(file.name)
        return self._is_remembered(file) and self.memory.holds(self.settings.landing_dir, path)

    def _is_remembered(self, file: LandedFile) -> bool:
        """Whether landing held what the models are to read of an object."""
        known = self.memory.landed.get(self._remembered_as(self._landing_file(file.name)))
        return known is not None and (known.sha256 == file.landed or not file.is_all)

    @property
    def _place(self) -> tuple[Path, int, str]:
        return self.settings.landing_dir, self.settings.edition, self.contract.name

    def _landing_file(self, name: str) -> Path:
        return landing_file(self.settings.landing_dir / self.contract.name, self.settings.edition, name)

    def _remembered_as(self, path: Path) -> str:
        return path.relative_to(self.settings.landing_dir).as_posix()


def _fact_by_ledger(entry: LedgerEntry, landed: str | None) -> Fact:
    mark = FileMark(sha256=entry.sha256, byte_count=entry.byte_count, modified_ns=entry.modified_ns, changed_ns=0)
    landed = landed if entry.status == "landed" else None
    return Fact(mark=mark, landed=landed, **entry.model_dump(include=set(Fact.model_fields)))


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
