"""The recipes of docs/operators.md, followed one after another as they are written: what each says comes about."""

import sys
from pathlib import Path

import duckdb
import pytest

from tests.fixtures.recipes import copy_project, read_recipes, run_unit_tests
from tests.fixtures.whole_runs import Edition, ceping

RECIPES = read_recipes()
EDITION = 2018
SIZES = ("--sites", 60, "--crawled", 12, "--pages", 4, "--no-flaws")
SITE = "website:2201030001"


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Edition:
    """A copy of the project in which every recipe was followed, on the smallest example of next year's inbox."""
    project = copy_project(tmp_path_factory.mktemp("recipes") / "project")
    inbox = project / "home" / "inbox" / str(EDITION)
    ceping("example", "--out", inbox, *SIZES, command=(sys.executable, "-m", "pipelines.cli"), cwd=project)
    for steps in RECIPES.values():
        for step in steps:
            step.follow(project)
    return Edition(project / "home", inbox, "")


def files_of(recipe: str) -> set[str]:
    """The files of the project that a recipe touches; deliveries are none."""
    paths = {step.path for step in RECIPES[recipe] if step.path and step.language != "sh"}
    return {path for path in paths if not path.startswith("home/")}


def staged(followed: Edition, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(followed.home / "work" / "warehouse.duckdb"), read_only=True) as connection:
        return connection.execute(query).fetchall()


def pages_of(followed: Edition, page: str) -> tuple[str, str]:
    release = followed.release
    return (release / page).read_text(encoding="utf-8"), (release / "en" / page).read_text(encoding="utf-8")


def test_a_source_reaches_a_trend_table_and_its_page_with_six_files_and_no_python(followed: Edition) -> None:
    assert len(files_of("A source")) <= 6
    query = (
        "select breakdown, group_code, numerator, denominator, value from trends.trend_2_site_quality "
        "where measure = 'accessible_page_share' and breakdown <> 'province' order by all"
    )
    cells = [tuple(row.values()) for row in followed.rows(query)]
    assert cells == [("level", "county", 120, 150, 0.8), ("total", "all", 120, 150, 0.8)]
    chinese, english = pages_of(followed, "trends/2.html")
    assert "无障碍页面比例" in chinese
    assert "Accessible pages" in english
    [balance] = followed.rows(
        "select sum(rows_loaded)::int as loaded, bool_and(is_balanced) as is_balanced "
        "from audit.row_balance where source = 'accessibility_scan'"
    )
    assert balance == {"loaded": 3, "is_balanced": True}


def test_a_column_is_read_after_one_file(followed: Edition) -> None:
    assert len(files_of("A column")) == 1
    rows = staged(followed, "select site_code, standard from staging.stg_accessibility_scan order by all")
    assert rows == [("2201030001", None), ("2307040001", None), ("4512250001", "WCAG 2.0")]


def test_a_figure_is_counted_and_leads_to_its_units(followed: Edition) -> None:
    figure = "where figure_id = 'trend2.accessible_page_share'"
    [row] = followed.rows(f"select edition, computed, numerator, verdict, published from trends.figure {figure}")
    assert row == {"edition": EDITION, "computed": 0.8, "numerator": 120, "verdict": "unpublished", "published": None}
    [units] = followed.rows(f"select count(*) as units from trends.figure_unit {figure}")
    assert units == {"units": 3}


def test_an_indicator_is_scored_with_rows_and_one_model(followed: Edition) -> None:
    files = files_of("An indicator")
    assert len([path for path in files if path.endswith(".sql")]) == 1
    [row] = followed.rows(
        "select count(score) as scored, bool_and(score in (0, 100)) as is_banded from indices.idx_score "
        "where node_code = 'performance.weibo'"
    )
    assert row["scored"] > 0
    assert row["is_banded"]
    [evidence] = followed.rows(
        "select count(*) as files from indices.idx_evidence where measure_code = 'crawl.weibo_link_count'"
    )
    assert evidence["files"] > 0


def test_the_unit_tests_of_the_changed_models_hold(followed: Edition) -> None:
    changed = {
        Path(path).stem
        for steps in RECIPES.values()
        for path in (step.path for step in steps)
        if path and path.startswith("models/sql/") and path.endswith(".sql") and not Path(path).stem.startswith("stg_")
    }
    run_unit_tests(followed.home.parent, *sorted(changed))


def test_an_index_is_ranked_with_rows_alone(followed: Edition) -> None:
    assert {Path(path).suffix for path in files_of("An index")} == {".csv"}
    [row] = followed.rows(
        "select count(subject_rank) as ranked, min(subject_rank) as best, count(distinct edition) as editions "
        "from indices.idx_rank where index_code = 'reach'"
    )
    assert row["ranked"] > 1
    assert (row["best"], row["editions"]) == (1, 1)


def test_a_series_has_a_winner_and_a_page_with_rows_alone(followed: Edition) -> None:
    assert {Path(path).suffix for path in files_of("An award series")} == {".csv"}
    winners = followed.rows("select title_code, subject_id from awards.award_winner where series_code = 'series8'")
    assert winners == [{"title_code": "reach", "subject_id": SITE}]
    chinese, english = pages_of(followed, "series/series8.html")
    assert "2018年度中国政务网站触达奖" in chinese
    assert "Portals with the widest reach" in english


def test_an_edition_is_published_after_one_command(followed: Edition) -> None:
    commands = [step.text for step in RECIPES["An edition"]]
    assert commands == ["ceping edition new 2018 --from 2017\n", "ceping run --edition 2018\n"]
    assert followed.release.parent.parent.name == str(EDITION)
    figures = followed.rows("select distinct edition, verdict from trends.figure")
    assert {(row["edition"], row["verdict"]) for row in figures} == {
        (EDITION, "unpublished"),
        (EDITION, "not_computable"),
    }
    [winners] = followed.rows("select count(*) as rows from awards.award_winner")
    assert winners["rows"] > 1


def test_nothing_of_a_recipe_is_python_and_each_has_a_test() -> None:
    assert list(RECIPES) == [
        "A source", "A column", "A figure", "An indicator", "An index", "An award series", "An edition",
    ]  # fmt: skip
    assert not [path for recipe in RECIPES for path in files_of(recipe) if path.endswith(".py")]
