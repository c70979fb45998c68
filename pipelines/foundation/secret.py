"""Keys of a home: made once from the system's randomness, readable by their owner alone, and never shown."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from pipelines.foundation.files import sync

KEY_BYTES = 32


def make_key(path: Path) -> None:
    """Make a key beside its place and link it there: no kill leaves half a key, and of two makers one wins."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
            stream.write(secrets.token_bytes(KEY_BYTES))
        sync(unfinished)
        with suppress(FileExistsError):
            os.link(unfinished, path)
        sync(path.parent)
    finally:
        unfinished.unlink(missing_ok=True)
