"""The file ledger: every file ever delivered for an edition and a source, and what became of it.

It is kept as Parquet beside the landed rows, so that the models read it like any source, and it is the memory a run
recovers from: Dagster's own state is not asked.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Literal, Self

import polars as pl
from pydantic import BaseModel, Field

from pipelines.errors import CepingError, fault_of_machine
from pipelines.foundation.files import whole_file

Status = Literal["landed", "duplicate", "replaced", "failed", "superseded", "withdrawn"]
PRESENT: frozenset[Status] = frozenset({"landed", "duplicate", "replaced", "failed"})


class DamagedLedgerError(CepingError):
    """A ledger is not what was written."""

    @classmethod
    def of(cls, path: Path) -> Self:
        """The error that names the ledger and the way on."""
        return cls(
            f"{path} is damaged, and no release keeps a copy; remove it and run again: every file of the source is "
            "then read anew, and what was replaced or withdrawn before is no longer listed"
        )


class LedgerEntry(BaseModel, frozen=True):
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
    encoding: str | None = None
    sheets: tuple[str, ...] = ()
    ignored_sheets: tuple[str, ...] = ()
    matched_columns: tuple[str, ...] = ()
    unmatched_headers: tuple[str, ...] = ()
    rows_read: int = 0
    rows_fit: int = 0
    message: str | None = None
    landed_in: str | None = Field(default=None, description="The landed file, where it holds the rows of several.")

    @property
    def landing_name(self) -> str:
        """The name of the landed file that holds its rows."""
        return self.landed_in or self.file_id

    @property
    def rows_unfit(self) -> int:
        """Rows that broke the contract."""
        return self.rows_read - self.rows_fit


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
    """Replace the ledger of one source in one edition, atomically."""
    path = ledger_path(landing_dir, edition, source)
    path.parent.mkdir(parents=True, exist_ok=True)
    ordered = sorted(entries, key=lambda entry: (entry.file_name, entry.status, entry.file_id))
    frame = pl.DataFrame([entry.model_dump() for entry in ordered], schema=SCHEMA)
    with whole_file(path, lasting=True) as unfinished:
        frame.write_parquet(unfinished)
