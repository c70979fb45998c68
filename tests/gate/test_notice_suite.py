"""The suite of the notice's sentences: what an editor may get wrong is refused, and the sentence is named."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from pipelines.gate.judgement import judge
from pipelines.gate.verdict import Verdict
from pipelines.settings import EXPECTATIONS_DIR
from tests.fixtures.small_release import make_candidate
from tests.fixtures.small_site import site_tables, table

SENTENCES = "core.dim_notice_sentence"


def verdict_on(folder: Path, sentences: Any) -> Verdict:
    """What the suite says of these sentences, beside the figures of the edition."""
    suites = folder / "expectations"
    suites.mkdir()
    shutil.copy(EXPECTATIONS_DIR / f"{SENTENCES}.yml", suites)
    known = site_tables()
    tables = {name: known[name] for name in ("trends.figure", "core.dim_edition_fact")} | {SENTENCES: sentences}
    return judge(make_candidate(folder / "home", tables), suites)


def refused(verdict: Verdict) -> dict[str | None, list[dict[str, str]]]:
    return {failure.rule: failure.rows for failure in verdict.failures if failure.table == SENTENCES}


def sentence(zh: str, en: str) -> dict[str, Any]:
    return {
        "edition": 2017, "section": "trend", "section_code": "2", "paragraph": 1, "sentence_order": 1, "text_zh": zh,
        "text_en": en,
    }  # fmt: skip


def test_the_sentences_of_the_seed_are_let_through(tmp_path: Path) -> None:
    assert not refused(verdict_on(tmp_path, site_tables()[SENTENCES]))


@pytest.mark.parametrize(
    ("zh", "en", "rule"),
    [
        ("共{trend2.nothing}家。", "{trend2.nothing} in all.", "unknown_figures"),
        ("共{fact.nothing}家。", "{fact.nothing} in all.", "unknown_facts"),
        ("共{trend2.running_sites}家。", "All of them.", "uneven"),
    ],
)
def test_a_sentence_that_cites_what_is_not_there_is_refused(tmp_path: Path, zh: str, en: str, rule: str) -> None:
    found = refused(verdict_on(tmp_path, table([sentence(zh, en)])))
    assert list(found) == [rule]
    assert found[rule][0]["section_code"] == "2"
