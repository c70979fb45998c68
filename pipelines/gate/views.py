"""The candidate's tables as a DuckDB connection sees them, beside those of the release it is compared with."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb

from pipelines.foundation.sql import files_literal, identifier, literal, qualified
from pipelines.gate.baseline import Baseline
from pipelines.gate.candidate import Candidate, FrozenTable
from pipelines.warehouse.tables import TableSpec


@contextmanager
def open_views(candidate: Candidate, baseline: Baseline | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB connection that sees the candidate's tables as ``schema.table``, and no file outside the candidate.

    The same tables of the release it is compared with are ``last_<schema>.table``: with the candidate's columns, and
    without rows where there is no such release. ``gate.text_value`` has every distinct text of every table, and whether
    it is internal; ``gate.table_count`` the rows of every table, now and then.
    """
    with duckdb.connect(":memory:") as connection:
        connection.execute("set threads = 1")
        connection.execute("set python_enable_replacements = false")
        for table in candidate.tables:
            connection.execute(f"create schema if not exists {identifier(table.schema_name)}")
            connection.execute(f"create view {table.relation} as {_from(candidate.path(table))}")
            _create_last(connection, table, baseline)
        create_gate_views(connection, candidate.tables, are_frozen=True)
        folders = [candidate.folder, *([baseline.folder] if baseline else [])]
        # DuckDB asks for the pattern it was given as well as for the file it finds by it.
        allowed = ", ".join(form(folder) for folder in folders for form in (literal, files_literal))
        connection.execute(f"set allowed_directories = [{allowed}]")
        connection.execute("set enable_external_access = false")
        connection.execute("set lock_configuration = true")
        yield connection


def create_gate_views(
    connection: duckdb.DuckDBPyConnection, tables: Sequence[TableSpec], *, are_frozen: bool = False
) -> None:
    """Make the views over all tables at once, ``gate.text_value`` and ``gate.table_count``.

    Where the tables are frozen their texts are gathered once, and not anew for each rule: it takes a second.
    """
    public = {(table.full_name, column.name) for table in tables for column in table.public_columns}
    texts = [
        f"select '{table.full_name}' as table_name, '{column}' as column_name, {identifier(column)} as value, "
        f"{str((table.full_name, column) not in public).lower()} as is_internal, count(*) as row_count "
        f"from {table.relation} where {identifier(column)} is not null group by {identifier(column)}"
        for table in tables
        for column, kind, *_ in connection.execute(f"describe {table.relation}").fetchall()
        if kind == "VARCHAR"
    ]
    counts = [
        f"select '{table.full_name}' as table_name, "
        f"(select count(*) from {table.relation}) as row_count, "
        f"(select count(*) from {qualified(f'last_{table.full_name}')}) as last_row_count"
        for table in tables
    ]
    if any(table.full_name == "trends.trend_cell" for table in tables):
        # What a release shows as a table is counted as one: a table may empty while the cells of others grow.
        counts.append(
            "select 'trends.' || trend_table, count(*) filter (is_now), count(*) filter (not is_now) from ("
            "select trend_table, true as is_now from trends.trend_cell "
            "union all select trend_table, false from last_trends.trend_cell) group by trend_table"
        )
    nothing = (
        "select null::varchar as table_name, null::varchar as column_name, null::varchar as value, "
        "false as is_internal, 0 as row_count"
    )
    connection.execute("create schema if not exists gate")
    kind, found = "table" if are_frozen else "view", " union all ".join(texts) or f"{nothing} limit 0"
    connection.execute(f"create {kind} gate.text_value as {found}")
    connection.execute(f"create view gate.table_count as {' union all '.join(counts)}")


def _create_last(connection: duckdb.DuckDBPyConnection, table: FrozenTable, baseline: Baseline | None) -> None:
    """The table as the earlier release has it, in the columns of today; what it lacks or has otherwise is null."""
    path = baseline.path(table.schema_name, table.name) if baseline else None
    now = connection.execute(f"describe {table.relation}").fetchall()
    then = set() if path is None else {row[0] for row in connection.execute(f"describe {_from(path)}").fetchall()}
    columns = ", ".join(
        f"try_cast({identifier(column) if column in then else 'null'} as {kind}) as {identifier(column)}"
        for column, kind, *_ in now
    )
    rows = "(select 1) limit 0" if path is None else _parquet(path)
    connection.execute(f"create schema if not exists {identifier(f'last_{table.schema_name}')}")
    connection.execute(f"create view {qualified(f'last_{table.full_name}')} as select {columns} from {rows}")


def _parquet(path: Path) -> str:
    return f"read_parquet({files_literal(path)})"


def _from(path: Path) -> str:
    return f"select * from {_parquet(path)}"
