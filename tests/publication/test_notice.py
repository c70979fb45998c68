"""The notice: classes in official order, vacancies, names that two winners bear, wins to be looked at, no raw codes."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from docx import Document

from pipelines.publication.site.awards import doubt
from pipelines.publication.site.language import CHINESE, ENGLISH
from pipelines.reference.rows import read_rows
from pipelines.releases.release import Release
from pipelines.settings import SEEDS_DIR
from tests.fixtures.shown_text import codes_shown, shown_text
from tests.fixtures.small_awards import with_classes
from tests.fixtures.small_release import publish_tables
from tests.fixtures.small_site import EDITION, LEVELS, site_tables, table


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return publish_tables(tmp_path_factory.mktemp("notice") / "home", with_classes())


@pytest.fixture(scope="module")
def pages(release: Release) -> dict[str, str]:
    names = ("index.html", "en/index.html", "series/series1.html", "en/series/series1.html")
    return {name: shown_text((release.public / name).read_text(encoding="utf-8")) for name in names}


@pytest.fixture(scope="module")
def document(release: Release) -> str:
    return "\n".join(paragraph.text for paragraph in Document(str(release.public / "notice-2017.docx")).paragraphs)


def in_order(text: str, *parts: str) -> bool:
    places = [text.find(part) for part in parts]
    return -1 not in places and places == sorted(places)


def test_classes_stand_in_official_order_on_every_list(pages: dict[str, str], document: str) -> None:
    order = ("国务院部门", "省级", "县级及以下")
    results = "、评估结果"
    for text in (pages["index.html"], document):
        assert in_order(text.split(results)[1], *order), text
    assert in_order(pages["series/series1.html"].split("获评名单")[1], order[0], order[2])
    assert in_order(pages["en/index.html"].split("2. Results")[1], "Central Department", "Province", "County")


def test_vacancies_are_announced(pages: dict[str, str], document: str) -> None:
    for text in (pages["index.html"], document):
        assert re.search(r"省级\s*：\s*空缺。", text)
        assert "（名额2个，评出1个，空缺1个）" in text
    assert re.search(r"Province\s*:\s*vacant\.", pages["en/index.html"])
    assert "(1 of 2 places filled, 1 left vacant)" in pages["en/index.html"]


def test_the_kind_stands_with_a_name_that_two_winners_bear(pages: dict[str, str], document: str) -> None:
    for text in (pages["index.html"], pages["series/series1.html"], document):
        assert "同名发布（微信）" in text
        assert "同名发布（微博）" in text
        assert "甲网站（" not in text
    assert "同名发布 (WeChat account)" in pages["en/index.html"]


def test_a_win_to_be_looked_at_is_marked_on_pages_and_not_in_the_document(pages: dict[str, str], document: str) -> None:
    assert "获评可能性40.0%，低于50.0%" in pages["series/series1.html"]
    assert "仅领先次位者0.05分，不足0.10分" in pages["series/series1.html"]
    assert pages["index.html"].count("※") == 2 + 1
    assert "※" not in document


@pytest.mark.parametrize(
    ("chance", "lead", "said"),
    [
        (0.49, 5.0, "chance 49.0%, below 50.0%"),
        (0.5, 0.1, ""),
        (None, 0.0999, "only 0.10 points ahead of the next, less than 0.10"),
        (None, None, ""),
    ],
)
def test_doubts_begin_below_the_limits(chance: float | None, lead: float | None, said: str) -> None:
    assert doubt(ENGLISH, chance, lead, 0.5, 0.1) == said
    assert doubt(CHINESE, chance, lead, None, None) == ""


def test_winners_beyond_the_limit_share_a_reason(pages: dict[str, str], tmp_path: Path) -> None:
    tables = with_classes()
    reason = {"section": "reason", "section_code": "series1/all", "paragraph": 1, "sentence_order": 1}
    said = {"text_zh": "上述{title.winners}个当选。", "text_en": "These {title.winners} win."}
    sentences = table([{"edition": EDITION, **reason, **said}])
    together = publish_tables(tmp_path / "home", {**tables, "core.dim_notice_sentence": sentences})
    text = shown_text((together.public / "index.html").read_text(encoding="utf-8"))
    assert re.sub(r"\s", "", text).count("获奖理由：上述3个当选。") == 1
    assert "甲网站事迹。" not in text
    annex = "\n".join(p.text for p in Document(str(together.public / "notice-2017.docx")).paragraphs)
    assert in_order(annex, "上述3个当选。", "附件2", "甲网站事迹。")
    assert "甲网站事迹。" in pages["index.html"]


def test_no_page_shows_a_code(tmp_path: Path, release: Release) -> None:
    whole = publish_tables(tmp_path / "home", site_tables())
    # The tables of the tests are described by their names, a figure wants an input nobody knows, groups have codes.
    made_up = {"consolidation_policy", *LEVELS}
    for folder in (release.public, whole.public):
        shown = [code for codes in codes_shown(folder).values() for code in codes]
        # A label that has no room for it is cut.
        assert not [code for code in shown if not any(name.startswith(code) for name in made_up)]


def test_a_code_among_the_words_is_found(tmp_path: Path) -> None:
    for name, text in (
        ("seen", "weibo:5000 of trend_cell"),
        ("set", "<code>trend_cell</code><pre>core.dim_label</pre>"),
    ):
        (tmp_path / f"{name}.html").write_text(f"<p>{text}</p>", encoding="utf-8")
    assert codes_shown(tmp_path) == {"seen.html": ["trend_cell", "weibo:5000"]}


def sentences() -> Iterator[dict[str, str]]:
    for _, row in read_rows(SEEDS_DIR, "notice_sentences"):
        yield row


def test_every_number_of_a_sentence_is_a_figure_or_a_fact() -> None:
    for row in sentences():
        for text in (row["text_zh"], row["text_en"]):
            assert not re.search(r"\d", re.sub(r"\{[^}]*\}", "", text)), text


def test_the_trends_say_as_much_as_a_bulletin_does() -> None:
    text = "".join(re.sub(r"\{[^}]*\}", "", row["text_zh"]) for row in sentences() if row["section"] == "trend")
    assert len(re.findall(r"[\u4e00-\u9fff]", text)) >= 1000
    cited = {row["section_code"] for row in sentences() if row["section"] == "trend" and "{trend" in row["text_zh"]}
    assert cited == {"2", "3", "4", "5"}


def test_levels_are_as_the_seed_orders_them() -> None:
    rows = sorted((row for _, row in read_rows(SEEDS_DIR, "levels")), key=lambda row: int(row["level_order"]))
    assert tuple(row["level"] for row in rows) == LEVELS
