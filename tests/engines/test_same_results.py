"""The same models from the same landing files: what Spark builds is what DuckDB builds.

Whole numbers, text, dates and truth values are equal; floating-point numbers to one part in a billion.
"""

from pathlib import Path

import duckdb
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from pipelines.example import ExampleOptions, write_example
from pipelines.settings import MODELS_DIR, Settings
from pipelines.warehouse.tables import TableSpec
from tests.fixtures.warehouse import build, build_on_spark, ingest, tables_of

pytestmark = pytest.mark.spark
# Home pages come from archives of whole pages, and the example delivers none; one edition has no other beside it;
# nothing of the example is corrected.
WITHOUT_EXAMPLE = {"core.fct_site_home", "trends.trend_over_time", "audit.correction"}
RELATIVE_TOLERANCE = 1e-9


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The example edition, landed once and built on both engines."""
    folder = tmp_path_factory.mktemp("engines")
    settings = Settings(home=folder / "home", inbox=folder / "inbox", edition=2017)
    write_example(settings.inbox_dir, ExampleOptions(), lambda message: None)
    ingest(settings)
    build(settings)
    build_on_spark(settings)
    return settings


@pytest.fixture(scope="module")
def tables(example: Settings) -> list[TableSpec]:
    return tables_of(example)


def duckdb_rows(settings: Settings, table: TableSpec) -> pl.DataFrame:
    with duckdb.connect(str(settings.warehouse_path), read_only=True) as connection:
        return in_order(connection.sql(f"select * from {table.full_name}").pl(), table)


def spark_rows(settings: Settings, table: TableSpec) -> pl.DataFrame:
    files = settings.spark_dir / f"{table.schema_name}.db" / table.name / "*.parquet"
    names = ", ".join(column.name for column in table.columns)
    return in_order(duckdb.sql(f"select {names} from read_parquet('{files}')").pl(), table)


def in_order(frame: pl.DataFrame, table: TableSpec) -> pl.DataFrame:
    # Spark writes a timestamp with the zone UTC, DuckDB without one: both mean UTC.
    zoned = [name for name, kind in frame.schema.items() if isinstance(kind, pl.Datetime) and kind.time_zone]
    return frame.with_columns(pl.col(zoned).dt.replace_time_zone(None)).sort(table.key)


def test_every_published_table_has_the_same_rows(example: Settings, tables: list[TableSpec]) -> None:
    assert len(tables) > 10
    differences = []
    for table in tables:
        expected, found = duckdb_rows(example, table), spark_rows(example, table)
        assert len(expected) or table.full_name in WITHOUT_EXAMPLE, table.full_name
        try:
            assert_frame_equal(found, expected, check_exact=False, rel_tol=RELATIVE_TOLERANCE, abs_tol=0)
        except AssertionError as difference:
            differences.append(f"{table.full_name} differs between the engines: {difference}")
    assert not differences, "\n".join(differences)


def test_the_figures_of_the_bulletin_come_out_on_spark(example: Settings, tables: list[TableSpec]) -> None:
    [figure] = [table for table in tables if table.full_name == "trends.figure"]
    computed = dict(spark_rows(example, figure).select("figure_id", "computed").rows())
    assert computed["trend2.running_sites"] == 29_431
    assert computed["trend3.integrated_platforms"] == 29


def test_no_engine_writes_into_the_other(example: Settings) -> None:
    assert {path.name for path in example.spark_dir.glob("*.db")} >= {"core.db", "trends.db", "audit.db"}
    assert not list(Path(MODELS_DIR).glob("*.log"))
