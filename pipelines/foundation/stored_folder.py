"""Folders that are never changed, kept in a store: each file under the hash of its bytes, once, whoever has it as well.

What names the files of a folder is put there last: who finds it finds them all.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from pipelines.errors import CepingError
from pipelines.foundation.hashing import hash_file
from pipelines.foundation.store import Store

FILES = "files"
# A store far away is waited for, not worked for.
AT_ONCE = 16
# Paths within a folder, each with the SHA-256 of the file there.
Sums = Mapping[str, str]
SUMS = TypeAdapter(dict[str, str])


def store_folder(store: Store, name: str, folder: Path, sums: Sums) -> None:
    """Keep these files of a folder under a name; where one is kept there it stays, and files it has lost are put back.

    Of two that are given one name, the first is kept.
    """
    content = SUMS.dump_json(dict(sorted(sums.items())), indent=1)
    kept = store.names(FILES)
    missing = {sha256: folder / path for path, sha256 in sums.items() if sha256 not in kept}
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        list(pool.map(lambda sha256: store.put(f"{FILES}/{sha256}", missing[sha256]), missing))
    store.put_first(name, content)


def fetch_folder(store: Store, name: str, folder: Path) -> None:
    """Write what is kept under a name to a folder, every byte of it checked; raises ``FileNotFoundError`` for nothing.

    Raises ``CepingError`` that names what is gone or damaged in the store.
    """
    try:
        sums = SUMS.validate_json(store.read(name))
    except ValidationError as damage:
        raise CepingError(f"the store {store.place}: {name} is damaged; {_way_on(name)}") from damage
    if outside := [path for path in sums if not (folder / path).resolve().is_relative_to(folder.resolve())]:
        raise CepingError(f"the store {store.place}: {name} names files outside of it, such as {outside[0]}")
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        is_whole = list(pool.map(lambda path: _is_fetched(store, folder / path, sums[path]), sums))
    for path, is_it in zip(sums, is_whole, strict=True):
        if not is_it:
            kept = f"{FILES}/{sums[path]}"
            raise CepingError(f"the store {store.place}: {kept} ({path}) is gone or damaged; {_way_on(kept)}")


def _is_fetched(store: Store, path: Path, sha256: str) -> bool:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        store.fetch(f"{FILES}/{sha256}", path)
    except FileNotFoundError:
        return False
    return hash_file(path) == sha256


def _way_on(name: str) -> str:
    return f"remove {name} there and run again in a home that holds it, which puts it back"
