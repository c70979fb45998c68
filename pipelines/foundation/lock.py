"""The sole right to write to a home, and folders to work in that are one worker's own."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex

from filelock import FileLock, Timeout
from pydantic import BaseModel, Field

from pipelines.errors import HomeBusyError
from pipelines.foundation.state import read_cache, write_state
from pipelines.settings import Settings

LOCK = ".lock"


class Holder(BaseModel, frozen=True):
    """The process that writes to a home."""

    process: int
    since: str = Field(description="Moment in UTC, ISO 8601.")


@contextmanager
def locked_home(settings: Settings) -> Iterator[None]:
    """The sole right to write to a home; who has it already may ask again.

    Raises ``HomeBusyError`` where another process has it, which says which, since when, and what to do.
    """
    settings.home_dir.mkdir(parents=True, exist_ok=True)
    holder_path = settings.home_dir / ".lock.holder"
    # One lock for the whole process: a run takes it before it opens a log, and Dagster's resource takes it again.
    lock = FileLock(settings.home_dir / ".lock", timeout=0, thread_local=False, is_singleton=True)
    is_outermost = not lock.is_locked
    try:
        lock.acquire()
    except Timeout as busy:
        raise HomeBusyError(_who_writes(settings.home_dir, holder_path)) from busy
    try:
        if is_outermost:
            write_state(holder_path, Holder(process=os.getpid(), since=datetime.now(UTC).isoformat(timespec="seconds")))
        yield
    finally:
        if is_outermost:
            holder_path.unlink(missing_ok=True)
        lock.release()


@contextmanager
def own_folder(parent: Path) -> Iterator[Path]:
    """An empty folder that nobody else uses and only this user may read, gone when the ``with`` ends.

    What processes that were killed left beside it goes first.
    """
    remove_left(parent)
    parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Processes of several machines, or containers, that share a disk may have one number.
    folder = parent / f"{os.getpid()}-{token_hex(4)}"
    lock = FileLock(folder.with_suffix(LOCK))
    try:
        with lock:
            folder.mkdir(mode=0o700)
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        Path(lock.lock_file).unlink(missing_ok=True)
        with suppress(OSError):
            parent.rmdir()


def remove_left(parent: Path) -> None:
    """Remove the folders below ``parent`` that belonged to processes which live no more."""
    for path in parent.glob(f"*{LOCK}"):
        folder = path.with_suffix("")
        with suppress(Timeout, OSError), FileLock(path, timeout=0):
            # A process that was killed early has a lock and no folder yet.
            if folder.exists():
                shutil.rmtree(folder)
            path.unlink()


def _who_writes(home: Path, holder_path: Path) -> str:
    holder = read_cache(holder_path, Holder)
    if holder is None:
        return f"another run is writing to {home}; try again when it has ended"
    return (
        f"another run is writing to {home}: process {holder.process}, since {holder.since}; "
        f"try again when it has ended, or end it with: kill {holder.process}"
    )
