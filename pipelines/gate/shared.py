"""Candidates in the store that homes share, so that another home judges one that it has not frozen.

A verdict counts in the home whose gate gave it, so none is kept there: whoever is to publish judges for itself.
"""

from pipelines.foundation.files import whole_folder, write_whole
from pipelines.foundation.hashing import hash_file
from pipelines.foundation.store import Store, shared_store
from pipelines.foundation.stored_folder import fetch_folder, store_folder
from pipelines.gate.candidate import DECLARATION, Candidate
from pipelines.settings import Settings

CANDIDATES = "candidates"


def share_candidate(settings: Settings, candidate: Candidate) -> None:
    """Keep a candidate in the store of its home, if that shares one."""
    store = shared_store(settings)
    if store is None:
        return
    tables = {candidate.path(table): table.sha256 for table in candidate.tables}
    declared = candidate.folder / DECLARATION
    sums = {path.relative_to(candidate.folder).as_posix(): sha256 for path, sha256 in tables.items()}
    store_folder(
        store,
        f"{CANDIDATES}/{candidate.content_hash}",
        candidate.folder,
        {**sums, declared.name: hash_file(declared)},
    )


def fetch_candidate(settings: Settings, store: Store, content_hash: str) -> Candidate:
    """Bring a candidate of the store into the home; the edition's newest is what it was, if there was one.

    Raises ``GateError`` where what is kept under that hash has another.
    """
    folder = settings.candidates_dir / content_hash
    if not folder.exists():
        with whole_folder(folder) as building:
            fetch_folder(store, f"{CANDIDATES}/{content_hash}", building)
    candidate = Candidate.open(folder)
    newest = settings.for_run(edition=candidate.edition).newest_candidate_path
    if not newest.exists():
        write_whole(newest, content_hash, lasting=True)
    return candidate
