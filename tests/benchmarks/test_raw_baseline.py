"""The baseline of the benchmarks does the same work: on a small example it gives what the models give."""

from pathlib import Path

import duckdb
import pytest

from benchmarks import raw
from benchmarks.agreement import DisagreementError, require_same_results
from benchmarks.deliveries import Size, deliver
from pipelines.settings import Settings
from tests.fixtures.warehouse import build, ingest, tables_of


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small example: its inbox, its published tables as a release lays them out, and what the baseline gives."""
    folder = tmp_path_factory.mktemp("small")
    settings = Settings(home=folder / "home", inbox=folder / "inbox", edition=2017)
    deliver(Size(crawled=120, pages=12, sites=400), settings.inbox_dir)
    ingest(settings)
    build(settings)
    with duckdb.connect(str(settings.warehouse_path), read_only=True) as connection:
        for table in tables_of(settings):
            path = folder / "parquet" / table.schema_name / f"{table.name}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            connection.execute(f"copy {table.full_name} to '{path}'")
    raw.load(settings.inbox_dir, folder / "landing")
    raw.write_tables(folder / "landing", folder / "tables")
    return folder


def test_the_baseline_gives_what_the_models_give(edition: Path) -> None:
    require_same_results(edition, edition / "tables")


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("fct_site_crawl", "select * replace (page_count + 1 as page_count)"),
        ("trend_cell", "select * replace (value + 1 as value)"),
        ("figure", "select * replace ('agrees' as verdict)"),
    ],
)
def test_another_result_is_noticed(edition: Path, tmp_path: Path, table: str, change: str) -> None:
    for path in (edition / "tables").iterdir():
        query = f"{change if path.stem == table else 'select *'} from '{path}'"
        duckdb.sql(f"copy ({query}) to '{tmp_path / path.name}'")
    with pytest.raises(DisagreementError, match=table):
        require_same_results(edition, tmp_path)
