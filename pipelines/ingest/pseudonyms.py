"""The secret that pseudonyms are made with: it never leaves the home, so nobody else can find out who is behind one."""

import hashlib

from pydantic import BaseModel, Field

from pipelines.errors import CepingError
from pipelines.foundation.secret import KEY_BYTES, make_key
from pipelines.foundation.state import read_cache, write_state
from pipelines.settings import Settings


class KeyMark(BaseModel, frozen=True):
    """Which key the pseudonyms in landing were made with."""

    sha256: str = Field(description="Hash of the key, which gives nothing of it away.")


def pseudonym_key(settings: Settings) -> bytes:
    """The key of a home, readable by its owner alone; made on first use, and there whole or not at all.

    Raises ``CepingError`` where it is damaged, or is not the one that landing's pseudonyms were made with: by another
    key the same person would be somebody else.
    """
    path = settings.pseudonym_key_path
    mark_path = settings.landing_dir / "pseudonym_key.json"
    mark = read_cache(mark_path, KeyMark)
    if mark is None and not path.exists():
        make_key(path)
    key = path.read_bytes() if path.exists() else b""
    given = KeyMark(sha256=hashlib.sha256(key).hexdigest())
    if len(key) != KEY_BYTES or mark not in (None, given):
        raise CepingError(
            f"{path} is not the key that the pseudonyms in {settings.landing_dir} were made with, by {mark_path.name} "
            "there; put back from a copy whichever of the two is damaged, or remove the key and the folder, so that "
            "every file is read anew under a new key"
        )
    if mark is None:
        write_state(mark_path, given)
    return key
