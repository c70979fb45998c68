"""The awards of the example edition: all seven series, decided again in plain Python, and every number traced."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import krippendorff
import numpy as np
import pytest

from pipelines.settings import SEEDS_DIR
from tests.fixtures.award_reference import Court
from tests.fixtures.whole_runs import Edition

Row = dict[str, Any]


@pytest.fixture(scope="module")
def warehouse(example: Edition) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(example.home / "work" / "warehouse.duckdb"), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def release(example: Edition) -> Iterator[duckdb.DuckDBPyConnection]:
    database: Path = next(example.release.glob("*.duckdb"))
    with duckdb.connect(str(database), read_only=True) as connection:
        yield connection


def rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[Row]:
    return connection.sql(query).pl().to_dicts()


def test_every_series_and_title_has_a_winner(release: duckdb.DuckDBPyConnection) -> None:
    titles = rows(release, "select series_code, title_code from awards.award_title")
    won = rows(release, "select distinct series_code, title_code from awards.award_winner")
    key = ("series_code", "title_code")
    assert {tuple(row[k] for k in key) for row in won} == {tuple(row[k] for k in key) for row in titles}
    assert len({row["series_code"] for row in won}) == 7
    assert sum(row["series_code"] == "series1" for row in titles) == 5


def test_plain_python_decides_the_example_alike(
    warehouse: duckdb.DuckDBPyConnection, release: duckdb.DuckDBPyConnection
) -> None:
    decided = Court(SEEDS_DIR, lambda table: warehouse.sql(f"select * from {table}").pl()).decide()
    published = rows(release, "select * from awards.award_candidate")
    assert len(published) == len(decided)
    for row in published:
        candidate = decided[row["series_code"], row["title_code"], row["subject_id"]]
        assert row["outcome_code"] == candidate.outcome, row
        assert row["award_score"] == (None if candidate.score is None else pytest.approx(candidate.score, abs=1e-6))


def test_years_and_wins_are_those_of_the_bulletin(release: duckdb.DuckDBPyConnection) -> None:
    years = dict(release.sql("select series_code, min(year_number) from awards.award_title group by all").fetchall())
    assert years == {**{f"series{number}": 16 for number in (1, 2, 3, 4, 6, 7)}, "series5": 6}
    [effective] = rows(release, "select * from awards.award_winner where title_code = 'most_effective'")
    assert (effective["consecutive_wins"], effective["total_wins"]) == (5, 5)
    assert "连续第5次获得本奖项" in effective["citation_zh"]


def test_every_number_of_a_citation_stands_where_it_says(release: duckdb.DuckDBPyConnection) -> None:
    figures = rows(release, "select * from awards.award_citation_figure")
    assert len(figures) > 200
    for figure in figures:
        key = dict(part.split("=", 1) for part in figure["table_key"].split("|"))
        where = " and ".join(f"cast({column} as varchar) = ?" for column in key)
        query = f"select {figure['column_name']} from {figure['table_name']} where {where}"
        assert release.execute(query, list(key.values())).fetchall() == [(figure["value"],)], figure
        assert figure["shown"] in figure["sentence_zh"]


def test_alpha_is_that_of_the_library(release: duckdb.DuckDBPyConnection) -> None:
    agreements = rows(release, "select * from awards.fct_expert_agreement")
    reviews = rows(release, "select * from awards.fct_expert_review where score is not null")
    panels: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for review in reviews:
        panels[review["series_code"], review["criterion_code"]].append(review)
    assert len(agreements) == len(panels) > 30
    for agreement in agreements:
        panel = panels[agreement["series_code"], agreement["criterion_code"]]
        experts = sorted({review["expert_id"] for review in panel})
        subjects = sorted({review["subject_id"] for review in panel})
        table = np.full((len(experts), len(subjects)), np.nan)
        for review in panel:
            table[experts.index(review["expert_id"]), subjects.index(review["subject_id"])] = review["score"]
        expected = krippendorff.alpha(reliability_data=table, level_of_measurement="interval")
        assert agreement["alpha"] == pytest.approx(expected, abs=1e-9)


def test_side_cases_of_the_example_are_there(release: duckdb.DuckDBPyConnection) -> None:
    outcomes = {
        row["outcome_code"] for row in rows(release, "select distinct outcome_code from awards.award_candidate")
    }
    assert {"vetoed", "not_approved", "excluded", "withdrawn_on_appeal", "too_few_self_nominations"} <= outcomes
    notes = rows(release, "select note_zh from awards.award_candidate where note_zh is not null")
    assert any("2 个名称" in row["note_zh"] for row in notes)
    assert any("回避" in row["note_zh"] for row in notes)
    [appeals] = rows(
        release,
        "select count(*) as n, sum(changed_count)::bigint as changed from awards.award_appeal where is_in_force",
    )
    assert appeals == {"n": 4, "changed": 10}
    empty = release.sql("select rank_class from awards.award_class where class_outcome = 'empty'").fetchall()
    assert ("app",) in empty
    wildest = (
        "select expert_id, score from awards.fct_expert_review where is_outlier order by abs(residual_z) desc limit 1"
    )
    assert rows(release, wildest) == [{"expert_id": "E08", "score": 31.0}]
