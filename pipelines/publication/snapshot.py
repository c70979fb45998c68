"""The DuckDB file of a release: the candidate's tables with their descriptions, a catalog of them, and SQL macros.

The file is written in the storage format of DuckDB 1.0, which every later client reads. Its bytes are not
reproducible: DuckDB samples at random when it chooses and trains compression (FSST, ALP), so two builds of the same
rows differ from a few thousand rows on. What is reproducible are the rows; ``parquet/`` holds them in bytes that are.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa

from pipelines.errors import CepingError
from pipelines.foundation.bilingual import Bilingual
from pipelines.foundation.sql import files_literal, identifier, literal, qualified
from pipelines.gate.candidate import Candidate, FrozenTable
from pipelines.publication.card_views import CardView, card_views
from pipelines.publication.model_sql import TABLES_READ, render_macro
from pipelines.publication.trend_views import CELLS, NAME, trend_views

STORAGE_VERSION = "v1.0.0"
MACROS_DIR = Path(__file__).parent / "macros"
CATALOG_SCHEMA = "reference"
CATALOG_TABLE = "catalog"
CATALOG_DESCRIPTION = "Every table, column and macro with its meaning. | 全部数据表、列与宏及其含义。"
CATALOG_COLUMNS = {
    "table_name": "Schema and table, or name of a macro. | 模式与表名，或宏名。",
    "column_name": "Column; empty in the row that describes the table or macro. | 列名；描述整张表或宏的行为空。",
    "data_type": "DuckDB type; kind and parameters of a macro. | DuckDB 数据类型；宏的种类与参数。",
    "description_en": "Description in English. | 英文说明。",
    "description_zh": "Description in Chinese. | 中文说明。",
    "row_count": "Rows of the table; empty for columns and macros. | 表的行数；列与宏为空。",
}
VIEW_DESCRIPTION = "The catalog as it is easiest to read: start here. | 便于阅读的目录，从这里开始。"
VIEW_COLUMNS = {
    "schema_name": "Schema; empty for a macro. | 模式；宏为空。",
    "table_name": "Table, or name of a macro. | 表名，或宏名。",
    "column_name": CATALOG_COLUMNS["column_name"],
    "data_type": CATALOG_COLUMNS["data_type"],
    "description_zh": CATALOG_COLUMNS["description_zh"],
    "description_en": CATALOG_COLUMNS["description_en"],
    "row_count": CATALOG_COLUMNS["row_count"],
}
VIEW = f"""
create view {CATALOG_TABLE} as
select
    case when table_name like '%.%' then split_part(table_name, '.', 1) end as schema_name,
    case when table_name like '%.%' then split_part(table_name, '.', 2) else table_name end as table_name,
    column_name, data_type, description_zh, description_en, row_count
from {CATALOG_SCHEMA}.{CATALOG_TABLE}
"""
# A row of the catalog.
Entry = tuple[str, str | None, str | None, str, str, int | None]


def write_snapshot(candidate: Candidate, parquet_dir: Path, path: Path) -> None:
    """Load ``parquet_dir/<schema>/<table>.parquet`` of every table of the candidate into a new DuckDB file.

    Raises ``CepingError`` where a table comes out with other rows than were frozen.
    """
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"attach {literal(path)} as snapshot (storage_version '{STORAGE_VERSION}')")
        connection.execute("use snapshot")
        for table in candidate.tables:
            _load_table(connection, table, parquet_dir)
        # Thousands of comments and rows: each would be a transaction of its own.
        connection.begin()
        views = trend_views(connection, candidate.tables)
        for view in views:
            _create_trend_view(connection, view)
        _create_catalog(connection)
        entries = list(_of_tables(connection, [*candidate.tables, *views]))
        for card in card_views({table.full_name for table in candidate.tables}):
            entries += _create_card_view(connection, card)
        entries += _create_macros(connection, candidate.tables)
        _fill_catalog(connection, entries)
        connection.commit()
        connection.execute("use memory")
        connection.execute("detach snapshot")
    path.with_name(f"{path.name}.wal").unlink(missing_ok=True)


def _load_table(connection: duckdb.DuckDBPyConnection, table: FrozenTable, parquet_dir: Path) -> None:
    source = parquet_dir / table.schema_name / f"{table.name}.parquet"
    connection.begin()
    connection.execute(f"create schema if not exists {identifier(table.schema_name)}")
    connection.execute(f"create table {table.relation} as select * from read_parquet({files_literal(source)})")
    _comment(
        connection, table.relation, table.description, ((column.name, column.description) for column in table.columns)
    )
    connection.commit()
    [(count,)] = connection.execute(f"select count(*) from {table.relation}").fetchall()
    if count != table.row_count:
        raise CepingError(f"{table.full_name}: expected {table.row_count:,} rows, found {count:,} in its Parquet file")


def _create_trend_view(connection: duckdb.DuckDBPyConnection, view: FrozenTable) -> None:
    target = qualified(view.full_name)
    columns = ", ".join(identifier(column.name) for column in view.columns)
    connection.execute(f"create view {target} as select {columns} from {CELLS} where {NAME} = {literal(view.name)}")
    described = ((column.name, column.description) for column in view.columns)
    _comment(connection, target, view.description, described, kind="view")


def _create_card_view(connection: duckdb.DuckDBPyConnection, view: CardView) -> Iterator[Entry]:
    connection.execute(view.statement)
    _comment(connection, qualified(view.full_name), view.description, view.columns, kind="view")
    types = {row[0]: row[1] for row in connection.execute(f"describe {qualified(view.full_name)}").fetchall()}
    [(row_count,)] = connection.execute(f"select count(*) from {qualified(view.full_name)}").fetchall()
    yield _entry(view.full_name, None, None, view.description, row_count)
    for name, description in view.columns:
        yield _entry(view.full_name, name, types[name], description)


def _create_catalog(connection: duckdb.DuckDBPyConnection) -> None:
    target = f"{CATALOG_SCHEMA}.{CATALOG_TABLE}"
    connection.execute(f"create schema if not exists {CATALOG_SCHEMA}")
    fields = ", ".join(f"{name} {'bigint' if name == 'row_count' else 'varchar'}" for name in CATALOG_COLUMNS)
    connection.execute(f"create table {target} ({fields})")
    _comment(connection, target, CATALOG_DESCRIPTION, CATALOG_COLUMNS.items())
    connection.execute(VIEW)
    _comment(connection, CATALOG_TABLE, VIEW_DESCRIPTION, VIEW_COLUMNS.items(), kind="view")


def _of_tables(connection: duckdb.DuckDBPyConnection, tables: Iterable[FrozenTable]) -> Iterator[Entry]:
    for table in tables:
        described = connection.execute(f"describe {table.relation}").fetchall()
        types = {row[0]: row[1] for row in described}
        yield _entry(table.full_name, None, None, table.description, table.row_count)
        for column in table.columns:
            yield _entry(table.full_name, column.name, types[column.name], column.description)


def _entry(
    name: str, column: str | None, data_type: str | None, description: Bilingual, row_count: int | None = None
) -> Entry:
    return name, column, data_type, description.english, description.zh, row_count


def _fill_catalog(connection: duckdb.DuckDBPyConnection, entries: Sequence[Entry]) -> None:
    """Write all entries at once: a statement a row would take longer than the tables themselves."""
    target = f"{CATALOG_SCHEMA}.{CATALOG_TABLE}"
    types = [pa.int64() if name == "row_count" else pa.string() for name in CATALOG_COLUMNS]
    columns = [pa.array(values, type=kind) for values, kind in zip(zip(*entries, strict=True), types, strict=True)]
    connection.register("entries", pa.table(columns, names=list(CATALOG_COLUMNS)))
    connection.execute(f"insert into {target} select * from entries")
    connection.unregister("entries")


def _create_macros(connection: duckdb.DuckDBPyConnection, tables: Sequence[FrozenTable]) -> Iterator[Entry]:
    """Create each macro of ``macros/``, in name order, whose tables are all there.

    A file is one ``create macro`` statement behind one line of comment, its description in both languages. It may
    embed models (see ``model_sql``).
    """
    there = {table.full_name for table in tables} | {f"{CATALOG_SCHEMA}.{CATALOG_TABLE}"}
    columns = {(table.full_name, column.name) for table in tables for column in table.columns}
    for path in sorted(MACROS_DIR.glob("*.sql")):
        first_line, _, template = path.read_text(encoding="utf-8").partition("\n")
        statement = render_macro(template, columns)
        if not set(TABLES_READ.findall(statement)) <= there:
            continue
        description = Bilingual.read(first_line.removeprefix("--"))
        connection.execute(statement)
        kind = "macro table" if re.search(r"\)\s+as\s+table\b", statement) else "macro"
        connection.execute(f"comment on {kind} {identifier(path.stem)} is {literal(str(description))}")
        parameters = re.findall(rf"create macro {path.stem}\s*(\([^)]*\))", statement)[0]
        yield _entry(path.stem, None, f"{kind} {parameters}", description)


def _comment(
    connection: duckdb.DuckDBPyConnection,
    target: str,
    description: Bilingual | str,
    columns: Iterable[tuple[str, Bilingual | str]],
    kind: str = "table",
) -> None:
    connection.execute(f"comment on {kind} {target} is {literal(str(description))}")
    for name, text in columns:
        connection.execute(f"comment on column {target}.{identifier(name)} is {literal(str(text))}")
