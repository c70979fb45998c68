"""Draws every index and every title that changed, and writes the tables of the warehouse.

What was drawn of an index, and of the titles of all editions together, stays in a folder named by everything it follows
from: its values, its rules and this code. The tables are written from these folders each time, so a warehouse that was
rebuilt has them again. A folder that is not what was written is drawn anew.
"""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path

import duckdb
import numpy as np
import polars as pl

from pipelines.foundation.files import whole_folder
from pipelines.foundation.hashing import hash_file, hash_folders, hash_json
from pipelines.foundation.sql import files_literal, identifier
from pipelines.robustness.index import Index, walk
from pipelines.robustness.inputs import contested_titles, exclusions, ranked_indices, read_index
from pipelines.robustness.rules import IndexKey, Rules, read_rules
from pipelines.robustness.simulation import Simulation, Wanted
from pipelines.robustness.tables import RankedIndex
from pipelines.robustness.titles import FIRMNESS, CarriedIndex, Exclusion, Title, decide_titles
from pipelines.settings import Settings
from pipelines.warehouse.tables import TableSpec

LIBRARIES = ("numpy", "scipy")
NODE_SCORES = "nodes.npz"
HASHES = "hashes.json"
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Kept:
    """What a run did: the indices and titles that were drawn, those that were not, and the rows of each table."""

    drawn: tuple[str, ...]
    unchanged: tuple[str, ...]
    row_counts: dict[str, int]


@dataclass
class _Drawing:
    """One run over all rankings: which folder each has, and which were drawn in it."""

    settings: Settings
    rules: Mapping[IndexKey, Rules]
    progress: Progress
    rebuild: bool
    folders: dict[str, Path] = field(default_factory=dict)
    drawn: list[str] = field(default_factory=list)

    def is_due(self, names: Sequence[str], key: str) -> bool:
        """Whether the rankings of these names have to be drawn into the folder of the key."""
        folder = self.settings.robustness_dir / key
        self.folders |= dict.fromkeys(names, folder)
        if not self.rebuild and _is_whole(folder):
            return False
        self.drawn += names
        return True


def keep_robustness(
    settings: Settings, specs: Sequence[TableSpec], progress: Progress, *, rebuild: bool = False
) -> Kept:
    """Draw what is new, or everything, and write the tables of the specs into the warehouse.

    Raises ``FrameworkError`` where the seeds do not define how an index or a title is varied.
    """
    drawing = _Drawing(settings, read_rules(settings.seeds_dir), progress, rebuild)
    with duckdb.connect(str(settings.warehouse_path), read_only=True) as connection:
        titles, excluding = list(contested_titles(connection)), exclusions(connection)
        for edition, index_code in ranked_indices(connection):
            _keep_index(drawing, read_index(connection, edition, index_code), titles)
    _keep_titles(drawing, titles, excluding)
    folders = list(dict.fromkeys(drawing.folders.values()))
    _forget(settings.robustness_dir, folders)
    with duckdb.connect(str(settings.warehouse_path)) as connection:
        row_counts = {spec.name: _write(connection, spec, folders) for spec in specs}
    unchanged = tuple(name for name in drawing.folders if name not in drawing.drawn)
    return Kept(tuple(drawing.drawn), unchanged, row_counts)


def _keep_index(drawing: _Drawing, index: Index, titles: Sequence[Title]) -> None:
    """Draw an index, with what the titles go on with."""
    rules, ranking, name = drawing.rules[index.edition, index.index_code], RankedIndex(index), _name(index)
    wanted = _wanted(index, titles)
    key = _key(ranking.fingerprint, asdict(rules), wanted.nodes, wanted.positions.tolist())
    if not drawing.is_due([name], key):
        return
    draws = Simulation(index, rules, wanted=wanted).run(drawing.settings.threads)
    with _emptied(drawing.folders[name]) as building:
        for table, frame in ranking.summarise(rules, draws).items():
            frame.write_parquet(building / f"{table}.parquet")
        subjects = np.array([index.subject_ids[place] for place in wanted.positions], dtype=np.str_)
        scores = np.array([draws.nodes[code] for code in wanted.nodes])
        np.savez(building / NODE_SCORES, subject_ids=subjects, codes=np.array(wanted.nodes, np.str_), scores=scores)
    drawing.progress(f"{name}: {index.ranked_count:,} subjects ranked in {rules.draw_count} draws")


def _keep_titles(drawing: _Drawing, titles: Sequence[Title], excluding: Sequence[Exclusion]) -> None:
    """Draw all titles together: whoever wins one may be excluded from the next."""
    if not titles:
        return
    rules = {title.key: drawing.rules[title.index.edition, title.index.index_code] for title in titles}
    read = {(title.index.edition, code) for title in titles for code, _ in title.nodes.values()}
    folders = {key: drawing.folders[name] for key in read if (name := f"{key[1]} {key[0]}") in drawing.folders}
    key = _key(
        [title.fingerprint for title in titles],
        [asdict(rules[title.key]) for title in titles],
        [asdict(exclusion) for exclusion in excluding],
        sorted(folder.name for folder in folders.values()),
    )
    names = [_name(title.index) for title in titles]
    if not drawing.is_due(names, key):
        return
    indices: dict[int, dict[str, CarriedIndex]] = {}
    for (edition, code), folder in folders.items():
        indices.setdefault(edition, {})[code] = _carried(folder)
    with _emptied(drawing.folders[names[0]]) as building:
        frames = list(decide_titles(titles, excluding, rules, indices, drawing.settings.threads))
        pl.concat(frames).write_parquet(building / f"{FIRMNESS}.parquet")
    for title in titles:
        count = len(title.index.subject_ids)
        drawing.progress(f"{_name(title.index)}: {count:,} subjects ranked in {rules[title.key].draw_count} draws")


def _wanted(index: Index, titles: Sequence[Title]) -> Wanted:
    """What titles read of an index, of their candidates that are ranked in it."""
    ranked = {subject: place for place, subject in enumerate(index.subject_ids[: index.ranked_count])}
    nodes, subjects = set(), set()
    for title in titles:
        read = {node for code, node in title.nodes.values() if code == index.index_code}
        if read and title.index.edition == index.edition:
            nodes |= read
            subjects |= set(title.index.subject_ids)
    known = {node.code for node in walk(index.root)}
    positions = np.array(sorted(ranked[subject] for subject in subjects if subject in ranked), dtype=np.int64)
    return Wanted(tuple(sorted(nodes & known)), positions)


def _carried(folder: Path) -> CarriedIndex:
    with np.load(folder / NODE_SCORES) as kept:
        nodes = dict(zip(map(str, kept["codes"]), kept["scores"], strict=True))
        return CarriedIndex(tuple(map(str, kept["subject_ids"])), nodes)


def _name(index: Index) -> str:
    return f"{index.index_code} {index.edition}"


def _key(*parts: object) -> str:
    libraries = [version(name) for name in LIBRARIES]
    return hash_json([*parts, hash_folders([Path(__file__).parent]), libraries])


@contextmanager
def _emptied(folder: Path) -> Iterator[Path]:
    """A folder to write into, which is there whole or not at all."""
    shutil.rmtree(folder, ignore_errors=True)
    with whole_folder(folder) as building:
        yield building
        (building / HASHES).write_text(json.dumps(_hashes(building)), encoding="utf-8")


def _is_whole(folder: Path) -> bool:
    """Whether a folder holds what was drawn, byte for byte."""
    try:
        return bool(json.loads((folder / HASHES).read_bytes()) == _hashes(folder))
    except (OSError, ValueError):
        return False


def _hashes(folder: Path) -> dict[str, str]:
    return {path.name: hash_file(path) for path in sorted(folder.iterdir()) if path.name != HASHES}


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
