"""The file ledger: every file ever read for an edition and a source, and what became of it.

It follows from the inbox as it is listed and the facts of what was read, whoever read it and in whatever order. As a
table it is kept beside the landed rows, so that the models read it like any source; a damaged one is made anew.
"""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self

import polars as pl
from pydantic import Field

from pipelines.errors import CepingError, fault_of_machine
from pipelines.foundation.files import whole_file
from pipelines.ingest.facts import Fact, Reading
from pipelines.ingest.memory import FILE_ID_DIGITS

Status = Literal["landed", "duplicate", "replaced", "failed", "superseded", "withdrawn"]
PRESENT: frozenset[Status] = frozenset({"landed", "duplicate", "replaced", "failed"})
GONE: frozenset[Status] = frozenset({"superseded", "withdrawn"})


class DamagedLedgerError(CepingError):
    """A ledger is not what was written."""

    @classmethod
    def of(cls, path: Path) -> Self:
        """The error that names the ledger and the way on."""
        edition = path.name.partition("-")[0]
        return cls(f"{path} is damaged; run again, which makes it anew: ceping run --edition {edition}")


class LedgerEntry(Reading, frozen=True):
    """One delivered file in one content."""

    edition: int
    source: str
    file_name: str
    file_id: str
    sha256: str
    byte_count: int
    modified_ns: int
    contract: str
    status: Status
    message: str | None = None
    landed_in: str | None = Field(default=None, description="The landed file, where it holds the rows of several.")

    @property
    def landing_name(self) -> str:
        """The name of the landed file that holds its rows."""
        return self.landed_in or self.file_id


COLUMN_TYPES: dict[str, pl.DataType | type[pl.DataType]] = {
    "edition": pl.Int32,
    "source": pl.String,
    "file_name": pl.String,
    "file_id": pl.String,
    "sha256": pl.String,
    "byte_count": pl.Int64,
    "modified_ns": pl.Int64,
    "contract": pl.String,
    "status": pl.String,
    "encoding": pl.String,
    "sheets": pl.List(pl.String),
    "ignored_sheets": pl.List(pl.String),
    "matched_columns": pl.List(pl.String),
    "unmatched_headers": pl.List(pl.String),
    "rows_read": pl.Int64,
    "rows_fit": pl.Int64,
    "message": pl.String,
    "landed_in": pl.String,
}
SCHEMA = pl.Schema(COLUMN_TYPES)
READ = set(Reading.model_fields)


@dataclass(frozen=True)
class Listed:
    """A delivered file as the inbox lists it."""

    name: str
    shown_name: str
    sha256: str | None
    byte_count: int
    modified_ns: int
    subject: str
    correction: int

    @property
    def file_id(self) -> str:
        """What rows refer to the file by; empty where it could not be hashed."""
        return (self.sha256 or "")[:FILE_ID_DIGITS]


@dataclass(frozen=True)
class LandedFile:
    """What the models read of one landed object: all of it, or the rows of those of its files that are present."""

    name: str
    landed: str
    file_ids: tuple[str, ...]
    is_all: bool


@dataclass(frozen=True)
class Standing:
    """How the files of a source stand: those that are settled by their names, what is to be read, what is gone."""

    settled: dict[str, LedgerEntry]
    unread: frozenset[str]
    gone: tuple[LedgerEntry, ...]
    landed: tuple[LandedFile, ...]


def bundle_name(parts: Iterable[str]) -> str:
    """The name of a landed file that holds the rows of several: that of what it is made of."""
    return hashlib.sha256("\n".join(sorted(parts)).encode()).hexdigest()[:FILE_ID_DIGITS]


def standing_of(
    blank: LedgerEntry, listing: Iterable[Listed], facts: Sequence[Fact], held: Collection[str]
) -> Standing:
    """How the listed files stand by the facts, under the contract of ``blank``; ``held`` are the objects there are.

    It depends on nothing else, and on no order: whoever lists and reads, in one process or in many, gets the same.
    """
    listed = sorted(listing, key=lambda file: file.name)
    readable = [file for file in listed if file.sha256 is not None]
    known = _facts_by_content(facts, blank.contract, held)
    latest = _latest_corrections(readable)
    said: dict[str, dict[str, object]] = {}
    chosen: dict[str, Fact] = {}
    first: dict[str | None, Listed] = {}
    for file in readable:
        original = first.setdefault(file.sha256, file)
        if (correction := latest[file.subject]).correction > file.correction:
            message = f"corrected by {correction.shown_name}, not counted"
            said[file.name] = {"status": "replaced", "message": message}
        elif original is not file:
            message = f"same content as {original.shown_name}, counted once"
            said[file.name] = {"status": "duplicate", "message": message}
        elif (fact := known.get((file.shown_name, file.sha256))) is not None:
            chosen[file.name] = fact
    landed = _landed_files(chosen.values(), facts)
    shared = {file_id: file.name for file in landed for file_id in file.file_ids if file.name != file_id}
    said |= {name: {**_said_by(fact), "landed_in": shared.get(fact.file_id)} for name, fact in chosen.items()}
    settled = {file.name: _entry(blank, file, said[file.name]) for file in readable if file.name in said}
    unread = frozenset(file.name for file in readable if file.name not in said)
    return Standing(settled, unread, _gone(blank, listed, facts), landed)


def failed_entry(blank: LedgerEntry, file: Listed, message: str) -> LedgerEntry:
    """The entry of a listed file that could not be read, and why."""
    return _entry(blank, file, {"status": "failed", "message": message})


def _latest_corrections(listed: Iterable[Listed]) -> dict[str, Listed]:
    """The last correction of what is delivered; of several with one number the last by name."""
    latest: dict[str, Listed] = {}
    for file in listed:
        if file.subject not in latest or file.correction >= latest[file.subject].correction:
            latest[file.subject] = file
    return latest


def _facts_by_content(
    facts: Iterable[Fact], contract: str, held: Collection[str]
) -> dict[tuple[str, str | None], Fact]:
    """The fact of each file under a contract whose rows are there; of several the same one, whoever looks."""
    known: dict[tuple[str, str | None], Fact] = {}
    for fact in facts:
        if fact.contract == contract and fact.landed in held:
            key = (fact.file_name, fact.mark.sha256)
            known[key] = min(known[key], fact, key=_order) if key in known else fact
    return known


def _order(fact: Fact) -> tuple[str, str]:
    return fact.landed or "", fact.model_dump_json()


def _landed_files(chosen: Iterable[Fact], facts: Iterable[Fact]) -> tuple[LandedFile, ...]:
    held: defaultdict[str, set[str]] = defaultdict(set)
    for fact in facts:
        if fact.landed is not None:
            held[fact.landed].add(fact.file_id)
    present: defaultdict[str, list[str]] = defaultdict(list)
    for fact in chosen:
        if fact.landed is not None:
            present[fact.landed].append(fact.file_id)
    return tuple(_landed_file(landed, tuple(sorted(ids)), held[landed]) for landed, ids in sorted(present.items()))


def _landed_file(landed: str, file_ids: tuple[str, ...], held: set[str]) -> LandedFile:
    if len(held) == 1:
        return LandedFile(file_ids[0], landed, file_ids, is_all=True)
    is_all = len(file_ids) == len(held)
    # Part of an object is named by the object as well: another with the same files may have been read otherwise.
    return LandedFile(bundle_name(file_ids if is_all else (landed, *file_ids)), landed, file_ids, is_all)


def _gone(blank: LedgerEntry, listed: Iterable[Listed], facts: Iterable[Fact]) -> tuple[LedgerEntry, ...]:
    """Contents that are no longer delivered: superseded under the same name, or withdrawn."""
    names = {file.shown_name for file in listed}
    present = {(file.shown_name, file.sha256) for file in listed}
    gone: dict[tuple[str, str], Fact] = {}
    for fact in facts:
        key = (fact.file_name, fact.mark.sha256)
        if key not in present:
            # What was read under the present contract says it best.
            ranked = [gone.get(key, fact), fact]
            gone[key] = min(ranked, key=lambda each: (each.contract != blank.contract, _order(each)))
    return tuple(
        blank.model_copy(
            update={
                **_said_by(fact),
                "file_name": fact.file_name,
                "file_id": fact.file_id,
                "sha256": fact.mark.sha256,
                "byte_count": fact.mark.byte_count,
                "modified_ns": fact.mark.modified_ns,
                "contract": fact.contract,
                "status": "superseded" if fact.file_name in names else "withdrawn",
            }
        )
        for _, fact in sorted(gone.items())
    )


def _entry(blank: LedgerEntry, file: Listed, said: dict[str, object]) -> LedgerEntry:
    return blank.model_copy(
        update={
            "file_name": file.shown_name,
            "file_id": file.file_id,
            "sha256": file.sha256 or "",
            "byte_count": file.byte_count,
            "modified_ns": file.modified_ns,
            **said,
        }
    )


def _said_by(fact: Fact) -> dict[str, object]:
    return fact.model_dump(include=READ)


def ledger_path(landing_dir: Path, edition: int, source: str) -> Path:
    """The ledger of one source in one edition."""
    return landing_dir / "file_ledger" / f"{edition}-{source}.parquet"


def read_ledger(landing_dir: Path, edition: int, source: str) -> list[LedgerEntry]:
    """The entries of one source in one edition; empty where nothing was ever delivered.

    Raises ``DamagedLedgerError`` where the ledger cannot be read.
    """
    path = ledger_path(landing_dir, edition, source)
    if not path.is_file():
        return []
    try:
        return [LedgerEntry.model_validate(row) for row in pl.read_parquet(path, glob=False).to_dicts()]
    except (OSError, ValueError, pl.exceptions.PolarsError, pl.exceptions.PanicException) as damage:
        if fault := fault_of_machine(str(damage)):
            raise CepingError(f"{path}: {'; '.join(fault)}") from damage
        raise DamagedLedgerError.of(path) from damage


def present_entries(landing_dir: Path, edition: int, source: str) -> list[LedgerEntry]:
    """The entries of the files that were in the inbox at the last look."""
    return [entry for entry in read_ledger(landing_dir, edition, source) if entry.status in PRESENT]


def delivered_editions(landing_dir: Path) -> frozenset[int]:
    """The editions of which landing holds a file that is in the inbox."""
    ledgers = sorted((landing_dir / "file_ledger").glob("*.parquet"))
    if not ledgers:
        return frozenset()
    # Each for itself: one that an earlier version wrote has fewer columns.
    known = pl.concat(pl.scan_parquet(path, glob=False).select("edition", "status") for path in ledgers)
    return frozenset(known.filter(pl.col("status") == "landed").select("edition").unique().collect().to_series())


def write_ledger(landing_dir: Path, edition: int, source: str, entries: Iterable[LedgerEntry]) -> None:
    """Make the ledger of one source in one edition these entries, atomically; one that is so already is left alone."""
    path = ledger_path(landing_dir, edition, source)
    path.parent.mkdir(parents=True, exist_ok=True)
    ordered = sorted(entries, key=lambda entry: (entry.file_name, entry.status, entry.file_id))
    frame = pl.DataFrame([entry.model_dump() for entry in ordered], schema=SCHEMA)
    with suppress(OSError, pl.exceptions.PolarsError, pl.exceptions.PanicException):
        if pl.read_parquet(path, glob=False).equals(frame):
            return
    with whole_file(path, lasting=True) as unfinished:
        frame.write_parquet(unfinished)
