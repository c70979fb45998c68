"""Builds the warehouse of a small inbox by the real steps, without Dagster around them, and reads what came out."""

import os
import subprocess

import duckdb
import polars as pl

from pipelines.candidate import TableSpec
from pipelines.contracts import load_contracts
from pipelines.dbt_project import dbt_executable, published_tables, read_manifest
from pipelines.ingest import ingest_source
from pipelines.settings import MODELS_DIR, Settings


def ingest(settings: Settings) -> None:
    """Bring the landing of every source in line with the inbox."""
    for contract in load_contracts().values():
        ingest_source(contract, settings, lambda message: None)


def build(settings: Settings, target: str = "duckdb") -> None:
    """Build every seed and model on one engine; incremental tables grow."""
    command = [dbt_executable(), "build", "--target", target, "--exclude-resource-type", "test", "unit_test"]
    places = ["--project-dir", str(MODELS_DIR), "--profiles-dir", str(MODELS_DIR)]
    environment = os.environ | settings.environment() | {"DBT_TARGET_PATH": str(settings.home_dir / "dbt" / target)}
    settings.spark_dir.mkdir(parents=True, exist_ok=True)
    built = subprocess.run(
        [*command, *places], env=environment, cwd=settings.spark_dir, capture_output=True, text=True, check=False
    )
    assert built.returncode == 0, built.stdout[-5000:]


def tables_of(settings: Settings) -> list[TableSpec]:
    """The published tables, as the models declare them."""
    return published_tables(read_manifest(settings))


def rows_of(settings: Settings, table: str) -> pl.DataFrame:
    """The rows of a table of the warehouse, in one order."""
    with duckdb.connect(str(settings.warehouse_path), read_only=True) as connection:
        return connection.sql(f"select * from {table} order by all").pl()
