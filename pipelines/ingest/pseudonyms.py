"""The secret that pseudonyms are made with: it never leaves the home, so nobody else can find out who is behind one."""

import os
import secrets

from pipelines.settings import Settings

KEY_BYTES = 32


def pseudonym_key(settings: Settings) -> bytes:
    """The key of a home, readable by its owner alone; made on first use."""
    path = settings.pseudonym_key_path
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(handle, "wb") as stream:
        stream.write(secrets.token_bytes(KEY_BYTES))
    return path.read_bytes()
