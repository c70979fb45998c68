"""Two editions in one home: every trend table holds both, and what is not comparable is marked."""

from pathlib import Path

import duckdb
import polars as pl

from pipelines.gate.candidate import freeze
from pipelines.ingest.ledger import delivered_editions
from tests.fixtures.two_editions import EDITIONS, TwoEditions
from tests.fixtures.warehouse import rows_of, tables_of

# The example of 2016 has no check of platforms.
OF_ONE_EDITION = {"trend_3_platform_check"}


def test_every_trend_table_holds_both_editions(editions: TwoEditions) -> None:
    tables = set(editions.rows("trends.trend_table")["trend_table"])
    assert set(editions.rows("trends.trend_cell")["trend_table"]) == tables
    for table in tables - OF_ONE_EDITION:
        assert set(editions.cells(table)["edition"]) == set(EDITIONS), table


def test_figures_stand_beside_those_of_the_edition_before(editions: TwoEditions) -> None:
    figures = editions.rows("trends.figure_over_time")
    later = figures.filter(pl.col("edition") == 2017)
    first = figures.filter(pl.col("edition") == 2016)
    assert first["earlier_edition"].null_count() == len(first) > 0
    paired = later.filter(pl.col("earlier_edition") == 2016)
    assert set(paired["figure_id"]) == set(first["figure_id"])
    values = dict(first.select("figure_id", "computed").iter_rows())
    for row in paired.iter_rows(named=True):
        assert row["earlier_computed"] == values[row["figure_id"]]
        assert row["difference"] == row["computed"] - row["earlier_computed"]


def test_breaks_in_definition_are_marked_where_they_lie(editions: TwoEditions) -> None:
    cells = editions.rows("trends.trend_over_time")
    broken = {table for table, is_break in cells.select("trend_table", "is_break").iter_rows() if is_break}
    assert broken == {"trend_4_channel_fusion"}
    figures = editions.rows("trends.figure_over_time")
    marked = set(figures.filter("is_break")["figure_id"])
    assert "trend2.pass_share" in marked
    assert "trend4.fusion_prefecture" in marked
    assert "trend5.robots" not in marked


def test_the_bulletin_is_held_against_its_own_edition(editions: TwoEditions) -> None:
    figures = editions.rows("trends.figure")
    assert set(figures.filter(pl.col("edition") == 2016)["verdict"]) <= {"unpublished", "not_computable"}
    assert set(editions.rows("trends.claim")["edition"]) == {2017}


def test_both_editions_are_published_whole_and_no_third(editions: TwoEditions, tmp_path: Path) -> None:
    settings = editions.settings
    specs = [spec for spec in tables_of(settings) if spec.is_by_edition]
    candidate = freeze(settings.warehouse_path, specs, 2017, tmp_path, delivered_editions(settings.landing_dir))
    seen: set[int] = set()
    for table in candidate.tables:
        published = duckdb.sql(f"select edition, count(*) from '{candidate.path(table)}' group by all").fetchall()
        built = rows_of(settings, table.full_name).group_by("edition").len().rows()
        assert dict(published) == {edition: count for edition, count in built if edition in EDITIONS}
        seen |= {edition for edition, _ in built}
    assert seen > set(EDITIONS), "the frameworks know an edition of which nothing was delivered"
