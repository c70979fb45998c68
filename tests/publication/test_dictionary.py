"""The data dictionary of a release."""

import csv
from pathlib import Path

from pipelines.warehouse.dbt_project import published_tables
from pipelines.warehouse.titles import LONGEST_TITLE
from tests.fixtures.names import HOME
from tests.fixtures.small_release import example_tables, publish_tables
from tests.fixtures.warehouse import project_manifest


def test_a_release_describes_every_table_and_column(tmp_path: Path) -> None:
    origin = ("trends.trend_cell", "group_code", "raw.site_registry: level", "dim_subject")
    types = dict.fromkeys(("table_name", "column_name", "made_of", "model_names"), "varchar")
    tables = {**example_tables(), "audit.column_origin": (types, [origin])}
    release = publish_tables(tmp_path / HOME, tables)
    rows = list(csv.DictReader((release.public / "dictionary.csv").read_text(encoding="utf-8-sig").splitlines()))
    wanted = {(name, column) for name, (types, _) in tables.items() for column in ["", *types]}
    assert {(f"{row['schema_name']}.{row['table_name']}", row["column_name"]) for row in rows} == wanted
    assert all(row["description_zh"] and row["description_en"] for row in rows)
    made_of = {(row["table_name"], row["column_name"]): row["made_of"] for row in rows}
    assert made_of["trend_cell", "group_code"] == "raw.site_registry: level"
    assert made_of["trend_cell", "value"] == ""
    for name in tables:
        assert f'href="dictionary/{name}.html"' in (release.public / "dictionary.html").read_text(encoding="utf-8")
    chinese, english = (
        (release.public / folder / "dictionary" / "trends.trend_cell.html").read_text(encoding="utf-8")
        for folder in ("", "en")
    )
    assert "列“measure”。" in chinese
    assert "It&#39;s measure." in english
    assert "raw.site_registry: level" in chinese


def test_every_published_column_has_a_title_of_its_own_that_fits_above_it() -> None:
    for spec in published_tables(project_manifest()):
        titles = [column.title for column in spec.columns]
        assert len({title.zh for title in titles}) == len(titles), spec.full_name
        assert len({title.english for title in titles}) == len(titles), spec.full_name
        for column, title in zip(spec.columns, titles, strict=True):
            place = f"{spec.full_name}.{column.name}: give it a title in its YAML"
            assert 0 < len(title.zh) <= LONGEST_TITLE, place
            assert not title.zh.isascii(), place
            assert title.en, place
