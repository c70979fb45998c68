"""What a build has to do: which landed sources and which seeds the warehouse does not hold yet, as they are now."""

from dataclasses import dataclass

import duckdb
from pydantic import BaseModel

from pipelines.foundation.files import write_whole
from pipelines.foundation.hashing import hash_file, hash_folders, hash_json
from pipelines.ingest.contracts import load_contracts
from pipelines.settings import MODELS_DIR, Settings

LEDGER = "file_ledger"


class WarehouseMark(BaseModel, frozen=True):
    """What the tables of a warehouse were built from, kept beside it while they can be trusted."""

    models: str
    seeds: dict[str, str]
    landing: dict[str, str]


@dataclass(frozen=True)
class BuildScope:
    """What is to be built: everything, or what depends on the sources and seeds that changed."""

    is_full_refresh: bool
    sources: tuple[str, ...] = ()
    seeds: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether the warehouse holds everything as it is."""
        return not (self.is_full_refresh or self.sources or self.seeds)

    @property
    def arguments(self) -> list[str]:
        """The scope in dbt's words, where there is anything to build."""
        if self.is_full_refresh:
            return ["--full-refresh"]
        return ["--select", *(f"source:raw.{name}+" for name in self.sources), *(f"{name}+" for name in self.seeds)]


def take_scope(settings: Settings, *, rebuild: bool = False) -> BuildScope:
    """What has to be built now.

    The mark is taken away until ``mark_built``, rebuild or not: a build that failed half-way leaves nothing to trust.
    """
    mark = _read_mark(settings)
    settings.warehouse_mark_path.unlink(missing_ok=True)
    present = _present(settings)
    if rebuild or mark is None or mark.models != present.models or mark.seeds.keys() != present.seeds.keys():
        return BuildScope(is_full_refresh=True)
    return BuildScope(
        is_full_refresh=False,
        sources=tuple(name for name, content in present.landing.items() if mark.landing.get(name) != content),
        seeds=tuple(name for name, content in present.seeds.items() if mark.seeds[name] != content),
    )


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
        seeds={path.stem: hash_file(path) for path in sorted(settings.seeds_dir.rglob("*.csv"))},
        landing={source: _landing_hash(settings, source) for source in [*load_contracts(), LEDGER]},
    )


def _landing_hash(settings: Settings, source: str) -> str:
    """Landing files are named by edition and content; another contract is another version of the models."""
    files = sorted((settings.landing_dir / source).glob("*.parquet"))
    # The ledger's files are named by edition alone.
    return hash_json([(path.name, hash_file(path) if source == LEDGER else "") for path in files])
