"""Builds the warehouse of a small inbox by the real steps, without Dagster around them, and reads what came out."""

import json
import multiprocessing
import os
import subprocess
import tempfile
from functools import cache
from multiprocessing.context import BaseContext
from pathlib import Path

import duckdb
import polars as pl

from pipelines.ingest.contracts import load_contracts
from pipelines.ingest.source import ingest_source
from pipelines.settings import MODELS_DIR, Settings
from pipelines.warehouse.dbt_project import Manifest, built_tables, dbt_executable
from pipelines.warehouse.scope import mark_built, take_scope
from pipelines.warehouse.tables import TableSpec

WITHOUT_TESTS = ("--exclude-resource-type", "test", "unit_test")


def ingest(settings: Settings) -> None:
    """Bring the landing of every source in line with the inbox."""
    for contract in load_contracts().values():
        ingest_source(contract, settings, lambda message: None)


def build(settings: Settings) -> None:
    """Build every seed and model; where the warehouse was built before, only what has changed."""
    settings.warehouse_path.parent.mkdir(parents=True, exist_ok=True)
    scope = take_scope(settings)
    dbt_build(settings, *WITHOUT_TESTS, *scope.arguments)
    mark_built(settings)


def build_tables(settings: Settings, *tables: str) -> None:
    """Build these tables anew, and of the rest only what they are made from: a tenth to a half of the project."""
    names = [table.rpartition(".")[2] for table in tables]
    dbt_build(settings, *WITHOUT_TESTS, "--full-refresh", "--select", *(f"+{name}" for name in names))


def dbt_build(settings: Settings, *arguments: str) -> None:
    """Build on DuckDB by dbt, in a process that ends with the build and so keeps no lock.

    The process is forked from one that has imported dbt and parsed the project: more than half of what a build costs.
    """
    settings.warehouse_path.parent.mkdir(parents=True, exist_ok=True)
    settings.dbt_target_dir.mkdir(parents=True, exist_ok=True)
    log = settings.dbt_target_dir / "build.log"
    environment = settings.environment() | {"DBT_LOG_LEVEL_FILE": "none"}
    exit_code = _in_a_fork("build", list(arguments), environment, settings.home_dir, log)
    assert exit_code == 0, log.read_text(encoding="utf-8")[-5000:] if log.is_file() else "dbt never began"
    # A forked process ends without closing the database: what it left in the log is taken into the file here.
    if settings.warehouse_path.exists():
        duckdb.connect(str(settings.warehouse_path)).close()


@cache
def project_manifest() -> Manifest:
    """The manifest of the project as it is."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "manifest.json"
        assert _in_a_fork("write_manifest", path) == 0
        manifest: Manifest = json.loads(path.read_text(encoding="utf-8"))
    return manifest


@cache
def _forks() -> BaseContext:
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.parsed_project"])
    return context


def _in_a_fork(function: str, *arguments: object) -> int | None:
    process = _forks().Process(target=_call, args=(function, arguments))  # type: ignore[attr-defined]
    process.start()
    process.join()
    return process.exitcode


def _call(function: str, arguments: tuple[object, ...]) -> None:
    # Imported where it is used: the process that runs the tests needs no dbt.
    from tests import parsed_project

    getattr(parsed_project, function)(*arguments)


def build_on_spark(settings: Settings) -> None:
    """Build every seed and model on Spark."""
    settings.spark_dir.mkdir(parents=True, exist_ok=True)
    places = ["--project-dir", str(MODELS_DIR), "--profiles-dir", str(MODELS_DIR)]
    built = subprocess.run(
        [dbt_executable(), "build", "--target", "spark", *WITHOUT_TESTS, *places],
        env=os.environ | settings.environment() | {"DBT_TARGET_PATH": str(settings.home_dir / "dbt" / "spark")},
        cwd=settings.spark_dir,
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stdout[-5000:]


def tables_of(settings: Settings) -> list[TableSpec]:
    """The published tables that dbt builds, as the models declare them; they are the same whatever the seeds say."""
    assert settings.seeds_dir.is_dir()
    return built_tables(project_manifest())


def rows_of(settings: Settings, table: str) -> pl.DataFrame:
    """The rows of a table of the warehouse, in one order."""
    with duckdb.connect(str(settings.warehouse_path), read_only=True) as connection:
        return connection.sql(f"select * from {table} order by all").pl()
