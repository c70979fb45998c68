"""The awards of the example edition: all seven series, decided again in plain Python, and every number traced."""

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import duckdb
import krippendorff
import numpy as np
import polars as pl
import pytest
from scipy.sparse.csgraph import connected_components  # type: ignore[import-untyped]
from statsmodels.formula.api import ols  # type: ignore[import-untyped]
from statsmodels.regression.linear_model import OLS  # type: ignore[import-untyped]
from statsmodels.stats.anova import anova_lm  # type: ignore[import-untyped]

from pipelines.reference.rows import read_rows
from pipelines.settings import SEEDS_DIR
from tests.fixtures.award_reference import Court
from tests.fixtures.shown_text import codes_shown
from tests.fixtures.whole_runs import Edition

Row = dict[str, Any]


@pytest.fixture(scope="module")
def warehouse(example: Edition) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(example.home / "work" / "warehouse.duckdb"), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def release(example: Edition) -> Iterator[duckdb.DuckDBPyConnection]:
    database: Path = next(example.internal.glob("*.duckdb"))
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


def test_winners_are_from_all_over_the_country_and_the_party_has_its_titles(release: duckdb.DuckDBPyConnection) -> None:
    won = rows(
        release,
        "select winners.title_code, winners.rank_class, subjects.province_code, subjects.region_code, subjects.system "
        "from awards.award_winner as winners inner join core.dim_subject as subjects using (edition, subject_id)",
    )
    provinces = [row["province_code"] for row in won if row["province_code"] is not None]
    assert len(set(provinces)) >= 20
    assert max(provinces.count(province) for province in set(provinces)) <= 8
    by_title = {row["title_code"]: row for row in won}
    assert by_title["most_effective"]["system"] == by_title["widest_spread"]["system"] == "party"
    assert by_title["most_innovative"]["region_code"] == "110000"
    ranked = "select count(subject_rank) from indices.idx_rank where index_code = 'party_site'"
    assert release.sql(ranked).fetchall() == [(17,)]


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
    assert len(figures) > 600
    for figure in figures:
        key = dict(part.split("=", 1) for part in figure["table_key"].split("|"))
        assert derived(release, figure, key) == figure["value"], figure
        assert figure["shown"] in figure["sentence_zh"]


def derived(release: duckdb.DuckDBPyConnection, figure: Row, key: dict[str, str]) -> float:
    """What a number is made of, counted apart: the cell, or what the scores of its class say of it."""
    where = " and ".join(f"cast({column} as varchar) = ?" for column in key)
    query = f"select {figure['column_name']} from {figure['table_name']} where {where}"
    [(cell,)] = release.execute(query, list(key.values())).fetchall()
    if figure["derivation_code"] == "cell":
        return float(cell)
    least = "select parameter_value from core.dim_parameter where parameter_code = 'award.citation_coverage_min'"
    own = "select rank_class from indices.idx_rank where index_code = ? and subject_id = ?"
    peers = release.execute(
        f"""
        select scores.score from indices.idx_score as scores
        inner join indices.idx_rank as ranks using (edition, index_code, subject_id)
        where scores.index_code = ? and scores.node_code = ? and ranks.rank_class = ({own})
            and ranks.subject_rank is not null and scores.score is not null
            and (scores.parent_code is null or scores.coverage >= ({least}))
        """,
        [key["index_code"], key["node_code"], key["index_code"], key["subject_id"]],
    ).fetchall()
    better = sum(score > cell for (score,) in peers)
    return {"place_in_class": better + 1, "count_in_class": len(peers)}[figure["derivation_code"]]


def words(text: str) -> set[str]:
    """The pairs of letters of a Chinese text, which stand for its words."""
    letters = re.sub(r"\W", "", text)
    return {letters[place : place + 2] for place in range(len(letters) - 1)}


def test_no_two_citations_of_a_title_are_alike_in_more_than_half_of_their_words(
    release: duckdb.DuckDBPyConnection,
) -> None:
    winners = rows(release, "select * from awards.award_winner where not is_citation_edited")
    by_title: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for winner in winners:
        by_title[winner["series_code"], winner["title_code"]].append(winner)
    for title, of_title in by_title.items():
        for one, other in combinations(of_title, 2):
            ours, theirs = words(one["citation_zh"]), words(other["citation_zh"])
            alike = 2 * len(ours & theirs) / (len(ours) + len(theirs))
            assert alike <= 0.5, (title, one["citation_zh"], other["citation_zh"])


def test_citations_argue_for_their_winner(release: duckdb.DuckDBPyConnection) -> None:
    winners = rows(release, "select * from awards.award_winner where not is_citation_edited")
    for winner in winners:
        text = winner["citation_zh"]
        assert text.count(winner["subject_name_zh"]) == 1
        assert text.count(winner["title_name_zh"]) == 1
        assert "{" not in text + winner["citation_en"]
        assert not re.search(r"。。|，，|，。|^，|（，", text), text
        if winner["series_code"] == "series1":
            assert 120 <= len(text) <= 300, text
    lengths = "select length(citation_zh) from awards.award_winner"
    assert min(length for (length,) in release.sql(lengths).fetchall()) >= 80
    told = "select value from awards.award_citation_figure where column_name = 'score' and derivation_code = 'cell'"
    values = [value for (value,) in release.sql(told).fetchall()]
    assert len(values) > 200
    assert min(values) >= 60


def test_every_title_has_eight_patterns_and_more(release: duckdb.DuckDBPyConnection) -> None:
    patterns = [row for _, row in read_rows(SEEDS_DIR, "award_citation_sentences")]
    points = [row for _, row in read_rows(SEEDS_DIR, "award_citation_points")]
    for (series,) in release.sql("select distinct series_code from awards.award_title").fetchall():
        manners = {p["manner"] for p in points if p["series_codes"] == "*" or series in p["series_codes"].split("|")}
        places = {"place_first", "place_tied", "place_front", "place_high"} if "place" in manners else set()
        assert sum(pattern["manner"] in manners | places for pattern in patterns) >= 8


def test_no_page_of_the_example_shows_a_code(example: Edition) -> None:
    assert codes_shown(example.release) == {}


def test_agreement_is_that_of_the_libraries(release: duckdb.DuckDBPyConnection) -> None:
    """Alpha by krippendorff, its interval by leaving out each subject, ICC(2,k) from the table of variance."""
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
        assert agreement["alpha"] == pytest.approx(alpha_of(table), abs=1e-9)
        if len(subjects) < 10:
            without = np.array([alpha_of(np.delete(table, place, axis=1)) for place in range(len(subjects))])
            half = 1.959964 * np.sqrt((len(subjects) - 1) * without.var())
            assert agreement["alpha_low"] == pytest.approx(agreement["alpha"] - half, abs=1e-6)
        if not np.isnan(table).any():
            assert agreement["mean_reliability"] == pytest.approx(reliability_of(panel), abs=1e-8)


def alpha_of(table: np.ndarray) -> float:
    return float(krippendorff.alpha(reliability_data=table, level_of_measurement="interval"))


def reliability_of(panel: list[Row]) -> float:
    """ICC(2,k) of Shrout and Fleiss (1979)."""
    model = ols("score ~ C(subject_id) + C(expert_id)", pl.DataFrame(panel).to_dict(as_series=False)).fit()
    subjects, experts, rest = anova_lm(model)["mean_sq"].to_list()
    count = len({review["subject_id"] for review in panel})
    return float((subjects - rest) / (subjects + (experts - rest) / count))


def test_severity_is_that_of_a_linear_model_of_subjects_and_experts(release: duckdb.DuckDBPyConnection) -> None:
    """Means of panels stand for the subjects (Frisch and Waugh); of experts who met one is the measure of the rest."""
    panel = ["series_code", "title_code", "subject_id", "criterion_code"]
    reviews = release.sql("select * from awards.fct_expert_review where score is not null").pl()
    met = reviews.filter(pl.len().over(panel) > 1)
    effects = met.select("expert_id").to_dummies().cast(pl.Float64)
    experts = [name.removeprefix("expert_id_") for name in effects.columns]
    centred = pl.concat([met.select(panel), effects, met.select("score")], how="horizontal").select(
        pl.col(name) - pl.col(name).mean().over(panel) for name in (*effects.columns, "score")
    )
    design, scores = centred.drop("score").to_numpy(), centred["score"].to_numpy()
    _, group_of = connected_components(np.abs(design.T @ design) > 1e-9)
    measures = [int(np.flatnonzero(group_of == group)[0]) for group in np.unique(group_of)]
    others = [place for place in range(len(experts)) if place not in measures]
    found = np.zeros(len(experts))
    found[others] = -OLS(scores, design[:, others]).fit().params
    counts = effects.sum().to_numpy()[0]
    for group in np.unique(group_of):
        found[group_of == group] -= np.average(found[group_of == group], weights=counts[group_of == group])
    published = dict(release.sql("select distinct expert_id, severity from awards.fct_expert_review").fetchall())
    assert len(experts) > 30
    assert dict(zip(experts, found, strict=True)) == pytest.approx(
        {expert: severity for expert, severity in published.items() if severity is not None}, abs=1e-6
    )


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
