"""The seeds that citations are drafted from: what an editor may get wrong in a pattern."""

import re

import pytest

from pipelines.reference.rows import read_rows
from pipelines.settings import SEEDS_DIR

PLACES = {"place_first", "place_tied", "place_front", "place_high", "praise"}
KNOWN = {"subject", "point", "merit", "peers", "value", "place", "count", "title"}
PATTERNS = [row for _, row in read_rows(SEEDS_DIR, "award_citation_sentences")]
POINTS = [row for _, row in read_rows(SEEDS_DIR, "award_citation_points")]
IDS = [f"{row['manner']}-{row['pattern_order']}" for row in PATTERNS]


def named(text: str) -> set[str]:
    return {name.lower() for name in re.findall(r"\{(\w+)\}", text)}


@pytest.mark.parametrize("pattern", PATTERNS, ids=IDS)
def test_a_pattern_tells_its_figures_in_both_languages(pattern: dict[str, str]) -> None:
    zh, en = named(pattern["sentence_zh"]), named(pattern["sentence_en"])
    assert zh <= KNOWN
    assert (zh & {"value", "place", "count", "peers", "merit", "point"}) == en - {"subject", "title"}
    if pattern["manner"] in PLACES:
        assert {"subject", "point", "merit", "value"} <= zh
    if pattern["manner"].startswith("closing"):
        assert "title" in zh & en
    assert pattern["sentence_zh"].endswith("。")
    assert re.search(r"[.:]|\{title\}", pattern["sentence_en"][-1:])


@pytest.mark.parametrize("pattern", PATTERNS, ids=IDS)
def test_a_pattern_reads_without_its_subject(pattern: dict[str, str]) -> None:
    """Only the first sentence of a citation names who it is about."""
    without = pattern["sentence_zh"].replace("{subject}", "")
    assert not re.search(r"^[，、的是]|[，。：（][，、的]|是的|把，", without), without
    assert not re.search(r"(?<![.:] )\{subject\}'s", pattern["sentence_en"])


def test_every_manner_of_a_point_has_patterns_and_what_praises_has_merits() -> None:
    manners = {row["manner"] for row in PATTERNS}
    merits = {row["point_code"] for _, row in read_rows(SEEDS_DIR, "award_citation_merits")}
    for point in POINTS:
        wanted = (
            {"place_first", "place_tied", "place_front", "place_high"}
            if point["manner"] == "place"
            else {point["manner"]}
        )
        assert wanted <= manners
        assert (point["point_code"] in merits) == (point["figure_kind"] != "winner")
