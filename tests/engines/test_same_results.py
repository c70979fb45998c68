"""The same models from the same landing files: what Spark builds is byte for byte what DuckDB builds.

Sail has its test among the whole runs (``end_to_end/test_first_edition.py``).
"""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from pipelines.example import ExampleOptions, write_example
from pipelines.gate.candidate import Candidate, FrozenTable, freeze
from pipelines.robustness.inputs import TABLES_READ
from pipelines.robustness.store import keep_robustness
from pipelines.settings import MODELS_DIR, Engine, Settings
from pipelines.warehouse.build import describe_failures
from pipelines.warehouse.dbt_project import built_tables, computed_tables
from pipelines.warehouse.scope import take_scope
from pipelines.warehouse.spark import build_on_spark, hand_over
from tests.fixtures.names import HOME
from tests.fixtures.warehouse import WITHOUT_TESTS, build, figures_of, ingest, project_manifest
from tests.fixtures.whole_runs import made_example

pytestmark = pytest.mark.spark
# Home pages come from archives of whole pages, and the example delivers none; one edition has no other beside it;
# nothing of the example is corrected.
WITHOUT_EXAMPLE = {"core.fct_site_home", "trends.trend_over_time", "audit.correction"}


@dataclass(frozen=True)
class Built:
    """A home in which the models were built, drawn from and frozen."""

    settings: Settings
    candidate: Candidate

    def rows(self, table: FrozenTable) -> pl.DataFrame:
        return pl.read_parquet(self.candidate.path(table), glob=False)


def drawn_and_frozen(settings: Settings) -> Built:
    drawn = computed_tables(project_manifest(), "robustness", "firmness")
    keep_robustness(settings, drawn, lambda message: None)
    published = [*built_tables(project_manifest()), *drawn]
    candidate = freeze(
        settings.warehouse_path, published, settings.edition, settings.candidates_dir, engine=settings.engine
    )
    return Built(settings, candidate)


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The example edition, landed and built on DuckDB, here or by `make run`."""
    folder = tmp_path_factory.mktemp("engines")
    if made := made_example():
        copy = made.copied_to(folder)
        settings = Settings(home=copy.home, inbox=copy.inbox, edition=2017)
        assert take_scope(settings).is_empty
    else:
        settings = Settings(home=folder / HOME, inbox=folder / "inbox", edition=2017)
        write_example(settings.inbox_dir, ExampleOptions(), lambda message: None)
        ingest(settings)
        build(settings)
    return drawn_and_frozen(settings)


@pytest.fixture(scope="module")
def on_spark(example: Built) -> Built:
    """A home of the same landing, built on Spark and handed over."""
    settings = example.settings.for_run(home=example.settings.home_dir.parent / "on-spark", engine=Engine.spark)
    shutil.copytree(example.settings.landing_dir, settings.landing_dir, copy_function=os.link)
    result = build_on_spark(settings, WITHOUT_TESTS, lambda place, number, name: None)
    assert result.is_successful, describe_failures(settings, result, most=5)
    hand_over(settings, project_manifest(), TABLES_READ)
    return drawn_and_frozen(settings)


def differences(expected: FrozenTable, found: FrozenTable, example: Built, on_spark: Built) -> Iterator[str]:
    """What is not as it should be in a table that Spark built: its number of rows, or cells of its columns."""
    name, ours, theirs = expected.full_name, example.rows(expected), on_spark.rows(found)
    if ours.height != theirs.height:
        yield f"{name}: {theirs.height} rows, not {ours.height}"
        return
    for column in ours.columns:
        pairs = pl.DataFrame({"expected": ours[column], "found": theirs[column]})
        differing = pairs.filter(pl.col("expected").ne_missing(pl.col("found")))
        if differing.height:
            yield f"{name}.{column}: {differing.height} cells, as {differing.row(0)}"


def test_the_candidate_is_the_same_bytes(example: Built, on_spark: Built) -> None:
    assert {table.full_name for table in example.candidate.tables if not table.row_count} <= WITHOUT_EXAMPLE
    assert example.candidate.engine is Engine.duckdb
    assert on_spark.candidate.engine is Engine.spark
    pairs = zip(example.candidate.tables, on_spark.candidate.tables, strict=True)
    different = [pair for pair in pairs if pair[0].sha256 != pair[1].sha256]
    found = [line for pair in different for line in differences(*pair, example, on_spark)]
    assert not different, "\n".join(found)
    assert on_spark.candidate.content_hash == example.candidate.content_hash


def test_the_figures_of_the_bulletin_come_out(on_spark: Built) -> None:
    computed = figures_of(on_spark.settings)
    assert computed["trend2.running_sites"] == 29_431
    assert computed["trend3.integrated_platforms"] == 29


def test_no_engine_writes_into_the_other(example: Built, on_spark: Built) -> None:
    assert {path.name for path in on_spark.settings.spark_dir.glob("*.db")} >= {"core.db", "trends.db", "audit.db"}
    assert not example.settings.spark_dir.exists()
    assert not list(Path(MODELS_DIR).glob("*.log"))
