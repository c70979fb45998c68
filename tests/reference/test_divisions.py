"""The divisions over the years: a tree without gaps on any day, and from every code that ended a way on."""

import csv
import datetime as dt
from collections import Counter, defaultdict
from itertools import pairwise

import pytest

from pipelines.reference.rows import seed_path
from pipelines.settings import SEEDS_DIR

Row = dict[str, str]
DAYS = [dt.date(year, 12, 31).isoformat() for year in range(2010, 2026)]
ALWAYS, NEVER = "", "9999-12-31"


def divisions() -> list[Row]:
    with seed_path(SEEDS_DIR, "divisions").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def valid_on(day: str) -> dict[str, Row]:
    valid = [row for row in divisions() if row["valid_from"] <= day < (row["ended_on"] or NEVER)]
    by_code = {row["region_code"]: row for row in valid}
    assert len(by_code) == len(valid)
    return by_code


@pytest.mark.parametrize("day", DAYS)
def test_on_any_day_every_division_has_one_row_and_its_parent(day: str) -> None:
    valid = valid_on(day)
    assert {row["parent_code"] for row in valid.values()} - {ALWAYS} <= valid.keys()
    levels = Counter(row["level"] for row in valid.values() if row["is_evaluated"] == "true")
    # The Corps counts as a province.
    assert (levels["national"], levels["province"]) == (1, 32)
    assert valid["330100"]["city_class"] == "capital"


def test_the_list_of_december_2017_is_whole() -> None:
    levels = Counter(row["level"] for row in valid_on("2017-12-31").values() if row["is_evaluated"] == "true")
    assert levels == {"national": 1, "province": 32, "prefecture": 334, "county": 2851}


def test_what_ended_goes_on_under_the_same_code_or_under_codes_that_are_valid_then() -> None:
    periods = defaultdict(list)
    for row in divisions():
        periods[row["region_code"]].append((row["valid_from"], row["ended_on"]))
    for row in divisions():
        if row["ended_on"] and row["successor_codes"]:
            assert set(row["successor_codes"].split("|")) <= valid_on(row["ended_on"]).keys()
        elif row["ended_on"]:
            assert row["ended_on"] in [begun for begun, _ in periods[row["region_code"]]]
    for rows in periods.values():
        assert all(ended <= begun for (_, ended), (begun, _) in pairwise(rows))
