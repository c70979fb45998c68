"""The bulletin's claims, one by one: each has a verdict, and contradictions are told with their evidence."""

import csv

import polars as pl
import pytest

from pipelines.reference.rows import seed_path
from pipelines.settings import SEEDS_DIR
from tests.fixtures.two_editions import TwoEditions


def seed(name: str) -> list[dict[str, str]]:
    with seed_path(SEEDS_DIR, name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_every_one_of_the_82_claims_has_a_verdict(editions: TwoEditions) -> None:
    claims = editions.rows("trends.claim")
    assert len(claims) == 82
    assert claims["verdict"].null_count() == 0
    assert claims["rule_count"].min() >= 1
    assert set(claims["verdict"]) == {"agrees", "contradicted", "differs", "not_computable", "stated"}


def test_contradictions_are_borne_out_by_numbers(editions: TwoEditions) -> None:
    claims = dict(editions.rows("trends.claim").select("claim_id", "verdict").iter_rows())
    assert claims["T2d"] == claims["T4e"] == claims["T5a"] == "contradicted"
    found = editions.rows("trends.claim_contradiction")
    evidence = {row["claim_id"]: row["evidence_value"] for row in found.iter_rows(named=True)}
    assert evidence["T2d"] == 50_000
    assert evidence["T4e"] == 30 / 32
    assert evidence["T5a"] == 0
    assert evidence["N03"] == pytest.approx(3_850_000_000 / 1_581)
    [press] = found.filter(pl.col("claim_id").is_null()).iter_rows(named=True)
    assert "87%" in press["other_zh"]


def test_counts_are_computed_and_not_typed_in(editions: TwoEditions) -> None:
    checks = editions.rows("trends.claim_check")
    computed = {(row["claim_id"], row["rule_order"]): row["computed"] for row in checks.iter_rows(named=True)}
    assert computed["M6", 1] == 6
    assert computed["M6", 2] == 18
    assert computed["P11", 2] == 6
    assert computed["M1b", 1] == 7
    assert computed["T2b", 1] == 8
    assert computed["N07", 1] == 32
    assert computed["P07", 1] == 16
    assert computed["T4d", 2] == 31 / 32


def test_a_claim_says_what_it_was_held_against(editions: TwoEditions) -> None:
    """Of 55 that agreed 17 were compared with their own words and 13 with rows made to their number."""
    claims = {row["claim_id"]: row for row in editions.rows("trends.claim").iter_rows(named=True)}
    kinds = {claim_id: (claims[claim_id]["verdict"], claims[claim_id]["evidence_kind"]) for claim_id in claims}
    assert kinds["W2"] == kinds["P07"] == ("stated", "itself")
    assert kinds["M6"] == ("agrees", "own_design")
    assert kinds["T3c"] == kinds["P03"] == ("agrees", "official")
    assert kinds["N07"] == ("agrees", "official")
    for claim_id in ("N05", "M6i", "P11"):
        assert kinds[claim_id][1] == "synthetic"
        assert claims[claim_id]["is_synthetic"]
    checks = editions.rows("trends.claim_check")
    assert "itself" not in set(checks.filter(pl.col("verdict") == "agrees")["evidence_kind"])


def test_a_qualifier_is_read_one_way_in_a_sentence(editions: TwoEditions) -> None:
    """超过 was read into 95% and not into 96.9% of one sentence, so that both agreed."""
    checks = editions.rows("trends.claim_check")
    read = {row["claim_id"]: row["qualifier"] for row in checks.filter(rule_order=1).iter_rows(named=True)}
    assert [read[f"T4{letter}"] for letter in "cdef"] == ["超过", "=", "=", "超过"]
    ways = checks.drop_nulls("qualifier").group_by("claim_id", "stated_number").agg(pl.col("qualifier").n_unique())
    assert set(ways["qualifier"]) == {1}


def test_what_is_not_computable_says_why_in_words(editions: TwoEditions) -> None:
    missing = editions.rows("trends.claim").filter(pl.col("verdict") == "not_computable")["missing_input"]
    labels = editions.rows("core.dim_label").filter(pl.col("label_kind") == "missing_input")["label_code"]
    assert len(missing) > 0
    assert set(missing) <= set(labels)


def test_claims_of_an_edition_follow_its_inbox(editions: TwoEditions) -> None:
    # A figure that answers no claim is our own.
    figures = editions.rows("trends.figure").filter((pl.col("edition") == 2017) & pl.col("claim_id").is_not_null())
    judged = editions.rows("trends.claim_check").filter(pl.col("rule_kind") == "figure")
    assert len(judged) == len(figures)
    refuted = figures.filter(pl.col("verdict") == "contradicted")["figure_id"]
    assert set(refuted) == {"trend2.running_sites_2016", "trend4.fusion_key_city"}
    others = [
        frame.filter(~pl.col(name).is_in(refuted.implode()))
        for frame, name in ((judged, "check_code"), (figures, "figure_id"))
    ]
    assert dict(others[0].select("check_code", "verdict").iter_rows()) == dict(
        others[1].select("figure_id", "verdict").iter_rows()
    )
    claims = editions.rows("trends.claim").select("edition", "claim_id", claim_verdict="verdict")
    both = figures.join(claims, on=["edition", "claim_id"])
    assert both.filter(pl.col("verdict") != pl.col("claim_verdict")).is_empty()


def test_the_seeds_of_claims_refer_to_each_other() -> None:
    claims = {row["claim_id"]: row for row in seed("claims")}
    rules = seed("claim_rules")
    assert {row["claim_id"] for row in rules} == set(claims)
    figures = {row["figure_id"] for row in seed("figures") if row["edition"] == "2017" and row["claim_id"]}
    assert {row["check_code"] for row in rules if row["rule_kind"] == "figure"} == figures
    assert {row["claim_id"] for row in seed("claim_contradictions")} - {""} <= set(claims)
    for item in seed("claim_items"):
        if item["found_in"] == "quote":
            assert item["item_zh"] in claims[item["claim_id"]]["quote"]
