"""What the newest release was built from: whether a run has anything to do."""

from pathlib import Path

from pydantic import BaseModel

from pipelines.errors import CepingError
from pipelines.foundation.hashing import code_version, hash_json
from pipelines.foundation.state import read_cache, write_state
from pipelines.ingest.contracts import Contract, load_contracts
from pipelines.ingest.inbox import delivered_files, unknown_folders
from pipelines.ingest.ledger import present_entries
from pipelines.ingest.listing import recognise
from pipelines.ingest.memory import read_memory
from pipelines.releases.embargo import embargo_of, present_day
from pipelines.releases.releases import Releases
from pipelines.settings import Settings


class BuiltState(BaseModel, frozen=True):
    """The inputs and the code that gave a release."""

    inputs: str
    code: str
    release_id: str


def inputs_hash(settings: Settings) -> str:
    """Hash over every landed file of every source, each with the contract it was read under."""
    entries = [
        (entry.source, entry.file_name, entry.sha256, entry.contract, entry.status)
        for source in load_contracts()
        for entry in present_entries(settings.landing_dir, settings.edition, source)
    ]
    return hash_json(sorted(entries))


def is_inbox_landed(settings: Settings) -> bool:
    """Whether landing is whole and holds the inbox as it is, and nothing lies beside it.

    What nothing has touched since it was hashed is not hashed again.
    """
    if not settings.inbox_dir.is_dir() or unknown_folders(settings.inbox_dir, load_contracts()):
        return False
    return all(_is_landed(source, contract, settings) for source, contract in load_contracts().items())


def _is_landed(source: str, contract: Contract, settings: Settings) -> bool:
    landing, edition = settings.landing_dir, settings.edition
    memory = read_memory(landing, edition, source)
    try:
        entries = present_entries(landing, edition, source)
        delivered = [recognise(source, path, memory) for path in delivered_files(settings.inbox_dir, source)]
        files = sorted((delivery.name, delivery.sha256) for delivery in delivered)
    except (CepingError, OSError):
        return False
    if any(entry.status == "failed" or entry.contract != contract.fingerprint for entry in entries):
        return False
    is_whole = all(memory.holds(landing, landing / name) for name in memory.landed)
    return is_whole and files == sorted((entry.file_name, entry.sha256) for entry in entries)


def built_release(settings: Settings) -> str | None:
    """The release that was built from the landed inputs by this very code, if there is nothing more to do with it.

    It is the current one, or kept back by an embargo, or was withdrawn: then it would be what somebody took back.
    """
    state = read_cache(_state_path(settings), BuiltState)
    if state is None:
        return None
    releases = Releases.of(settings)
    is_published = releases.current_id == state.release_id and releases.current_path.is_dir()
    is_settled = is_published or state.release_id in releases.withdrawn or _is_kept_back(settings, state.release_id)
    is_same = state.inputs == inputs_hash(settings) and state.code == code_version()
    return state.release_id if is_settled and is_same else None


def _is_kept_back(settings: Settings, release_id: str) -> bool:
    is_there = Releases.of(settings).named(settings.edition, release_id).folder.is_dir()
    return is_there and embargo_of(settings.seeds_dir, settings.edition, present_day()) is not None


def published_release(settings: Settings) -> str | None:
    """The release that holds the inbox as it is, built by this very code, if there is one: a run has nothing to do."""
    return built_release(settings) if is_inbox_landed(settings) else None


def record_release(settings: Settings, release_id: str) -> None:
    """Remember what a release was built from."""
    state = BuiltState(inputs=inputs_hash(settings), code=code_version(), release_id=release_id)
    write_state(_state_path(settings), state)


def _state_path(settings: Settings) -> Path:
    return settings.home_dir / "work" / f"built-{settings.edition}.json"
