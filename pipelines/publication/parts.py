"""The two parts of a release: what everybody may see, and what stays with the centre.

A mark on a table or a column in the models' YAML (``internal``) keeps it out of the public part. Whatever people read
is written from the database of the public part, which holds nothing else, so that no page, workbook or document can
show what is internal.
"""

import shutil
from collections.abc import Sequence
from pathlib import Path

import duckdb

from pipelines.errors import CepingError
from pipelines.foundation.files import link_or_copy
from pipelines.foundation.hashing import hash_file
from pipelines.foundation.sql import files_literal, identifier, literal
from pipelines.gate.candidate import Candidate, FrozenTable

PARQUET = "parquet"


def parquet_path(folder: Path, table: FrozenTable) -> Path:
    """The Parquet file of a table in a part of a release."""
    return folder / PARQUET / table.schema_name / f"{table.name}.parquet"


def copy_tables(candidate: Candidate, folder: Path) -> None:
    """Copy every table of the candidate; raises ``CepingError`` where one is missing or is not what was frozen."""
    for table in candidate.tables:
        copy = parquet_path(folder, table)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy_of_candidate(candidate.path(table), copy, candidate)
    require_tables(candidate, folder)


def require_tables(candidate: Candidate, folder: Path) -> None:
    """Check that a folder holds the tables of the candidate, byte for byte; raises ``CepingError`` where it does not.

    From here on no table is read from the candidate again.
    """
    for table in candidate.tables:
        if hash_file(parquet_path(folder, table)) != table.sha256:
            raise CepingError(f"candidate {candidate.content_hash[:12]}: {table.file_name} is not what was judged")


def copy_of_candidate(source: Path, target: Path, candidate: Candidate) -> None:
    """Copy a file of the candidate; raises ``CepingError`` where it is missing."""
    try:
        shutil.copyfile(source, target)
    except FileNotFoundError as cause:
        raise CepingError(f"candidate {candidate.content_hash[:12]}: {source.name} is missing") from cause


def write_public_tables(candidate: Candidate, internal: Path, public: Path) -> Candidate:
    """Write the tables that are public, each without its internal columns, and say what they are.

    A table without an internal column is the same file in both parts.
    """
    with duckdb.connect(":memory:") as connection:
        return candidate.part([_public_table(connection, table, internal, public) for table in _public(candidate)])


def public_tables(candidate: Candidate, public: Path) -> Candidate:
    """What the public part of a release shows of the candidate, as it was written."""
    return candidate.part([_as_public(table, hash_file(parquet_path(public, table))) for table in _public(candidate)])


def _public(candidate: Candidate) -> Sequence[FrozenTable]:
    return [table for table in candidate.tables if table.public_columns]


def _public_table(
    connection: duckdb.DuckDBPyConnection, table: FrozenTable, internal: Path, public: Path
) -> FrozenTable:
    source, target = parquet_path(internal, table), parquet_path(public, table)
    target.parent.mkdir(parents=True, exist_ok=True)
    if table.public_columns == table.columns:
        link_or_copy(source, target)
        return table
    columns = ", ".join(identifier(column.name) for column in table.public_columns)
    rows = f"select {columns} from read_parquet({files_literal(source)})"
    connection.execute(f"copy ({rows}) to {literal(target)} (format parquet, compression zstd)")
    return _as_public(table, hash_file(target))


def _as_public(table: FrozenTable, sha256: str) -> FrozenTable:
    """The table without its internal columns; a key that one of them belongs to identifies no row any more."""
    columns = table.public_columns
    is_key_whole = set(table.key) <= {column.name for column in columns}
    key = table.key if is_key_whole else ()
    return table.model_copy(update={"columns": columns, "key": key, "sha256": sha256})
