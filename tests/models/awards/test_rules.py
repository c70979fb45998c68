"""Each rule of the awards on a few units: what it decides, and what changes when one cell of it, or an appeal, does."""

from collections.abc import Mapping

import polars as pl
import pytest

from pipelines.settings import Settings
from tests.fixtures.warehouse import rows_of
from tests.models.awards.conftest import Judged

Outcomes = Mapping[tuple[str, str], str]
DECIDED = {
    ("share", "A"): "won",
    ("share", "B"): "won",
    ("share", "C"): "won",
    ("missing", "A"): "won",
    ("missing", "B"): "tied_at_line",
    ("missing", "C"): "tied_at_line",
    ("parted", "A"): "won",
    ("parted", "B"): "below_quota",
    ("parted", "C"): "won",
    ("panel", "V"): "vetoed",
    ("panel", "A"): "won",
    ("panel", "B"): "not_approved",
    ("panel", "C"): "too_few_voices",
    ("panel", "D"): "too_few_reviewers",
    ("evidence", "A"): "won",
    ("evidence", "B"): "too_few_self_nominations",
    ("evidence", "C"): "won",
    ("classes", "A"): "won",
    ("classes", "B"): "below_quota",
    ("classes", "N"): "not_scored",
    ("appealed", "A"): "won",
    ("appealed", "B"): "below_quota",
    ("corrected", "D"): "won",
    ("reviewed", "A"): "won",
    ("reviewed", "B"): "below_quota",
    ("recused", "A"): "not_approved",
    ("after", "A"): "excluded",
    ("after", "B"): "won",
}
# What a rule flipped, and what an appeal did; everything else stays as it was.
FLIPPED = {
    ("missing", "B"): "below_quota",
    ("missing", "C"): "below_quota",
    ("panel", "B"): "won",
    ("evidence", "B"): "won",
    ("after", "A"): "won",
    ("after", "B"): "below_quota",
}
APPEALED = {
    ("appealed", "A"): "withdrawn_on_appeal",
    ("appealed", "B"): "won",
    ("target", "D"): "won",
    ("reviewed", "A"): "below_quota",
    ("reviewed", "B"): "won",
    ("recused", "A"): "won",
}


def outcomes(settings: Settings) -> Outcomes:
    candidates = rows_of(settings, "awards.award_candidate")
    return {
        (row["title_code"], row["subject_id"].removeprefix("unit:")): row["outcome_code"]
        for row in candidates.iter_rows(named=True)
    }


def one(settings: Settings, table: str, **wanted: object) -> dict[str, object]:
    return rows_of(settings, f"awards.{table}").row(
        by_predicate=pl.all_horizontal(pl.col(column) == value for column, value in wanted.items()), named=True
    )


def test_every_rule_decides_as_it_says(first: Settings) -> None:
    assert outcomes(first) == DECIDED


def test_a_flipped_rule_and_an_appeal_change_what_they_should_and_nothing_else(later: Settings) -> None:
    moved = {place for place in DECIDED if place == ("corrected", "D")}
    kept = {place: outcome for place, outcome in DECIDED.items() if place not in moved}
    assert outcomes(later) == {**kept, **FLIPPED, **APPEALED}


def test_plain_python_decides_the_same(editions: tuple[Judged, Judged]) -> None:
    for judged in editions:
        rows = rows_of(judged.settings, "awards.award_candidate").to_dicts()
        assert len(rows) == len(judged.again)
        for row in rows:
            candidate = judged.again[row["title_code"], row["subject_id"]]
            assert row["outcome_code"] == candidate.outcome, row
            assert row["award_score"] == (None if candidate.score is None else pytest.approx(candidate.score))


def test_a_tie_across_the_line_is_shared_and_said(first: Settings) -> None:
    shared = one(first, "award_class", title_code="share")
    assert (shared["quota"], shared["winner_count"], shared["class_outcome"]) == (2, 3, "shared")
    tied = one(first, "award_winner", title_code="share", subject_id="unit:C")
    assert (tied["award_rank"], tied["tied_count"]) == (2, 2)


def test_a_recused_expert_neither_counts_nor_nominates(first: Settings) -> None:
    winner = one(first, "award_candidate", title_code="panel", subject_id="unit:A")
    assert (winner["reviewer_count"], winner["recused_count"], winner["approving_count"]) == (2, 1, 2)
    assert winner["expert_nomination_count"] == 1
    assert "1 份专家推荐因推荐人回避而不计" in str(winner["note_zh"])


def test_a_vetoed_leader_leaves_the_place_and_is_named_as_better(first: Settings) -> None:
    leader = one(first, "award_candidate", title_code="panel", subject_id="unit:V")
    assert (leader["score_rank"], leader["award_rank"], leader["is_eligible"]) == (1, None, False)
    winner = one(first, "award_winner", title_code="panel")
    assert (winner["subject_id"], winner["runner_up_subject_id"], winner["margin"]) == ("unit:A", "unit:V", -5.0)


def test_a_veto_nobody_examined_is_neither_passed_nor_struck_and_is_named(first: Settings) -> None:
    found = rows_of(first, "awards.award_candidate").filter(pl.col("title_code").is_in(["panel", "share"]))
    columns = ("is_veto_passed", "veto_null_reason", "examined_veto_count", "veto_count", "note_zh")
    told = {(row["title_code"], row["subject_id"]): row for row in found.iter_rows(named=True)}
    said = {place: tuple(row[column] for column in columns) for place, row in told.items()}
    open_veto = "测试指数的 2 项单项否决中 1 项未评价，不视为通过：按时答复（未采集）"
    assert said["panel", "unit:A"] == (True, None, 2, 2, "1 份专家推荐因推荐人回避而不计")
    assert said["panel", "unit:B"] == (None, "not_examined", 1, 2, open_veto)
    assert said["panel", "unit:V"] == (False, None, 1, 2, None)
    assert said["share", "unit:A"] == (None, "no_veto", None, None, None)


def test_an_empty_class_is_listed(first: Settings) -> None:
    classes = rows_of(first, "awards.award_class").filter(pl.col("title_code") == "classes")
    assert classes.select("rank_class", "candidate_count", "class_outcome").sort("rank_class").rows() == [
        ("x", 2, "filled"),
        ("y", 1, "empty"),
        ("z", 0, "empty"),
    ]


def test_two_names_are_one_candidate_with_a_note(first: Settings) -> None:
    candidate = one(first, "award_candidate", title_code="classes", subject_id="unit:A")
    assert (candidate["nominated_name_count"], candidate["nominated_names"]) == (2, "单位A|单位甲（旧名）")
    assert "以 2 个名称被推荐" in str(candidate["note_zh"])


def test_wins_are_counted_over_the_years(first: Settings) -> None:
    wins = rows_of(first, "awards.award_winner").filter(pl.col("title_code") == "share")
    assert wins.select("subject_id", "consecutive_wins", "total_wins").sort("subject_id").rows() == [
        ("unit:A", 3, 3),
        ("unit:B", 1, 2),
        ("unit:C", 1, 1),
    ]
    history = rows_of(first, "awards.award_history").filter(~pl.col("is_counted"))
    assert history.select("award_year", "title_code").sort("award_year").rows() == [
        (2016, "不再设的奖"),
        (2017, "share"),
    ]


def test_an_editor_replaces_the_draft_and_unused_text_is_suspect(first: Settings) -> None:
    edited = one(first, "award_winner", title_code="missing")
    assert (edited["citation_zh"], edited["is_citation_edited"]) == ("编辑所撰理由。", True)
    assert "单位A" in str(edited["citation_en"])
    drafted = one(first, "award_winner", title_code="evidence", subject_id="unit:A")
    assert str(drafted["citation_zh"]).count("单位A") == 1
    assert "90.00分" in str(drafted["citation_zh"])
    assert str(drafted["citation_zh"]).endswith("奖项evidence。")
    suspicions = rows_of(first, "audit.suspicion").filter(pl.col("suspicion_code") == "unused_citation")
    assert suspicions["subject_id"].to_list() == ["unit:D"]


def test_every_appeal_says_what_it_did(later: Settings) -> None:
    appeals = rows_of(later, "awards.award_appeal").sort("case_code")
    assert appeals.select("case_code", "is_in_force", "changed_count").rows() == [
        ("S1", True, 1),
        ("S2", True, 1),
        ("S3", True, 1),
        ("S4", True, 1),
        ("S5", False, 0),
        ("S6", False, 0),
        ("S7", True, 0),
    ]
    assert appeals["did_zh"][6] == "未找到决定所针对的数据，未作改变"


def test_a_nomination_for_a_title_nobody_knows_is_quarantined(first: Settings) -> None:
    quarantined = rows_of(first, "audit.quarantine").select("source", "column_name", "reason_code", "rejected_value")
    assert quarantined.rows() == [("nomination", "title_code", "unknown_reference", "没有的奖")]
