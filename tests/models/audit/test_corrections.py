"""Corrections: one build in which each does something else, from the delivered row to the published table."""

import shutil

import polars as pl
import pytest
import yaml

from pipelines.reference.rows import seed_path
from pipelines.settings import EXPECTATIONS_DIR, MODELS_DIR, SEEDS_DIR, Settings
from tests.fixtures.warehouse import build_tables, ingest, rows_of

HEADER = "行政区划代码,地区,截止日期,是否建成一体化平台,平台名称,覆盖省级,覆盖市级,覆盖县级\n"
CENSUS = (
    HEADER
    + "110000,北京市,2017-08-31,否,,是,是,否\n"
    + "120000,天津市,2017-08-31,是,旧名,是,是,是\n"
    + "130000,河北省,2017-08-31,是,名,是,是,否\n"
    + "140000,山西省,2017-08-31,否,名,是,是,否\n"
    + "140000,山西省,2017-08-31,否,名,是,是,是\n"
)
LINE = "{name},2017,{source},{key},{column},{old},{new},理由,reason,document 1,{status},{expires}\n"


def line(name: str, key: str, column: str, old: str, new: str, **other: str) -> str:
    given = {"source": "platform_census", "status": "active", "expires": "2099-12-31"} | other
    return LINE.format(name=name, key=key, column=column, old=old, new=new, **given)


CORRECTIONS = "".join(
    [
        line("applied", "110000|2017-08-31", "has_integrated_platform", "false", "true"),
        line("applied_to_nothing", "110000 | 2017-08-31", "platform_name", "", "新平台"),
        line("emptied", "120000|2017-08-31", "platform_name", "旧名", ""),
        line("retired", "120000|2017-08-31", "covers_city", "true", "false", status="retired"),
        line("mended", "130000|2017-08-31", "covers_county", "true", "false"),
        line("other", "130000|2017-08-31", "platform_name", "甲", "乙"),
        line("gone", "990000|2017-08-31", "covers_county", "true", "false"),
        line("several", "140000|2017-08-31", "platform_name", "名", "乙"),
        line("unreadable", "130000|2017-08-31", "covers_city", "true", "maybe"),
        line("old", "120000|2017-08-31", "covers_county", "true", "false", expires="2017-01-01"),
        line("no_column", "120000|2017-08-31", "colour", "true", "false"),
        line("no_source", "1", "title", "a", "b", source="site_crawl"),
    ]
)
OUTCOMES = {
    "applied": "applied",
    "applied_to_nothing": "applied",
    "emptied": "applied",
    "retired": "retired",
    "mended": "already_mended",
    "other": "other_value",
    "gone": "row_not_found",
    "several": "several_rows",
    "unreadable": "unreadable_value",
    "old": "expired",
    "no_column": "unknown_target",
    "no_source": "unknown_target",
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("corrections")
    seeds = folder / "seeds"
    shutil.copytree(SEEDS_DIR, seeds)
    with seed_path(seeds, "corrections").open("a", encoding="utf-8") as stream:
        stream.write(CORRECTIONS)
    census = folder / "inbox" / "platform_census" / "普查.csv"
    census.parent.mkdir(parents=True)
    census.write_text(CENSUS, encoding="utf-8")
    settings = Settings(home=folder / "home", inbox=folder / "inbox", seeds=seeds)
    ingest(settings)
    build_tables(settings, "audit.correction", "core.fct_platform_census", "trends.trend_cell")
    return settings


@pytest.fixture(scope="module")
def listed(built: Settings) -> dict[str, dict[str, object]]:
    return {row["correction_id"]: row for row in rows_of(built, "audit.correction").to_dicts()}


def test_every_correction_is_listed_with_what_it_did(listed: dict[str, dict[str, object]]) -> None:
    assert {name: row["outcome"] for name, row in listed.items()} == OUTCOMES
    assert all(row["outcome_zh"] and row["outcome_en"] for row in listed.values())


def test_a_correction_names_the_row_and_the_value_it_found(listed: dict[str, dict[str, object]]) -> None:
    applied, other = listed["applied"], listed["other"]
    assert (applied["file_name"], applied["row_number"], applied["unit_code"]) == ("普查.csv", 2, "110000")
    assert (applied["seen_value"], other["seen_value"]) == ("false", "名")


def test_only_cells_that_are_as_expected_take_the_new_value(built: Settings) -> None:
    census = rows_of(built, "core.fct_platform_census").sort("region_code")
    assert census.select("region_code", "has_integrated_platform", "platform_name", "covers_city").rows() == [
        ("110000", True, "新平台", True),
        ("120000", True, None, True),
        ("130000", True, "名", True),
    ]
    [platforms] = rows_of(built, "trends.trend_cell").filter(
        (pl.col("trend_table") == "trend_3_platform_coverage")
        & (pl.col("measure") == "integrated_platforms")
        & (pl.col("breakdown") == "total")
    )["numerator"]
    assert platforms == 3


def test_whatever_did_not_find_what_it_expects_fails_the_run_and_the_gate() -> None:
    """The outcomes that pass are the same two in the dbt test and in the suite."""
    model = yaml.safe_load((MODELS_DIR / "sql/audit/correction.yml").read_text(encoding="utf-8"))["models"][0]
    [test] = model["data_tests"]
    assert list(test["sound"]["arguments"]["holds"].values()) == ["outcome in ('applied', 'retired')"]
    suite = yaml.safe_load((EXPECTATIONS_DIR / "audit.correction.yml").read_text(encoding="utf-8"))
    assert "outcome not in ('applied', 'retired')" in suite["never"]["missed"]["rows"]
