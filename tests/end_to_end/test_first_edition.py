"""A home that has seen one edition alone publishes it, whatever other editions the reference data describes."""

from pathlib import Path

from tests.fixtures.whole_runs import Edition, ceping

EARLIER = 2016


def test_the_earlier_example_is_published_in_a_home_of_its_own(tmp_path: Path) -> None:
    home, inbox = tmp_path / "home", tmp_path / "inbox"
    sizes = ("--sites", 60, "--crawled", 10, "--pages", 4)
    ceping("example", "--edition", EARLIER, "--out", inbox, *sizes)
    printed = ceping("run", "--edition", EARLIER, "--home", home, "--inbox", inbox)
    edition = Edition(home, inbox, printed)
    query = "select schema_name, table_name from catalog where column_name = 'edition'"
    tables = [f"{row['schema_name']}.{row['table_name']}" for row in edition.rows(query)]
    assert {"core.dim_region", "trends.figure", "core.dim_parameter"} <= set(tables)
    seen = " union all ".join(f"select distinct '{table}' as name, edition from {table}" for table in tables)
    others = edition.rows(f"select name, edition from ({seen}) where edition <> {EARLIER}")
    assert {row["name"] for row in others} <= {"indices.dim_robustness_choice"}
