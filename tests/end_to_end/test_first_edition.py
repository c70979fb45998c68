"""A home that has seen one edition alone publishes it, whatever other editions there are and whichever engine built."""

import re

import pytest

from tests.fixtures.names import HOME
from tests.fixtures.whole_runs import Edition, ceping

EARLIER = 2016


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Edition:
    """The smallest example of the earlier edition, with all its flaws, in a home of its own."""
    folder = tmp_path_factory.mktemp("earlier")
    home, inbox = folder / HOME, folder / "inbox"
    ceping("example", "--edition", EARLIER, "--out", inbox, "--sites", 60, "--crawled", 10, "--pages", 4)
    return Edition(home, inbox, ceping("run", "--edition", EARLIER, "--home", home, "--inbox", inbox))


def test_the_earlier_example_is_published_in_a_home_of_its_own(edition: Edition) -> None:
    query = "select schema_name, table_name from catalog where column_name = 'edition'"
    tables = [f"{row['schema_name']}.{row['table_name']}" for row in edition.rows(query)]
    assert {"core.dim_region", "trends.figure", "core.dim_parameter"} <= set(tables)
    seen = " union all ".join(f"select distinct '{table}' as name, edition from {table}" for table in tables)
    others = edition.rows(f"select name, edition from ({seen}) where edition <> {EARLIER}")
    assert {row["name"] for row in others} <= {"indices.dim_robustness_choice"}


def test_sail_gives_the_same_bytes(edition: Edition) -> None:
    """The whole way from the kept inputs once more, models and their data tests on the other engine."""
    verified = ceping("verify", "--engine", "sail", "--home", edition.home)
    assert re.search(r"computed again from its inputs: (\d+) of \1 tables have the same bytes", verified)
