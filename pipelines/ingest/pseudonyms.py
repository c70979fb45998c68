"""The secret that pseudonyms are made with: it never leaves the store, so nobody else can find out who is behind one.

One store has one key, whether a home is a store of its own or shares one: by two keys a person would be two.
"""

import hashlib

from pydantic import BaseModel, Field, ValidationError

from pipelines.errors import CepingError
from pipelines.foundation.secret import KEY_BYTES, make_key, new_key, put_secret
from pipelines.foundation.state import read_cache
from pipelines.foundation.store import Store, shared_store
from pipelines.settings import Settings

KEY, MARK = "secret/pseudonym.key", "secret/pseudonym_key.json"


class KeyMark(BaseModel, frozen=True):
    """Which key pseudonyms were made with."""

    sha256: str = Field(description="Hash of the key, which gives nothing of it away.")

    @classmethod
    def of(cls, key: bytes) -> "KeyMark":
        """The mark of a key."""
        return cls(sha256=hashlib.sha256(key).hexdigest())


def pseudonym_key(settings: Settings) -> bytes:
    """The key of a home's store, readable by its owner alone; made on first use, and there whole or not at all.

    Raises ``CepingError`` where it is damaged, or is not the one that landing's pseudonyms were made with: by another
    key the same person would be somebody else.
    """
    mark_path = settings.landing_dir / "pseudonym_key.json"
    mark = read_cache(mark_path, KeyMark)
    shared = shared_store(settings)
    key = _own_key(settings, mark) if shared is None else _shared_key(shared, settings)
    given = KeyMark.of(key)
    if shared is not None and mark not in (None, given):
        raise CepingError(
            f"the key of the store {shared.place} is not the one that the pseudonyms in {settings.landing_dir} were "
            "made with: a person would be two; share the store from another home, or remove that folder, so that what "
            "the store does not hold is read anew under its key"
        )
    if len(key) != KEY_BYTES or mark not in (None, given):
        raise CepingError(
            f"{settings.pseudonym_key_path} is not the key that the pseudonyms in {settings.landing_dir} were made "
            f"with, by {mark_path.name} there; put back from a copy whichever of the two is damaged, or remove the key "
            "and the folder, so that every file is read anew under a new key"
        )
    if mark is None:
        # Others may write the same at once; what is half a mark is none.
        settings.landing_dir.mkdir(parents=True, exist_ok=True)
        mark_path.unlink(missing_ok=True)
        put_secret(mark_path, given.model_dump_json(indent=1).encode())
    return key


def _own_key(settings: Settings, mark: KeyMark | None) -> bytes:
    path = settings.pseudonym_key_path
    if mark is None and not path.exists():
        make_key(path)
    return path.read_bytes() if path.exists() else b""


def _shared_key(store: Store, settings: Settings) -> bytes:
    """The key of a shared store; the first home's that comes, where it has none."""
    try:
        mark = KeyMark.model_validate_json(store.read(MARK))
    except (FileNotFoundError, ValidationError):
        mark = None
    try:
        key = store.read(KEY)
    except FileNotFoundError:
        own = settings.pseudonym_key_path
        key = b"" if mark is not None else store.put_first(KEY, own.read_bytes() if own.exists() else new_key())
    if len(key) != KEY_BYTES or mark not in (None, KeyMark.of(key)):
        raise CepingError(
            f"{store.place}/{KEY} is not the key that the pseudonyms in the store were made with, by {MARK}; put back "
            "from a copy whichever of the two is damaged"
        )
    store.put_first(MARK, KeyMark.of(key).model_dump_json().encode())
    return key
