"""Builds the models on Spark or on Sail, and hands what came out over: all that comes after is the same.

Sail speaks Spark's SQL and protocol without Java: to dbt it is Spark, and it writes the same folders of Parquet.
"""

import os
import shutil
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from pipelines.errors import CepingError
from pipelines.foundation.files import whole_file
from pipelines.foundation.sql import files_literal, identifier, qualified
from pipelines.settings import Engine, Settings
from pipelines.warehouse.build import BUILD, BuildResult, Progress, run_build
from pipelines.warehouse.dbt_project import Manifest, built_tables, dbt_command

BUILT = ("model", "seed")
DBT_ON_SAIL = Path(__file__).with_name("dbt_on_sail.py")
Place = tuple[str, str]


def require_engine(settings: Settings) -> None:
    """Raise ``CepingError`` where the environment of the engine, or the Java that Spark needs, is missing."""
    if settings.engine is Engine.sail and not settings.sail_python.is_file():
        raise CepingError(
            f"there is no Python with Sail at {settings.sail_python}; it is installed by: make .venv-sail/installed"
        )
    if settings.engine is not Engine.spark:
        return
    if not settings.spark_dbt.is_file():
        raise CepingError(
            f"there is no dbt with Spark at {settings.spark_dbt}; it is installed by: make .venv-spark/installed"
        )
    if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        raise CepingError(
            "Spark needs Java 17, and there is none on the path; it is installed by: "
            "apt-get install openjdk-17-jre-headless, or brew install openjdk@17"
        )


def build_on_spark(settings: Settings, arguments: Sequence[str], progress: Progress) -> BuildResult:
    """Run ``dbt build`` with these arguments, from nothing; the tables are Parquet below ``spark_dir``.

    Sail lives in the process of dbt, and ends with it.
    """
    shutil.rmtree(settings.spark_dir, ignore_errors=True)
    settings.spark_dir.mkdir(parents=True)
    environment = settings.environment() | {"DBT_TARGET_PATH": str(settings.spark_target_dir)}
    executable = [str(settings.spark_dbt)]
    if settings.engine is Engine.sail:
        executable = [str(settings.sail_python), "-P", str(DBT_ON_SAIL)]
        # Sail takes a path from / on for a pattern; one from where it works on means itself.
        environment["CEPING_LANDING"] = os.path.relpath(settings.landing_dir, settings.spark_dir)
    command = dbt_command(*BUILD, *arguments, "--target", settings.engine.value, executable=executable)
    return run_build(command, settings.spark_dir, environment, progress)


def hand_over(settings: Settings, manifest: Manifest, also_read: Collection[Place]) -> None:
    """Make the working file from what Spark built.

    Published tables come whole, and so do those of ``also_read``; of all the rest there are the columns alone, which
    lineage asks for. Columns are of the types they declare, where they do, and else of those the engine gave them.
    """
    declared = {_place(node): _types(node) for node in manifest["nodes"].values() if node["resource_type"] in BUILT}
    whole = {(spec.schema_name, spec.name) for spec in built_tables(manifest)} | set(also_read)
    with whole_file(settings.warehouse_path) as path, duckdb.connect(str(path)) as connection:
        # Every instant is written as one of UTC; in the warehouse they are of UTC and do not say so.
        connection.execute("set TimeZone = 'UTC'")
        for place, types in declared.items():
            folder = settings.spark_dir / f"{place[0]}.db" / place[1]
            _take(connection, place, folder, types, with_rows=place in whole)


def _place(node: Mapping[str, Any]) -> Place:
    return node["schema"], node.get("alias") or node["name"]


def _types(node: Mapping[str, Any]) -> dict[str, str]:
    return {column["name"]: column["data_type"] for column in node["columns"].values() if column["data_type"]}


def _take(
    connection: duckdb.DuckDBPyConnection, place: Place, folder: Path, types: dict[str, str], *, with_rows: bool
) -> None:
    """Take over a table; one without a row may have no file."""
    rows = f"read_parquet({files_literal(folder)} || '/*.parquet', union_by_name = true)"
    if not any(folder.glob("*.parquet")):
        rows = f"(select {', '.join(f'null as {identifier(name)}' for name in types)} limit 0)"
    elif not types:
        found = connection.execute(f"describe select * from {rows}").fetchall()
        types = {name: kind.replace(" WITH TIME ZONE", "") for name, kind, *_ in found}
    columns = ", ".join(f"cast({identifier(name)} as {kind}) as {identifier(name)}" for name, kind in types.items())
    taken = f"select {columns} from {rows}" if with_rows else f"select {columns} from {rows} limit 0"
    connection.execute(f"create schema if not exists {identifier(place[0])}")
    connection.execute(f"create table {qualified('.'.join(place))} as {taken}")
