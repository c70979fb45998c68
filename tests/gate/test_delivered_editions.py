"""Reference data knows editions of which nothing was delivered: they are neither judged nor published."""

from collections.abc import Collection
from pathlib import Path

import duckdb

from pipelines.gate.candidate import freeze
from pipelines.warehouse.tables import TableColumn, TableSpec

ROWS = "select * from (values (2016, 'a'), (2017, 'b'), (2018, 'c'), (null, 'd')) as t (edition, code)"


def spec(name: str, *columns: str, is_lasting: bool = False) -> TableSpec:
    return TableSpec(
        schema_name="core",
        name=name,
        description="A table. | 表。",
        key=("code",),
        columns=tuple(
            TableColumn(name=column, data_type="string", description="A column. | 列。") for column in columns
        ),
        is_lasting=is_lasting,
    )


SPECS = (
    spec("of_editions", "edition", "code"),
    spec("lasting", "edition", "code", is_lasting=True),
    spec("codes", "code"),
)


def frozen(tmp_path: Path, delivered: Collection[int] | None) -> dict[str, list[str]]:
    warehouse = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create schema core")
        for table in SPECS:
            columns = ", ".join(column.name for column in table.columns)
            connection.execute(f"create table core.{table.name} as select {columns} from ({ROWS})")
    candidate = freeze(warehouse, SPECS, 2017, tmp_path / "candidates", delivered)
    return {
        table.name: [code for (code,) in duckdb.sql(f"select code from '{candidate.path(table)}'").fetchall()]
        for table in candidate.tables
    }


def test_rows_of_delivered_editions_and_of_none_are_frozen(tmp_path: Path) -> None:
    assert frozen(tmp_path, {2018, 2017}) == {
        "of_editions": ["b", "c", "d"],
        "lasting": ["a", "b", "c", "d"],
        "codes": ["a", "b", "c", "d"],
    }


def test_where_nobody_says_what_was_delivered_every_row_is(tmp_path: Path) -> None:
    assert frozen(tmp_path, None)["of_editions"] == ["a", "b", "c", "d"]
