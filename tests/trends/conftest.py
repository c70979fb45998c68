"""A home that holds two small editions, built once for all tests of the trends."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from pipelines.example import ExampleOptions, write_example
from pipelines.settings import Settings
from tests.warehouse import build, ingest, rows_of

EDITIONS = (2016, 2017)


@dataclass(frozen=True)
class TwoEditions:
    """One home and the inboxes its two editions were read from."""

    settings: Settings
    inboxes: dict[int, Path]

    def rows(self, table: str) -> pl.DataFrame:
        return rows_of(self.settings, table)

    def cell(self, table: str, edition: int, measure: str, group: str) -> dict[str, object]:
        """The one row of a trend table that holds a measure of a group."""
        found = self.rows(f"trends.{table}").filter(
            (pl.col("edition") == edition) & (pl.col("measure") == measure) & (pl.col("group_code") == group)
        )
        return found.row(0, named=True) if len(found) == 1 else {}


@pytest.fixture(scope="session")
def editions(tmp_path_factory: pytest.TempPathFactory) -> TwoEditions:
    folder = tmp_path_factory.mktemp("editions")
    inboxes = {edition: folder / f"inbox-{edition}" for edition in EDITIONS}
    for edition, inbox in inboxes.items():
        options = ExampleOptions(sites=500, crawled=200, pages=6, flaws=False, edition=edition)
        write_example(inbox, options, lambda message: None)
        settings = Settings(home=folder / "home", inbox=inbox, edition=edition)
        ingest(settings)
    build(settings)
    return TwoEditions(settings, inboxes)
