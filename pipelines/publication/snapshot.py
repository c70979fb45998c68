"""The DuckDB file of a release: the candidate's tables with their descriptions, a catalog of them, and SQL macros.

The file is written in the storage format of DuckDB 1.0, which every later client reads. Its bytes are not
reproducible: DuckDB samples at random when it chooses and trains compression (FSST, ALP), so two builds of the same
rows differ from a few thousand rows on. What is reproducible are the rows; ``parquet/`` holds them in bytes that are.
"""

import re
from collections.abc import Iterable
from pathlib import Path

import duckdb

from pipelines.candidate import Candidate, FrozenTable
from pipelines.errors import CepingError
from pipelines.publication.model_sql import render_macro

STORAGE_VERSION = "v1.0.0"
MACROS_DIR = Path(__file__).parent / "macros"
TABLES_READ = re.compile(r"\b(?:from|join)\s+([a-z_]+[.][a-z_0-9]+)")
CATALOG_SCHEMA = "reference"
CATALOG_TABLE = "catalog"
CATALOG_DESCRIPTION = "Every column of the release with its meaning. | 本版本全部数据列及其含义。"
CATALOG_COLUMNS = {
    "table_name": "Schema and table, or name of a macro. | 模式与表名，或宏名。",
    "column_name": "Column; empty in the row that describes the table or macro. | 列名；描述整张表或宏的行为空。",
    "data_type": "DuckDB type, or macro. | DuckDB 数据类型，或宏。",
    "description_en": "Description in English. | 英文说明。",
    "description_zh": "Description in Chinese. | 中文说明。",
}


def write_snapshot(candidate: Candidate, parquet_dir: Path, path: Path) -> None:
    """Load ``parquet_dir/<schema>/<table>.parquet`` of every table of the candidate into a new DuckDB file.

    Raises ``CepingError`` where a table comes out with other rows than were frozen.
    """
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"attach {_text(path)} as snapshot (storage_version '{STORAGE_VERSION}')")
        connection.execute("use snapshot")
        for table in candidate.tables:
            _load_table(connection, table, parquet_dir)
        _write_catalog(connection, candidate.tables)
        _create_macros(connection, {table.full_name for table in candidate.tables})
        connection.execute("use memory")
        connection.execute("detach snapshot")
    path.with_name(f"{path.name}.wal").unlink(missing_ok=True)


def split_description(description: str) -> tuple[str, str]:
    """Take apart a description ``English | Chinese``; a text without a bar stands for both."""
    english, bar, chinese = description.rpartition(" | ")
    return (english.strip(), chinese.strip()) if bar else (description.strip(), description.strip())


def _load_table(connection: duckdb.DuckDBPyConnection, table: FrozenTable, parquet_dir: Path) -> None:
    target = f"{_name(table.schema_name)}.{_name(table.name)}"
    source = parquet_dir / table.schema_name / f"{table.name}.parquet"
    connection.execute(f"create schema if not exists {_name(table.schema_name)}")
    connection.execute(f"create table {target} as select * from read_parquet({_text(source)})")
    _comment(connection, target, table.description, ((column.name, column.description) for column in table.columns))
    row = connection.execute(f"select count(*) from {target}").fetchone()
    if row is None or row[0] != table.row_count:
        raise CepingError(f"{table.full_name} has other rows in its Parquet file than the candidate says")


def _write_catalog(connection: duckdb.DuckDBPyConnection, tables: Iterable[FrozenTable]) -> None:
    target = f"{_name(CATALOG_SCHEMA)}.{_name(CATALOG_TABLE)}"
    connection.execute(f"create schema if not exists {_name(CATALOG_SCHEMA)}")
    fields = ", ".join(f"{name} varchar" for name in CATALOG_COLUMNS)
    connection.execute(f"create table {target} ({fields})")
    for table in tables:
        described = connection.execute(f"describe {_name(table.schema_name)}.{_name(table.name)}").fetchall()
        types = {row[0]: row[1] for row in described}
        rows: list[tuple[str | None, ...]] = [(table.full_name, None, None, *split_description(table.description))]
        rows += [
            (table.full_name, column.name, types[column.name], *split_description(column.description))
            for column in table.columns
        ]
        connection.executemany(f"insert into {target} values (?, ?, ?, ?, ?)", rows)
    _comment(connection, target, CATALOG_DESCRIPTION, CATALOG_COLUMNS.items())


def _create_macros(connection: duckdb.DuckDBPyConnection, tables: set[str]) -> None:
    """Create each macro of ``macros/``, in name order, whose tables are all there.

    A file is one ``create macro`` statement behind one line of comment, its description in both languages. It may
    embed models (see ``model_sql``).
    """
    catalog = f"{_name(CATALOG_SCHEMA)}.{_name(CATALOG_TABLE)}"
    for path in sorted(MACROS_DIR.glob("*.sql")):
        first_line, _, template = path.read_text(encoding="utf-8").partition("\n")
        statement = render_macro(template)
        if not set(TABLES_READ.findall(statement)) <= tables:
            continue
        description = first_line.removeprefix("--").strip()
        connection.execute(statement)
        kind = "macro table" if re.search(r"\)\s+as\s+table\b", statement) else "macro"
        connection.execute(f"comment on {kind} {_name(path.stem)} is {_text(description)}")
        row = (path.stem, None, kind, *split_description(description))
        connection.execute(f"insert into {catalog} values (?, ?, ?, ?, ?)", row)


def _comment(
    connection: duckdb.DuckDBPyConnection, target: str, description: str, columns: Iterable[tuple[str, str]]
) -> None:
    connection.execute(f"comment on table {target} is {_text(description)}")
    for name, text in columns:
        connection.execute(f"comment on column {target}.{_name(name)} is {_text(text)}")


def _name(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'


def _text(value: str | Path) -> str:
    """Write a value as an SQL literal, where DuckDB takes no parameter."""
    return "'" + str(value).replace("'", "''") + "'"
