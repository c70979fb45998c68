"""A home that holds two small editions, built once for all tests of the trends."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from pipelines.example import ExampleOptions, write_example
from pipelines.settings import Settings
from tests.conftest import MadeOnce
from tests.warehouse import build, ingest, rows_of

EDITIONS = (2016, 2017)


@dataclass(frozen=True)
class TwoEditions:
    """One home and the inboxes its two editions were read from."""

    settings: Settings
    inboxes: dict[int, Path]

    def rows(self, table: str) -> pl.DataFrame:
        return rows_of(self.settings, table)

    def cells(self, table: str) -> pl.DataFrame:
        """The rows of a trend table."""
        return self.rows("trends.trend_cell").filter(pl.col("trend_table") == table)

    def cell(self, table: str, edition: int, measure: str, group: str) -> dict[str, object]:
        """The one row of a trend table that holds a measure of a group."""
        found = self.cells(table).filter(
            (pl.col("edition") == edition) & (pl.col("measure") == measure) & (pl.col("group_code") == group)
        )
        return found.row(0, named=True) if len(found) == 1 else {}


@pytest.fixture(scope="session")
def editions(made_once: MadeOnce) -> TwoEditions:
    folder = made_once("two-editions", build_both)
    return TwoEditions(
        of_edition(folder, EDITIONS[-1]), {year: of_edition(folder, year).inbox_dir for year in EDITIONS}
    )


def build_both(folder: Path) -> None:
    for year in EDITIONS:
        settings = of_edition(folder, year)
        options = ExampleOptions(sites=500, crawled=200, pages=6, flaws=False, edition=year)
        write_example(settings.inbox_dir, options, lambda message: None)
        ingest(settings)
    build(settings)


def of_edition(folder: Path, year: int) -> Settings:
    return Settings(home=folder / "home", inbox=folder / f"inbox-{year}", edition=year)
