"""What a build has to do: which landed sources and which seeds the warehouse does not hold yet, as they are now."""

from dataclasses import dataclass
from pathlib import Path

import duckdb
from pydantic import BaseModel, Field

from pipelines.errors import fault_of_machine
from pipelines.foundation.hashing import hash_file, hash_folders, hash_json
from pipelines.foundation.progress import report
from pipelines.foundation.sql import qualified
from pipelines.foundation.state import read_cache, write_state
from pipelines.ingest.contracts import load_contracts
from pipelines.ingest.memory import SUFFIX, FileMark, SourceMemory
from pipelines.settings import MODELS_DIR, Engine, Settings

LEDGER = "file_ledger"


class WarehouseMark(BaseModel, frozen=True):
    """What the tables of a warehouse were built from, kept beside it while they can be trusted."""

    models: str
    seeds: dict[str, str]
    landing: dict[str, str]
    file: tuple[int, int] = Field(default=(0, 0), description="Size and time of change of the warehouse's file.")


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
    Where everything is to be built it is built into a new file: what a damaged one holds is no help.
    """
    scope = _scope(settings, rebuild=rebuild)
    if scope.is_full_refresh:
        for path in (settings.warehouse_path, settings.warehouse_path.with_suffix(".duckdb.wal")):
            path.unlink(missing_ok=True)
    return scope


def _scope(settings: Settings, *, rebuild: bool) -> BuildScope:
    mark = _read_mark(settings)
    settings.warehouse_mark_path.unlink(missing_ok=True)
    present = _present(settings)
    if rebuild or mark is None or mark.models != present.models or mark.seeds.keys() != present.seeds.keys():
        return BuildScope(is_full_refresh=True)
    scope = BuildScope(
        is_full_refresh=False,
        sources=tuple(name for name, content in present.landing.items() if mark.landing.get(name) != content),
        seeds=tuple(name for name, content in present.seeds.items() if mark.seeds[name] != content),
    )
    # Elsewhere every table is built whole: nothing there is kept from one build to the next.
    if settings.engine is not Engine.duckdb and not scope.is_empty:
        return BuildScope(is_full_refresh=True)
    return scope


def mark_built(settings: Settings) -> None:
    """Remember what every table of the warehouse was built from."""
    write_state(settings.warehouse_mark_path, _present(settings).model_copy(update={"file": _file(settings)}))


def remember_file(settings: Settings) -> None:
    """Remember the file as it is after tables were added to those that were built."""
    mark = read_cache(settings.warehouse_mark_path, WarehouseMark)
    if mark is not None:
        write_state(settings.warehouse_mark_path, mark.model_copy(update={"file": _file(settings)}))


def _read_mark(settings: Settings) -> WarehouseMark | None:
    mark = read_cache(settings.warehouse_mark_path, WarehouseMark)
    if mark is None or not settings.warehouse_path.is_file():
        return None
    if mark.file != _file(settings) and (damage := _damage(settings)):
        report("models", f"{settings.warehouse_path} is damaged ({damage}); it is built anew")
        return None
    return mark


def _file(settings: Settings) -> tuple[int, int]:
    stat = settings.warehouse_path.stat()
    return stat.st_size, stat.st_mtime_ns


def _damage(settings: Settings) -> str | None:
    """What DuckDB says when it reads every value of the file, if anything; each of its blocks has a checksum."""
    try:
        with duckdb.connect(str(settings.warehouse_path), read_only=True) as connection:
            for schema, name in connection.execute("select schema_name, table_name from duckdb_tables()").fetchall():
                connection.execute(f"select max(hash(held)) from {qualified(f'{schema}.{name}')} as held").fetchall()
    except duckdb.Error as failure:
        if fault_of_machine(str(failure)):
            raise
        return str(failure).splitlines()[0]
    return None


def _present(settings: Settings) -> WarehouseMark:
    return WarehouseMark(
        models=f"{hash_folders([MODELS_DIR])} {settings.engine.value} duckdb {duckdb.__version__}",
        seeds={path.stem: hash_file(path) for path in sorted(settings.seeds_dir.rglob("*.csv"))},
        landing={source: _landing_hash(settings, source) for source in [*load_contracts(), LEDGER]},
    )


def _landing_hash(settings: Settings, source: str) -> str:
    """Hash of the bytes of a source's landed files; those that ingest remembers are not hashed again."""
    folder = settings.landing_dir / source
    known = {name: mark for path in sorted(folder.glob(f"*{SUFFIX}")) for name, mark in _remembered(path).items()}
    return hash_json([(path.name, _landed_hash(path, known)) for path in sorted(folder.glob("*.parquet"))])


def _remembered(path: Path) -> dict[str, FileMark]:
    memory = read_cache(path, SourceMemory) or SourceMemory()
    return {Path(name).name: mark for name, mark in memory.landed.items()}


def _landed_hash(path: Path, known: dict[str, FileMark]) -> str:
    mark = known.get(path.name)
    return mark.sha256 if mark is not None and mark.is_as_old(path) else hash_file(path)
