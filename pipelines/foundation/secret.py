"""Keys: made once from the system's randomness, readable by their owner alone, and never shown."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from pipelines.foundation.files import sync

KEY_BYTES = 32


def new_key() -> bytes:
    """A key that nobody else has."""
    return secrets.token_bytes(KEY_BYTES)


def make_key(path: Path) -> None:
    """Make a key, unless there is one."""
    put_secret(path, new_key())


def put_secret(path: Path, content: bytes) -> None:
    """Write a secret beside its place and link it there: no kill leaves half of one, and of two writers one wins."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    unfinished = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            stream.write(content)
        sync(unfinished)
        with suppress(FileExistsError):
            os.link(unfinished, path)
        sync(path.parent)
    finally:
        unfinished.unlink(missing_ok=True)
