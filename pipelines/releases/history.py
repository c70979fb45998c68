"""The history of a home's releases: when each was published, and when one was taken back for an earlier one.

It is kept as JSON lines in ``releases/history.jsonl``, which is only ever added to.
"""

import json
import os
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field, ValidationError

HISTORY = "history.jsonl"


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
    """Every entry, the oldest first; a line that a kill cut short is passed over."""
    path = releases_dir / HISTORY
    if not path.is_file():
        return []
    lines = path.read_text(encoding="utf-8").splitlines()
    return [entry for entry in map(_read_line, lines) if entry is not None]


def record(releases_dir: Path, entry: HistoryEntry) -> None:
    """Add an entry, on disk when this returns."""
    path = releases_dir / HISTORY
    written = path.read_text(encoding="utf-8") if path.exists() else ""
    # A kill can have cut the last line short: it stays what it is, and ours begins on a line of its own.
    gap = "" if not written or written.endswith("\n") else "\n"
    line = json.dumps(entry.model_dump(exclude_defaults=True), ensure_ascii=False)
    with path.open("ab") as stream:
        stream.write(f"{gap}{line}\n".encode())
        stream.flush()
        os.fsync(stream.fileno())


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


def _read_line(line: str) -> HistoryEntry | None:
    try:
        return HistoryEntry.model_validate_json(line)
    except ValidationError:
        return None
