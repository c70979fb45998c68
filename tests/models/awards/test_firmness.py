"""How firm the wins of the crafted edition are: unmoved draws are its scores, and whoever may win has a chance."""

import duckdb
import numpy as np
import polars as pl

from pipelines.robustness.inputs import contested_titles
from pipelines.robustness.laws import MEAN
from pipelines.robustness.simulation import Simulation
from pipelines.settings import Settings
from tests.fixtures.drawing import rules
from tests.fixtures.warehouse import rows_of

TITLE = ("edition", "series_code", "title_code")


def eligible(settings: Settings) -> pl.DataFrame:
    return rows_of(settings, "awards.award_candidate").filter("is_eligible")


def test_unmoved_draws_are_the_published_scores(first: Settings) -> None:
    candidates = eligible(first)
    with duckdb.connect(str(first.warehouse_path), read_only=True) as connection:
        titles = list(contested_titles(connection))
    assert len(titles) == candidates.select("series_code", "title_code").n_unique() > 5
    assert {leaf.law for title in titles for leaf in title.index.leaves} == {None, MEAN}
    for title in titles:
        draws = Simulation(title.index, rules(draw_count=2, sensitivity_count=1)).run()
        found = candidates.filter(series_code=title.series_code, title_code=title.title_code)
        expected = found.sort("rank_class", "subject_id")
        assert np.array(title.index.subject_ids)[title.is_eligible].tolist() == expected["subject_id"].to_list()
        for scores in (draws.base_scores, draws.scores[1]):
            assert np.abs(scores[title.is_eligible] - expected["award_score"].to_numpy()).max() < 1e-9, title.title_code


def test_whoever_may_win_has_a_chance_and_nobody_else(first: Settings) -> None:
    firmness = rows_of(first, "awards.award_firmness")
    key = [*TITLE, "subject_id", "rank_class", "quota", "is_synthetic"]
    assert firmness.select(key).equals(eligible(first).select(key).sort(key))
    chances = {(row["title_code"], row["subject_id"][-1]): row["chance"] for row in firmness.to_dicts()}
    assert chances["classes", "A"] > 0.5 > chances["classes", "B"]
    assert ("panel", "V") not in chances
    assert ("after", "A") not in chances


def test_who_may_lose_what_excludes_it_leaves_the_next_title_to_others(first: Settings) -> None:
    """A wins the first title in every draw, so B has the next one in every draw, though A stands in it."""
    with duckdb.connect(str(first.warehouse_path), read_only=True) as connection:
        [after] = [title for title in contested_titles(connection) if title.title_code == "after"]
    assert [subject[-1] for subject in after.index.subject_ids] == ["A", "B"]
    assert after.is_eligible.tolist() == [False, True]
    firmness = rows_of(first, "awards.award_firmness").filter(title_code="after")
    assert firmness.select(pl.col("subject_id").str.tail(1), "chance", "rank_p05", "rank_p95").rows() == [
        ("B", 1, 1, 1)
    ]
