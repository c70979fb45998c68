"""Every rule of the suites of the awards finds what is wrong, and finds nothing where nothing is."""

import shutil
from pathlib import Path

import duckdb
import pytest

from pipelines.gate.suites import read_suites
from pipelines.settings import EXPECTATIONS_DIR, Settings

WINNER = "series_code = 'series1' and title_code = 'share' and subject_id = 'unit:A'"
# Table, rule, and what breaks it.
FAULTS = {
    ("award_title", "without_inputs"): "update awards.award_title set input_count = 0",
    ("award_class", "other_than_winners"): "update awards.award_class set winner_count = winner_count + 1",
    ("award_class", "empty_classes"): "update awards.award_class set class_outcome = 'empty'",
    ("award_candidate", "winners_who_may_not"): "update awards.award_candidate set is_winner = true",
    ("award_candidate", "passed_over"): (
        f"update awards.award_candidate set is_winner = false, outcome_code = 'below_quota' where {WINNER}"
    ),
    ("award_candidate", "passed_unexamined"): (
        "update awards.award_candidate set is_veto_passed = true where veto_null_reason = 'not_examined'"
    ),
    ("award_candidate", "beyond_the_scale"): f"update awards.award_candidate set award_score = 101 where {WINNER}",
    ("award_component", "sums_that_differ"): "update awards.award_component set weighted_score = weighted_score / 2",
    ("award_component", "empty_without_a_reason"): "update awards.award_component set null_reason = null",
    ("award_winner", "not_among_the_candidates"): f"update awards.award_candidate set is_winner = false where {WINNER}",
    ("award_winner", "counts_that_cannot_be"): "update awards.award_winner set total_wins = consecutive_wins - 1",
    ("award_winner", "won_twice_against_the_rule"): (
        "update awards.award_title set excluded_after_zh = '奖项missing' where title_code = 'share'"
    ),
    ("award_firmness", "eligible_without_a_chance"): f"delete from awards.award_firmness where {WINNER}",
    ("award_firmness", "chances_of_who_may_not"): "update awards.award_firmness set quota = quota + 1",
    ("award_firmness", "percentiles_out_of_order"): "update awards.award_firmness set rank_p05 = rank_p95 + 1",
    ("award_firmness", "shaky_wins"): "update awards.award_firmness set chance = 0.1",
    ("award_citation_figure", "not_in_the_sentence"): "update awards.award_citation_figure set shown = '0.123'",
    ("award_citation_figure", "not_in_the_table"): f"update awards.award_winner set award_score = 1 where {WINNER}",
    ("award_history", "not_counted"): "update awards.award_history set is_counted = false",
    ("award_appeal", "without_a_day"): "update awards.award_appeal set decided_date = null",
    ("award_appeal", "changed_without_force"): "update awards.award_appeal set is_in_force = false",
    ("award_appeal", "found_nothing"): "update awards.award_appeal set changed_count = 0",
    ("fct_expert_review", "recused_with_a_score"): "update awards.fct_expert_review set is_recused = true",
    ("fct_expert_review", "other_than_least_squares"): (
        "update awards.fct_expert_review set adjusted_score = score - severity"
    ),
    ("fct_expert_review", "outliers"): "update awards.fct_expert_review set is_outlier = true",
    ("fct_expert_mean", "means_of_nothing"): "update awards.fct_expert_mean set review_count = 0",
    ("fct_expert_agreement", "impossible"): "update awards.fct_expert_agreement set alpha = 1.5",
    ("fct_expert_agreement", "disagreed"): "update awards.fct_expert_agreement set is_agreed = false",
    ("fct_expert_severity", "scores_nowhere"): "update awards.fct_expert_severity set review_count = 0, severity = 1",
    ("fct_expert_severity", "far_off"): "update awards.fct_expert_severity set is_outlier = true",
}
# Facts of the crafted edition that warn by themselves.
TRUE_WARNINGS = {"empty_classes", "not_counted", "found_nothing", "disagreed", "outliers", "far_off"}
SUITES = {name.removeprefix("awards."): s for name, s in read_suites(EXPECTATIONS_DIR).items() if "awards." in name}


@pytest.fixture
def tables(later: Settings, tmp_path: Path) -> duckdb.DuckDBPyConnection:
    """The tables of the crafted edition, to be broken."""
    shutil.copy(later.warehouse_path, tmp_path / "broken.duckdb")
    return duckdb.connect(str(tmp_path / "broken.duckdb"))


def found(connection: duckdb.DuckDBPyConnection, table: str, rule: str) -> int:
    connection.execute(f"create or replace temp view candidate as select * from awards.{table}")
    return len(connection.execute(SUITES[table].never[rule].rows).fetchall())


def test_every_rule_has_a_fault() -> None:
    assert set(FAULTS) == {(table, rule) for table, suite in SUITES.items() for rule in suite.never}


def test_every_fault_is_found_and_nothing_else(tables: duckdb.DuckDBPyConnection) -> None:
    for (table, rule), fault in FAULTS.items():
        before = found(tables, table, rule)
        assert before == 0 or rule in TRUE_WARNINGS, (table, rule, before)
        tables.execute("begin")
        tables.execute(fault)
        assert found(tables, table, rule) > 0, (table, rule)
        tables.execute("rollback")
