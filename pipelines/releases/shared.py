"""Releases in the store that homes share: one that a home has published is brought into another, to be read there.

With a release go the inputs it was computed from, where they are kept, so that it can be computed again there too.
"""

from pipelines.errors import CepingError
from pipelines.foundation.files import files_below, sync_tree, whole_folder
from pipelines.foundation.hashing import hash_file
from pipelines.foundation.store import Store, shared_store
from pipelines.foundation.stored_folder import fetch_folder, store_folder
from pipelines.releases.history import HistoryEntry, present_moment, record
from pipelines.releases.kept_inputs import inputs_folder, kept_inputs
from pipelines.releases.release import SUMS, Release
from pipelines.releases.releases import Releases
from pipelines.settings import Settings

RELEASES, INPUTS = "releases", "inputs"


def share_release(settings: Settings, release: Release) -> None:
    """Keep a published release in the store of its home, if that shares one, its inputs first."""
    store = shared_store(settings)
    if store is None:
        return
    if inputs := kept_inputs(settings, release.release_id):
        sums = {path.relative_to(inputs).as_posix(): hash_file(path) for path in files_below(inputs)}
        store_folder(store, f"{INPUTS}/{release.release_id}", inputs, sums)
    sums = {**release.sums, SUMS: hash_file(release.folder / SUMS)}
    store_folder(store, f"{RELEASES}/{release.release_id}", release.folder, sums)


def fetch_release(settings: Settings, store: Store, release_id: str) -> Release:
    """Bring a release of the store into the home; it becomes current where nothing is published yet.

    To be called by who alone may write to the home. Raises ``CepingError`` where a byte of it is not as published.
    """
    releases = Releases.of(settings)
    release = releases.named(int(release_id.partition("-")[0]), release_id)
    inputs = inputs_folder(settings, release_id)
    if release_id in store.names(INPUTS) and not inputs.exists():
        with whole_folder(inputs) as building:
            fetch_folder(store, f"{INPUTS}/{release_id}", building)
    if not release.folder.exists():
        with whole_folder(release.folder) as building:
            fetch_folder(store, f"{RELEASES}/{release_id}", building)
            for path in files_below(building):
                path.chmod(0o444)
            release.model_copy(update={"folder": building}).verify()
            sync_tree(building)
    release.verify()
    if releases.current_id is None:
        releases.make_current(release)
        record(releases.folder, _entry(release))
    return release


def require_store(settings: Settings) -> Store:
    """The store the home shares; raises ``CepingError`` where it shares none."""
    store = shared_store(settings)
    if store is None:
        raise CepingError("this home shares no store: CEPING_STORE names one, a folder or s3://bucket/folder")
    return store


def _entry(release: Release) -> HistoryEntry:
    return HistoryEntry(
        release_id=release.release_id,
        edition=release.edition,
        published_at=present_moment(),
        candidate=release.manifest.candidate,
    )
