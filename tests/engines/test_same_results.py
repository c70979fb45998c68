"""The same models from the same landing files: what Spark builds is what DuckDB builds.

Whole numbers, text, dates and truth values are equal; floating-point numbers to one part in a billion.
"""

import os
import shutil
import sys
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from pipelines.example import ExampleOptions, write_example
from pipelines.gate.candidate import freeze
from pipelines.robustness.inputs import TABLES_READ
from pipelines.robustness.store import keep_robustness
from pipelines.settings import MODELS_DIR, Engine, Settings
from pipelines.warehouse.build import describe_failures
from pipelines.warehouse.dbt_project import computed_tables
from pipelines.warehouse.spark import build_on_spark, hand_over
from pipelines.warehouse.tables import TableSpec
from tests.fixtures.warehouse import WITHOUT_TESTS, build, figures_of, ingest, project_manifest, rows_of, tables_of

pytestmark = pytest.mark.spark
# Home pages come from archives of whole pages, and the example delivers none; one edition has no other beside it;
# nothing of the example is corrected.
WITHOUT_EXAMPLE = {"core.fct_site_home", "trends.trend_over_time", "audit.correction"}
RELATIVE_TOLERANCE = 1e-9


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The example edition, landed and built on DuckDB."""
    folder = tmp_path_factory.mktemp("engines")
    settings = Settings(home=folder / "home", inbox=folder / "inbox", edition=2017)
    write_example(settings.inbox_dir, ExampleOptions(), lambda message: None)
    ingest(settings)
    build(settings)
    return settings


@pytest.fixture(scope="module")
def on_spark(example: Settings) -> Settings:
    """A home of the same landing, built on Spark and handed over."""
    dbt = Path(sys.executable).parent / "dbt"
    settings = example.for_run(home=example.home_dir.parent / "on-spark", engine=Engine.spark, spark_dbt=dbt)
    shutil.copytree(example.landing_dir, settings.landing_dir, copy_function=os.link)
    result = build_on_spark(settings, WITHOUT_TESTS, lambda place, number, name: None)
    assert result.is_successful, describe_failures(settings, result, most=5)
    hand_over(settings, project_manifest(), TABLES_READ)
    return settings


@pytest.fixture(scope="module")
def tables(example: Settings) -> list[TableSpec]:
    return tables_of(example)


def rows_in_order(settings: Settings, table: TableSpec) -> pl.DataFrame:
    return rows_of(settings, table.full_name).sort(table.key)


def test_every_published_table_has_the_same_rows(
    example: Settings, on_spark: Settings, tables: list[TableSpec]
) -> None:
    assert len(tables) > 10
    differences = []
    for table in tables:
        expected, found = rows_in_order(example, table), rows_in_order(on_spark, table)
        assert len(expected) or table.full_name in WITHOUT_EXAMPLE, table.full_name
        try:
            assert_frame_equal(found, expected, check_exact=False, rel_tol=RELATIVE_TOLERANCE, abs_tol=0)
        except AssertionError as difference:
            differences.append(f"{table.full_name} differs between the engines: {difference}")
    assert not differences, "\n".join(differences)


def test_what_was_handed_over_is_drawn_and_frozen_like_any_warehouse(
    example: Settings, on_spark: Settings, tables: list[TableSpec]
) -> None:
    drawn = computed_tables(project_manifest(), "robustness", "firmness")
    for settings in (example, on_spark):
        keep_robustness(settings, drawn, lambda message: None)
    published = [*tables, *drawn]
    here, there = (
        freeze(settings.warehouse_path, published, settings.edition, settings.candidates_dir, engine=settings.engine)
        for settings in (example, on_spark)
    )
    assert (here.engine, there.engine) == (Engine.duckdb, Engine.spark)
    assert [table.row_count for table in there.tables] == [table.row_count for table in here.tables]
    same = [
        table.full_name for table, other in zip(there.tables, here.tables, strict=True) if table.sha256 == other.sha256
    ]
    assert len(same) > len(published) / 2


def test_the_figures_of_the_bulletin_come_out_on_spark(on_spark: Settings) -> None:
    computed = figures_of(on_spark)
    assert computed["trend2.running_sites"] == 29_431
    assert computed["trend3.integrated_platforms"] == 29


def test_no_engine_writes_into_the_other(example: Settings, on_spark: Settings) -> None:
    assert {path.name for path in on_spark.spark_dir.glob("*.db")} >= {"core.db", "trends.db", "audit.db"}
    assert not example.spark_dir.exists()
    assert not list(Path(MODELS_DIR).glob("*.log"))
