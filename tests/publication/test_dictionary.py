"""The data dictionary of a release."""

import csv
from pathlib import Path

from tests.fixtures.small_release import example_tables, publish_tables


def test_a_release_describes_every_table_and_column(tmp_path: Path) -> None:
    release = publish_tables(tmp_path / "home", example_tables())
    rows = list(csv.DictReader((release.folder / "dictionary.csv").read_text(encoding="utf-8-sig").splitlines()))
    wanted = {(name, column) for name, (types, _) in example_tables().items() for column in ["", *types]}
    assert {(f"{row['schema_name']}.{row['table_name']}", row["column_name"]) for row in rows} == wanted
    assert all(row["description_zh"] and row["description_en"] for row in rows)
    [stock] = [row for row in rows if row["table_name"] == "trend_2_site_stock" and row["column_name"] == "group_code"]
    assert "raw.site_registry" in stock["made_of"]
    page = (release.folder / "dictionary.html").read_text(encoding="utf-8")
    assert "It&#39;s unit." in page
    assert "列“unit”。" in page
    assert stock["made_of"] in page
