"""The history of a home's releases: when each was published, and when one was taken back for an earlier one.

It is kept as JSON lines in ``releases/history.jsonl``, to which entries are only ever added. Each line carries a hash
of what it says, for nothing else remembers what was taken back.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field

from pipelines.errors import CepingError
from pipelines.foundation.files import write_whole
from pipelines.foundation.hashing import hash_json

HISTORY = "history.jsonl"
SEAL = "seal"
UNKNOWN_THEN = "what was published or withdrawn then is not known"


class HistoryEntry(BaseModel, frozen=True):
    """One time that ``current`` was pointed at a release."""

    action: Literal["publish", "rollback"] = "publish"
    release_id: str
    edition: int
    published_at: str = Field(description="Moment in UTC, ISO 8601.")
    candidate: str | None = None
    withdrawn: tuple[str, ...] = Field(default=(), description="Releases a rollback took back.")
    reason: str | None = None


def read_history(releases_dir: Path) -> list[HistoryEntry]:
    """Every entry, the oldest first; raises ``CepingError`` naming a line that is damaged, or a file that is empty."""
    path = releases_dir / HISTORY
    return [_read_line(path, number, line) for number, line in enumerate(_lines(path), start=1)]


def record(releases_dir: Path, entry: HistoryEntry) -> None:
    """Add an entry, on disk when this returns."""
    path = releases_dir / HISTORY
    said = entry.model_dump(exclude_defaults=True, mode="json")
    line = json.dumps({**said, SEAL: hash_json(said)}, ensure_ascii=False)
    kept = [known.decode() for known in _lines(path)]
    write_whole(path, "".join(f"{each}\n" for each in [*kept, line]), lasting=True)


def present_moment() -> str:
    """Now, as the history writes it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def withdrawn_by(entries: Iterable[HistoryEntry]) -> dict[str, HistoryEntry]:
    """The releases that are withdrawn, each with the rollback that took it back.

    A release stops being withdrawn when a later rollback points at it again.
    """
    withdrawn: dict[str, HistoryEntry] = {}
    for entry in entries:
        withdrawn.pop(entry.release_id, None)
        withdrawn |= {release_id: entry for release_id in entry.withdrawn if release_id != entry.release_id}
    return withdrawn


def published_after(entries: Sequence[HistoryEntry], release_id: str) -> list[str]:
    """The releases of the same edition that a run published since this one was last made current."""
    places = [place for place, entry in enumerate(entries) if entry.release_id == release_id]
    if not places:
        return []
    edition = entries[places[-1]].edition
    later = [entry for entry in entries[places[-1] + 1 :] if entry.action == "publish" and entry.edition == edition]
    return list(dict.fromkeys(entry.release_id for entry in later))


def _lines(path: Path) -> list[bytes]:
    """The lines, each without its end: the file is written aside and renamed, and is whole or damaged."""
    if not path.is_file():
        return []
    *whole, cut = path.read_bytes().split(b"\n")
    if cut:
        raise _damaged(path, len(whole) + 1)
    if not whole:
        raise CepingError(f"{path} is empty; put it back from a copy, or remove it: without it, {UNKNOWN_THEN}")
    return whole


def _read_line(path: Path, number: int, line: bytes) -> HistoryEntry:
    try:
        said = json.loads(line)
        seal = said.pop(SEAL, None)
        entry = HistoryEntry.model_validate(said)
    except (ValueError, AttributeError, TypeError):
        entry, seal, said = None, None, None
    # Entries of earlier versions have no seal.
    if entry is None or seal not in (None, hash_json(said)):
        raise _damaged(path, number)
    return entry


def _damaged(path: Path, number: int) -> CepingError:
    return CepingError(
        f"{path}, line {number}: the entry is damaged; mend it, or remove the line: without it, {UNKNOWN_THEN}"
    )
