"""The official series: each number has its document, and what does not add up is shown and not mended."""

import csv
from collections import defaultdict

import polars as pl

from pipelines.reference.rows import seed_path
from pipelines.settings import SEEDS_DIR
from tests.fixtures.two_editions import TwoEditions


def test_the_series_foot_where_the_notices_foot(editions: TwoEditions) -> None:
    foots = editions.rows("trends.official_foot")
    off = {row["foot_code"]: row for row in foots.filter(~pl.col("is_footing")).iter_rows(named=True)}
    assert {code: (row["computed_value"], row["stated_value"]) for code, row in off.items()} == {
        "stock_2018-03-01": (23_268, 23_269),
        "provinces_2018": (16_883, 16_882),
        "stock_2015_11": (68_045, 66_453),
    }
    assert all(row["note_zh"] and row["note_en"] for row in off.values())
    assert len(foots) > 30
    assert foots["computed_value"].null_count() == 0


def test_the_province_table_of_2019_adds_up_by_other_means(editions: TwoEditions) -> None:
    with seed_path(SEEDS_DIR, "official_facts").open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["as_of"] == "2019-12"]
    by_series: dict[str, dict[str, float]] = defaultdict(dict)
    for row in rows:
        by_series[row["series_code"]][row["group_code"]] = float(row["value"])
    declines = by_series["site_decline_share"]
    assert len(declines) == 32
    assert sum(by_series["site_stock"][province] for province in declines) == 13_562
    series = editions.rows("trends.official_series")
    earlier = series.filter(pl.col("is_computed"))
    assert len(earlier) == 32
    assert sum(earlier["value"]) == 16_883
    shandong = series.filter(pl.col("fact_id") == "site_stock.2018-12.370000")["value"].item()
    assert shandong == round(by_series["site_stock"]["370000"] / (1 - declines["370000"])) == 1_121


def test_every_number_has_document_tier_and_confidence(editions: TwoEditions) -> None:
    series = editions.rows("trends.official_series")
    for column in ("document_title_zh", "document_title_en", "tier", "confidence", "series_name_zh", "group_name_zh"):
        assert series[column].null_count() == 0, column
    third_quarter = series.filter(pl.col("fact_id") == "pass_share.2017Q3.local_self_check").row(0, named=True)
    assert third_quarter["tier"] == "local_self_check"
    assert "is_synthetic" not in series.columns


def test_official_numbers_are_in_no_table_of_microdata(editions: TwoEditions) -> None:
    days = editions.cells("trend_2_site_flow").filter(pl.col("measure") == "stock_sites")
    assert set(days["is_synthetic"]) == {True}
    assert 46_333 not in set(days["value"])
