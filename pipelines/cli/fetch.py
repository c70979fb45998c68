"""Brings a release or a candidate of the store into a home, or prints what there is."""

from pipelines.errors import CepingError
from pipelines.foundation.lock import locked_home
from pipelines.gate.shared import CANDIDATES, fetch_candidate
from pipelines.releases.shared import RELEASES, fetch_release, require_store
from pipelines.settings import Settings

SHORTEST_NAME = 4


def fetch_and_print(settings: Settings, name: str) -> None:
    """Bring what is called so, or whose name begins so, and print where it is.

    Raises ``CepingError`` where none or several are.
    """
    store = require_store(settings)
    found = [
        (kind, each)
        for kind in (RELEASES, CANDIDATES)
        for each in sorted(store.names(kind))
        if each.startswith(name) and len(name) >= SHORTEST_NAME
    ]
    if len(found) != 1:
        several = f"names several ({', '.join(each for _, each in found)})" if found else "is nothing"
        raise CepingError(f"{name} {several} in the store {store.place}; ceping fetch lists what is there")
    [(kind, whole_name)] = found
    with locked_home(settings):
        if kind == RELEASES:
            release = fetch_release(settings, store, whole_name)
            print(f"release {release.release_id} is in {release.folder}; every file is as it was published")
        else:
            candidate = fetch_candidate(settings, store, whole_name)
            print(f"candidate {whole_name[:12]} is in {candidate.folder}; ceping gate --candidate judges it")


def print_shared(settings: Settings) -> None:
    """Print the names of the releases and candidates in the store, one a line."""
    store = require_store(settings)
    for kind in (RELEASES, CANDIDATES):
        for name in sorted(store.names(kind)):
            print(f"{kind.removesuffix('s'):<10} {name}")
