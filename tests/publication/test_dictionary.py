"""The data dictionary of a release."""

import csv
from pathlib import Path

from tests.fixtures.small_release import example_tables, publish_tables


def test_a_release_describes_every_table_and_column(tmp_path: Path) -> None:
    origin = ("trends.trend_cell", "group_code", "raw.site_registry: level", "dim_subject")
    types = dict.fromkeys(("table_name", "column_name", "made_of", "model_names"), "varchar")
    tables = {**example_tables(), "audit.column_origin": (types, [origin])}
    release = publish_tables(tmp_path / "home", tables)
    rows = list(csv.DictReader((release.public / "dictionary.csv").read_text(encoding="utf-8-sig").splitlines()))
    wanted = {(name, column) for name, (types, _) in tables.items() for column in ["", *types]}
    assert {(f"{row['schema_name']}.{row['table_name']}", row["column_name"]) for row in rows} == wanted
    assert all(row["description_zh"] and row["description_en"] for row in rows)
    made_of = {(row["table_name"], row["column_name"]): row["made_of"] for row in rows}
    assert made_of["trend_cell", "group_code"] == "raw.site_registry: level"
    assert made_of["trend_cell", "value"] == ""
    page = (release.public / "dictionary.html").read_text(encoding="utf-8")
    assert "It&#39;s unit." in page
    assert "列“unit”。" in page
    assert "raw.site_registry: level" in page
