"""The candidate: the tables to be published, frozen to Parquet and named by the hash of their contents.

Layout: ``candidates/<content hash>/candidate.json`` and ``tables/<schema>.<table>.parquet``. The gate writes its
verdict beside them. A candidate is never changed: other contents are another candidate.
"""

import json
import re
import shutil
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Self

import duckdb
from pydantic import BaseModel, Field

from pipelines.errors import GateError
from pipelines.foundation.files import building_folder
from pipelines.foundation.hashing import hash_file, hash_json
from pipelines.foundation.progress import report
from pipelines.foundation.sql import identifier, literal, significant
from pipelines.settings import Engine
from pipelines.warehouse.tables import TableColumn, TableSpec

DECLARATION = "candidate.json"
NAME = "[0-9a-f]{64}"
# A run that finds nothing new does not look at candidates.
WAY_ON = "ceping run --rebuild freezes it anew"


class FrozenTable(TableSpec):
    """A table of a candidate: what was declared, and the bytes it was frozen to."""

    row_count: int
    sha256: str

    @property
    def file_name(self) -> str:
        """Name of the Parquet file in the candidate's ``tables`` folder."""
        return f"{self.full_name}.parquet"


class Candidate(BaseModel, frozen=True, extra="forbid"):
    """A frozen set of tables."""

    folder: Path
    edition: int
    is_synthetic: bool = Field(description="Whether any row of it was made by the generator of the example.")
    tables: tuple[FrozenTable, ...]
    engine: Engine = Field(default=Engine.duckdb, description="What built the models of which the tables came.")
    part_of: str | None = Field(default=None, exclude=True, description="Hash of the candidate it is a part of.")
    is_preview: bool = Field(default=False, exclude=True, description="Whether it is shown before it is published.")

    @property
    def content_hash(self) -> str:
        """Hash over the edition, every table's bytes, every description, and whether any row is synthetic."""
        return self.part_of or hash_json(self.model_dump(mode="json", exclude={"folder", "engine"}))

    def part(self, tables: Sequence[FrozenTable]) -> Self:
        """What a part of a release shows of the candidate: it goes by the name of the whole."""
        return self.model_copy(update={"tables": tuple(tables), "part_of": self.content_hash})

    def table(self, full_name: str) -> FrozenTable:
        """The table called ``schema.name``; raises ``KeyError`` where the candidate has none."""
        for table in self.tables:
            if table.full_name == full_name:
                return table
        raise KeyError(f"the candidate has no table {full_name}")

    def path(self, table: FrozenTable) -> Path:
        """The Parquet file of a table."""
        return self.folder / "tables" / table.file_name

    def path_of(self, full_name: str) -> Path:
        """The Parquet file of the table called ``schema.name``; raises ``KeyError`` where the candidate has none."""
        return self.path(self.table(full_name))

    @classmethod
    def open(cls, folder: Path) -> Self:
        """The candidate in a folder, every byte of it checked against its name.

        Raises ``GateError`` where a file is missing or was changed after it was frozen.
        """
        name = f"candidate {folder.name[:12]}"
        try:
            declared = json.loads((folder / DECLARATION).read_text(encoding="utf-8"))
            candidate = cls.model_validate({**declared, "folder": folder})
        except (OSError, ValueError, TypeError) as cause:
            raise GateError(f"{name}: {DECLARATION} is missing or of another version; {WAY_ON}") from cause
        for table in candidate.tables:
            path = candidate.path(table)
            if not path.is_file() or hash_file(path) != table.sha256:
                raise GateError(f"{name}: {table.file_name} is not the file that was frozen; {WAY_ON}")
        if candidate.content_hash != folder.name:
            raise GateError(f"{name}: its contents have another hash than its name; {WAY_ON}")
        return candidate


def open_newest(candidates_dir: Path, newest_path: Path) -> Candidate:
    """The candidate that was frozen last; raises ``GateError`` where there is none."""
    try:
        name = newest_path.read_text(encoding="utf-8")
    except FileNotFoundError as missing:
        raise GateError("there is no candidate yet: build the models and freeze them first") from missing
    except (OSError, UnicodeDecodeError):
        name = ""
    if not re.fullmatch(NAME, name):
        raise GateError(f"{newest_path} names no candidate; {WAY_ON}")
    return Candidate.open(candidates_dir / name)


def find_candidate(candidates_dir: Path, name: str) -> Candidate:
    """The one candidate whose hash begins so; raises ``GateError`` where none or several do."""
    found = sorted(candidates_dir.glob(f"{name}*/{DECLARATION}"))
    if len(found) != 1:
        raise GateError(f"expected one candidate called {name} in {candidates_dir}, found {len(found)}")
    return Candidate.open(found[0].parent)


def freeze(
    warehouse: Path,
    specs: Sequence[TableSpec],
    edition: int,
    candidates_dir: Path,
    delivered: Collection[int] | None = None,
    engine: Engine = Engine.duckdb,
) -> Candidate:
    """Write the tables, ordered by their keys, to Parquet, and name the folder by the contents.

    The same rows give the same bytes, so freezing an unchanged warehouse returns the candidate that is there; of
    floating-point numbers the significant digits alone, which are the same whatever engine built them.
    ``delivered`` are the editions of which there are files: reference data knows others too, of which nothing is to be
    judged or published.
    """
    with building_folder(candidates_dir / str(edition)) as building:
        (building / "tables").mkdir()
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            frozen = tuple(_freeze_table(connection, spec, building / "tables", delivered) for spec in specs)
            is_synthetic = any(_is_synthetic(connection, spec) for spec in specs)
        candidate = Candidate(folder=building, edition=edition, is_synthetic=is_synthetic, tables=frozen, engine=engine)
        declared = candidate.model_dump_json(exclude={"folder"}, indent=1)
        (building / DECLARATION).write_text(declared, encoding="utf-8")
        final = candidates_dir / candidate.content_hash
        if final.exists() and not _is_whole(final):
            report("candidate", f"{final} was damaged; it is frozen anew")
            shutil.rmtree(final)
        if not final.exists():
            building.rename(final)
    return Candidate.open(final)


def _is_whole(folder: Path) -> bool:
    try:
        Candidate.open(folder)
    except GateError:
        return False
    return True


def _freeze_table(
    connection: duckdb.DuckDBPyConnection, spec: TableSpec, folder: Path, delivered: Collection[int] | None
) -> FrozenTable:
    path = folder / f"{spec.full_name}.parquet"
    columns = ", ".join(_frozen_column(column) for column in spec.columns)
    order = ", ".join(f"{identifier(name)} nulls last" for name in spec.key) or "all"
    others = "false"
    if delivered is not None and spec.is_by_edition:
        others = f"edition is not null and not list_contains({sorted(delivered)}, edition)"
    query = f"select {columns} from {spec.relation} where not ({others}) order by {order}"
    copied = connection.execute(f"copy ({query}) to {literal(path)} (format parquet, compression zstd)").fetchone()
    return FrozenTable(**spec.model_dump(), row_count=copied[0] if copied else 0, sha256=hash_file(path))


def _frozen_column(column: TableColumn) -> str:
    name = identifier(column.name)
    return f"{significant(name)} as {name}" if column.data_type == "double" else name


def _is_synthetic(connection: duckdb.DuckDBPyConnection, spec: TableSpec) -> bool:
    """Whether any row of a table was made by the generator."""
    if all(column.name != "is_synthetic" for column in spec.columns):
        return False
    [(found,)] = connection.execute(f"select bool_or(is_synthetic) from {spec.relation}").fetchall()
    return bool(found)
