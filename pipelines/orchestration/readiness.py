"""Whether an edition can be run at all: its reference data and engine, judged in a second, before anything is read."""

from functools import lru_cache
from pathlib import Path

from pipelines.foundation.hashing import code_version, hash_folders, hash_json
from pipelines.foundation.state import keep, read_kept
from pipelines.ingest.contracts import load_contracts
from pipelines.ingest.inbox import delivered_files
from pipelines.reference.editions import require_described
from pipelines.reference.soundness import require_sound_reference
from pipelines.robustness.rules import read_rules
from pipelines.settings import PARSED_DIR, Settings
from pipelines.warehouse.dbt_project import given_measures, read_manifest
from pipelines.warehouse.spark import require_engine


def require_ready(settings: Settings) -> None:
    """Refuse to run an edition whose reference data cannot be used, or whose engine is missing.

    Raises ``CepingError`` with every fault, each with its file and line where it has one.
    """
    require_engine(settings)
    seeds = settings.seeds_dir
    delivered = {source for source in load_contracts() if delivered_files(settings.inbox_dir, source)}
    require_described(seeds, settings.edition, delivered)
    _require_sound(seeds, given_measures(read_manifest(settings)), hash_folders([seeds]))


@lru_cache(maxsize=1)
def _require_sound(seeds: Path, given: frozenset[str], content: str) -> None:
    """Judge the same rows by the same code once, whatever the home; that they are sound is kept beside the project."""
    kept = PARSED_DIR / f"sound-{hash_json([content, code_version(), sorted(given)])}"
    if read_kept(kept) is None:
        require_sound_reference(seeds, given)
        read_rules(seeds)
        keep(kept, b"sound")
