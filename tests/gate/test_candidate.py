"""A candidate is named by what its tables say: neither the order of rows nor the last bits of a number make another."""

from pathlib import Path

import duckdb

from pipelines.gate.candidate import Candidate, freeze
from pipelines.warehouse.tables import TableColumn, TableSpec

SPEC = TableSpec(
    schema_name="core",
    name="score",
    description="A table. | 表。",
    key=("code",),
    columns=tuple(
        TableColumn(name=name, data_type=kind, description="A column. | 列。")
        for name, kind in (("code", "string"), ("score", "double"))
    ),
)


def frozen(folder: Path, rows: str) -> Candidate:
    folder.mkdir()
    with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
        connection.execute("create schema core")
        connection.execute(
            f"create table core.score as select code, score::double as score from (values {rows}) as t (code, score)"
        )
    return freeze(folder / "warehouse.duckdb", [SPEC], 2017, folder / "candidates")


def test_the_same_rows_of_two_engines_are_one_candidate(tmp_path: Path) -> None:
    here = frozen(tmp_path / "here", "('a', '0.3'), ('b', '68.72007154935'), ('c', null)")
    there = frozen(tmp_path / "there", "('c', null), ('b', '68.720071549349985'), ('a', '0.30000000000000004')")
    assert there.content_hash == here.content_hash
    rows = duckdb.sql(f"select * from '{here.path_of('core.score')}'").fetchall()
    assert rows == [("a", 0.3), ("b", 68.7200715494), ("c", None)]


def test_a_digit_that_counts_makes_another(tmp_path: Path) -> None:
    here, there = (frozen(tmp_path / name, f"('a', '{score}')") for name, score in (("x", 0.3), ("y", 0.300000000001)))
    assert there.content_hash != here.content_hash
