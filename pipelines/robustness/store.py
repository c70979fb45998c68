"""Draws every index and every title that changed, and writes the tables of the warehouse.

What was drawn of one stays in a folder named by everything it follows from: its values, its rules and this code.
The tables are written from these folders each time, so a warehouse that was rebuilt has them again. A folder that is
not what was written is drawn anew.
"""

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

import duckdb

from pipelines.foundation.files import whole_folder
from pipelines.foundation.hashing import hash_file, hash_folders, hash_json
from pipelines.foundation.sql import files_literal, identifier
from pipelines.robustness.inputs import contested_titles, ranked_indices, read_index
from pipelines.robustness.rules import Rules, read_rules
from pipelines.robustness.simulation import Simulation
from pipelines.robustness.tables import RankedIndex
from pipelines.robustness.titles import Title
from pipelines.settings import Settings
from pipelines.warehouse.tables import TableSpec

LIBRARIES = ("numpy", "scipy")
HASHES = "hashes.json"
Progress = Callable[[str], None]
Ranking = RankedIndex | Title


@dataclass(frozen=True)
class Kept:
    """What a run did: the indices and titles that were drawn, those that were not, and the rows of each table."""

    drawn: tuple[str, ...]
    unchanged: tuple[str, ...]
    row_counts: dict[str, int]


def keep_robustness(
    settings: Settings, specs: Sequence[TableSpec], progress: Progress, *, rebuild: bool = False
) -> Kept:
    """Draw what is new, or everything, and write the tables of the specs into the warehouse.

    Raises ``FrameworkError`` where the seeds do not define how an index or a title is varied.
    """
    rules = read_rules(settings.seeds_dir)
    folders: dict[str, Path] = {}
    drawn = []
    with duckdb.connect(str(settings.warehouse_path), read_only=True) as connection:
        for ranking in _rankings(connection):
            index, varied = ranking.index, rules[ranking.index.edition, ranking.index.index_code]
            name = f"{index.index_code} {index.edition}"
            folders[name] = settings.robustness_dir / _key(ranking, varied)
            if rebuild or not _is_whole(folders[name]):
                _draw(ranking, varied, folders[name], settings.threads)
                drawn.append(name)
                progress(f"{name}: {index.ranked_count:,} subjects ranked in {varied.draw_count} draws")
    _forget(settings.robustness_dir, list(folders.values()))
    with duckdb.connect(str(settings.warehouse_path)) as connection:
        row_counts = {spec.name: _write(connection, spec, list(folders.values())) for spec in specs}
    return Kept(tuple(drawn), tuple(name for name in folders if name not in drawn), row_counts)


def _rankings(connection: duckdb.DuckDBPyConnection) -> Iterator[Ranking]:
    for edition, index_code in ranked_indices(connection):
        yield RankedIndex(read_index(connection, edition, index_code))
    yield from contested_titles(connection)


def _key(ranking: Ranking, rules: Rules) -> str:
    libraries = [version(name) for name in LIBRARIES]
    return hash_json([ranking.fingerprint, asdict(rules), hash_folders([Path(__file__).parent]), libraries])


def _draw(ranking: Ranking, rules: Rules, folder: Path, threads: int) -> None:
    """Draw one ranking into its folder, which is there whole or not at all."""
    tables = ranking.summarise(rules, Simulation(ranking.index, rules).run(threads))
    shutil.rmtree(folder, ignore_errors=True)
    with whole_folder(folder) as building:
        for name, frame in tables.items():
            frame.write_parquet(building / f"{name}.parquet")
        (building / HASHES).write_text(json.dumps(_hashes(building)), encoding="utf-8")


def _is_whole(folder: Path) -> bool:
    """Whether a folder holds what was drawn, byte for byte."""
    try:
        return bool(json.loads((folder / HASHES).read_bytes()) == _hashes(folder))
    except (OSError, ValueError):
        return False


def _hashes(folder: Path) -> dict[str, str]:
    return {path.name: hash_file(path) for path in sorted(folder.glob("*.parquet"))}


def _forget(kept_in: Path, needed: list[Path]) -> None:
    """Remove what was drawn of rankings as they are no more."""
    for folder in kept_in.iterdir() if kept_in.is_dir() else []:
        if folder not in needed:
            shutil.rmtree(folder)


def _write(connection: duckdb.DuckDBPyConnection, spec: TableSpec, folders: list[Path]) -> int:
    """Put the rows of all folders in place of those a table has; its types are those its description declares."""
    declared = ", ".join(f"{identifier(column.name)} {column.data_type}" for column in spec.columns)
    names = ", ".join(identifier(column.name) for column in spec.columns)
    order = ", ".join(map(identifier, spec.key))
    connection.execute("begin")
    connection.execute(f"create schema if not exists {identifier(spec.schema_name)}")
    connection.execute(f"create or replace table {spec.relation} ({declared})")
    parts = [folder / f"{spec.name}.parquet" for folder in folders]
    files = ", ".join(files_literal(part) for part in parts if part.is_file())
    if files:
        connection.execute(f"insert into {spec.relation} select {names} from read_parquet([{files}]) order by {order}")
    connection.execute("commit")
    return int(connection.execute(f"select count(*) from {spec.relation}").fetchall()[0][0])
