"""Builds the warehouse of a small inbox by the real steps, without Dagster around them, and reads what came out."""

import os
import subprocess

import duckdb
import polars as pl

from pipelines.building import mark_built, take_scope
from pipelines.candidate import TableSpec
from pipelines.contracts import load_contracts
from pipelines.dbt_project import built_tables, dbt_executable, read_manifest
from pipelines.ingest import ingest_source
from pipelines.settings import MODELS_DIR, Settings


def ingest(settings: Settings) -> None:
    """Bring the landing of every source in line with the inbox."""
    for contract in load_contracts().values():
        ingest_source(contract, settings, lambda message: None)


def build(settings: Settings) -> None:
    """Build every seed and model; where the warehouse was built before, only what has changed."""
    settings.warehouse_path.parent.mkdir(parents=True, exist_ok=True)
    scope = take_scope(settings)
    _dbt_build(settings, "duckdb", scope.arguments)
    mark_built(settings)


def build_on_spark(settings: Settings) -> None:
    """Build every seed and model on Spark."""
    settings.spark_dir.mkdir(parents=True, exist_ok=True)
    _dbt_build(settings, "spark", [])


def _dbt_build(settings: Settings, target: str, arguments: list[str]) -> None:
    command = [dbt_executable(), "build", "--target", target, "--exclude-resource-type", "test", "unit_test"]
    places = ["--project-dir", str(MODELS_DIR), "--profiles-dir", str(MODELS_DIR)]
    environment = os.environ | settings.environment() | {"DBT_TARGET_PATH": str(settings.home_dir / "dbt" / target)}
    built = subprocess.run(
        [*command, *arguments, *places],
        env=environment,
        cwd=settings.spark_dir if target == "spark" else settings.home_dir,
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stdout[-5000:]


def tables_of(settings: Settings) -> list[TableSpec]:
    """The published tables that dbt builds, as the models declare them."""
    return built_tables(read_manifest(settings))


def rows_of(settings: Settings, table: str) -> pl.DataFrame:
    """The rows of a table of the warehouse, in one order."""
    with duckdb.connect(str(settings.warehouse_path), read_only=True) as connection:
        return connection.sql(f"select * from {table} order by all").pl()
