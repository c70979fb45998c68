"""The sole right to write to a home."""

from collections.abc import Iterator
from contextlib import contextmanager

from filelock import FileLock, Timeout

from pipelines.errors import HomeBusyError
from pipelines.settings import Settings


@contextmanager
def locked_home(settings: Settings) -> Iterator[None]:
    """The sole right to write to a home; raises ``HomeBusyError`` where another process has it."""
    settings.home_dir.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(settings.home_dir / ".lock", timeout=0):
            yield
    except Timeout as busy:
        raise HomeBusyError(f"another run is writing to {settings.home_dir}; try again when it has ended") from busy
