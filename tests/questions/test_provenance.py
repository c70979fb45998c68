"""Where a number comes from: the page of a figure, and the same from the command, down to the landed rows."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.cli.provenance import print_provenance
from pipelines.errors import CepingError
from pipelines.ingest.contracts import load_contracts
from pipelines.ingest.ledger import present_entries
from pipelines.ingest.source import ingest_source
from pipelines.questions.provenance import trace
from pipelines.releases.kept_inputs import keep_inputs
from pipelines.releases.release import Release
from pipelines.settings import Settings
from tests.fixtures.deliveries import make_older
from tests.fixtures.small_release import (
    CELL_TYPES,
    FIGURE_TYPES,
    FIGURE_TYPES_ORDER,
    FIGURES,
    STOCK,
    TABLE_TYPES,
    Tables,
    publish_tables,
    seeded_trend_tables,
)

HOSTILE = "<script>alert(1)</script>"
CENSUS = (
    "行政区划代码,地区,截止日期,是否建成一体化平台,覆盖省级,覆盖市级,覆盖县级\n"
    "110000,北京市,2017-08-31,是,是,是,否\n"
    "120000,天津市,2017-08-31,否,否,否,否\n"
    "坏,河北省,2017-08-31,是,是,是,是\n"
)
KEYS = {
    "trends.figure": ("edition", "figure_id"),
    "trends.trend_cell": ("edition", "trend_table", "measure", "breakdown", "group_code"),
    "core.dim_subject": ("edition", "subject_id"),
}
FIGURE = "trend3.platforms"


def tables(settings: Settings, name: str) -> Tables:
    entries = [e for source in load_contracts() for e in present_entries(settings.landing_dir, 2017, source)]
    figures = [list(row) for row in FIGURES if row[0] == FIGURE]
    figures[0][FIGURE_TYPES_ORDER.index("name_zh")] = name
    text = "varchar"
    return {
        "audit.file_ledger": (
            dict.fromkeys(("source", "file_name", "file_id", "sha256", "status"), text)
            | {"byte_count": "bigint", "edition": "integer"},
            [(e.source, e.file_name, e.file_id, e.sha256, e.status, e.byte_count, 2017) for e in entries],
        ),
        "audit.lineage": (
            dict.fromkeys(("table_name", "upstream_name", "upstream_kind"), text) | {"step_count": "integer"},
            [
                ("trends.figure", "trends.trend_3", "model", 1),
                ("trends.figure", "raw.platform_census", "source", 2),
                ("core.dim_subject", "raw.platform_census", "source", 1),
                ("trends.figure", "trends.trend_2", "model", 1),
                ("trends.figure", "raw.site_registry", "source", 2),
                ("trends.trend_2", "raw.site_registry", "source", 1),
                ("trends.trend_3", "raw.platform_census", "source", 1),
            ],
        ),
        "audit.model": (
            dict.fromkeys(("model_name", "model_kind", "meaning", "sql_text"), text),
            [
                ("trends.figure", "model", "A figure. | 数字。", "select 1"),
                ("trends.trend_3", "model", f"{HOSTILE} | {HOSTILE}", "select * from census where a < 1"),
                ("raw.platform_census", "source", "A census. | 普查。", None),
                ("trends.trend_2", "model", "Another trend. | 别的趋势。", "select 2"),
            ],
        ),
        "audit.row_balance": (
            {"edition": "integer", "source": text, "file_id": text, "file_name": text, "rows_read": "bigint",
             "rows_landed": "bigint", "rows_loaded": "bigint", "rows_quarantined": "bigint", "is_balanced": "boolean"},
            [
                (2017, e.source, e.file_id, e.file_name, e.rows_read, e.rows_read, e.rows_fit, e.rows_unfit, True)
                for e in entries
            ],
        ),
        "core.dim_subject": (
            {"edition": "integer"}
            | dict.fromkeys(("subject_id", "subject_code", "site_code", "home_host", "subject_name"), text),
            [(2017, "website:1", "1", "1", None, HOSTILE)],
        ),
        "trends.figure": (FIGURE_TYPES, [tuple(figures[0])]),
        "trends.trend_cell": (CELL_TYPES, list(STOCK)),
        "trends.trend_table": (TABLE_TYPES, seeded_trend_tables("trend_2_site_stock")),
        "trends.figure_input": (
            {"edition": "integer", "figure_id": text, "source": text}, [(2017, FIGURE, "platform_census")],
        ),
        "trends.figure_unit": (
            {"edition": "integer", "figure_id": text, "unit_code": text, "numerator_count": "bigint",
             "denominator_count": "bigint"},
            [(2017, FIGURE, "110000", 1, 1), (2017, FIGURE, "120000", 0, 1)],
        ),
    }  # fmt: skip


@pytest.fixture
def release(settings: Settings, deliver: Callable[[str, str, bytes], Path]) -> Release:
    deliver("platform_census", "普查.csv", CENSUS.encode())
    ingest_source(load_contracts()["platform_census"], settings, lambda message: None)
    published = publish_tables(settings.home_dir, tables(settings, f"平台{HOSTILE}"), KEYS)
    keep_inputs(settings, published)
    return published


def test_a_page_a_figure_tells_definition_rules_checks_files_and_units(release: Release) -> None:
    page = (release.public / "provenance" / f"{FIGURE}.html").read_text(encoding="utf-8")
    [entry] = release.manifest.inputs
    for text in ("省份", str(entry["sha256"]), "select 1", "110000", "120000"):
        assert text in page, text
    assert "已加载 2 行" in page
    assert "共 2 个" in page
    assert "trends.trend_3" in page
    # What other figures come from has no place on the page of this one.
    assert "trends.trend_2" not in page
    assert 'lang="en"' in (release.public / "en" / "provenance" / f"{FIGURE}.html").read_text(encoding="utf-8")
    assert "<script>" not in page
    assert "a &lt; 1" in page
    assert not re.findall(r"(?:src|href)=\"(?:https?:)?//|@import|url\(", page)
    assert f"public/provenance/{FIGURE}.html" in {file.path for file in release.manifest.files}


def test_a_figure_is_traced_to_its_rows(release: Release, settings: Settings) -> None:
    found = trace(settings, release, "trends.figure", [FIGURE])
    assert [model["name"] for model in found.models] == ["trends.figure", "trends.trend_3", "raw.platform_census"]
    assert [(file["file_name"], file["rows_loaded"]) for file in found.files] == [("普查.csv", 2)]
    assert {check.table for check in found.checks} == {"trends.figure"}
    assert found.row_counts == {"platform_census": 2}
    assert [(row["file_name"], row["row_number"], row["cells"]["region_code"]) for row in found.rows] == [
        ("普查.csv", 2, "110000"),
        ("普查.csv", 3, "120000"),
    ]


def test_a_row_about_a_subject_has_that_subjects_rows_alone(release: Release, settings: Settings) -> None:
    found = trace(settings, release, "core.dim_subject", ["website:1"])
    assert found.units == [{"unit_code": "website:1"}]
    assert found.row_counts == {}


def test_rows_that_an_earlier_contract_landed_are_shown(release: Release, settings: Settings) -> None:
    known = trace(settings, release, "trends.figure", [FIGURE])
    make_older(settings.inputs_dir / release.release_id, "platform_census", "is_synthetic")
    assert trace(settings, release, "trends.figure", [FIGURE]).row_counts == known.row_counts != {}


def test_without_kept_inputs_all_but_the_rows_is_told(
    release: Release, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    (settings.inputs_dir / release.release_id).rename(settings.inputs_dir / "elsewhere")
    found = trace(settings, release, "trends.figure", [FIGURE])
    assert found.rows_note
    assert found.files
    print_provenance(found, "table")
    assert "were not kept" in capsys.readouterr().out


@pytest.mark.parametrize("key", [["running_sites", "level", "county"], ["2017", "running_sites", "level", "county"]])
def test_a_row_of_a_trend_table_is_a_cell(release: Release, settings: Settings, key: list[str]) -> None:
    found = trace(settings, release, "trends.trend_2_site_stock", key)
    assert (found.table, found.row["trend_table"]) == ("trends.trend_cell", "trend_2_site_stock")
    assert found.row["value"] == 15000.0


@pytest.mark.parametrize(
    ("table", "key", "complaint"),
    [
        ("trends.nothing", ["a"], "has no table trends.nothing"),
        ("trends.figure", ["a", "b", "c"], "needs 2 key values: edition, figure_id .edition may be left out.; found 3"),
        ("trends.figure", ["trend9.nothing"], "has no row"),
        ("trends.trend_2_site_stock", ["running_sites", "level", "nowhere"], "has no row"),
        (
            "trends.trend_2_site_stock",
            ["county"],
            "trend_2_site_stock needs 4 key values: edition, measure, .*; found 1",
        ),
    ],
)
def test_what_is_not_there_is_said(
    release: Release, settings: Settings, table: str, key: list[str], complaint: str
) -> None:
    with pytest.raises(CepingError, match=complaint):
        trace(settings, release, table, key)
