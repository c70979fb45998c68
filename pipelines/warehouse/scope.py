"""What a build has to do: which sources' landing the warehouse does not hold yet, and whether its tables can grow."""

from dataclasses import dataclass

import duckdb
from pydantic import BaseModel

from pipelines.foundation.files import write_whole
from pipelines.foundation.hashing import hash_folders, hash_json
from pipelines.ingest.contracts import load_contracts
from pipelines.settings import MODELS_DIR, Settings

LEDGER = "file_ledger"


class WarehouseMark(BaseModel, frozen=True):
    """What the tables of a warehouse were built from, kept beside it while they can be trusted."""

    models: str
    seeds: str
    landing: dict[str, str]


@dataclass(frozen=True)
class BuildScope:
    """What is to be built: everything, or what depends on the sources that changed."""

    is_full_refresh: bool
    sources: tuple[str, ...] | None

    @property
    def arguments(self) -> list[str]:
        """The scope in dbt's words."""
        refresh = ["--full-refresh"] if self.is_full_refresh else []
        if self.sources is None:
            return refresh
        return [*refresh, "--select", " ".join(f"source:raw.{name}+" for name in self.sources)]


def take_scope(settings: Settings, *, rebuild: bool = False) -> BuildScope:
    """What has to be built now.

    The mark is taken away until ``mark_built``, rebuild or not: a build that failed half-way leaves nothing to trust.
    """
    mark = _read_mark(settings)
    settings.warehouse_mark_path.unlink(missing_ok=True)
    present = _present(settings)
    if rebuild or mark is None or mark.models != present.models:
        return BuildScope(is_full_refresh=True, sources=None)
    if mark.seeds != present.seeds:
        return BuildScope(is_full_refresh=False, sources=None)
    changed = [name for name, content in present.landing.items() if mark.landing.get(name) != content]
    return BuildScope(is_full_refresh=False, sources=(*changed, LEDGER))


def mark_built(settings: Settings) -> None:
    """Remember what every table of the warehouse was built from."""
    write_whole(settings.warehouse_mark_path, _present(settings).model_dump_json(indent=1))


def _read_mark(settings: Settings) -> WarehouseMark | None:
    path = settings.warehouse_mark_path
    if not (path.is_file() and settings.warehouse_path.is_file()):
        return None
    return WarehouseMark.model_validate_json(path.read_text(encoding="utf-8"))


def _present(settings: Settings) -> WarehouseMark:
    return WarehouseMark(
        models=f"{hash_folders([MODELS_DIR])} duckdb {duckdb.__version__}",
        seeds=hash_folders([settings.seeds_dir]),
        landing={source: _landing_hash(settings, source) for source in load_contracts()},
    )


def _landing_hash(settings: Settings, source: str) -> str:
    """Landing files are named by edition and content; another contract is another version of the models."""
    return hash_json(sorted(path.name for path in (settings.landing_dir / source).glob("*.parquet")))
