"""A text in two languages is taken apart where it is read, and written as one text again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from pipelines.foundation.bilingual import Bilingual

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="|")).map(str.strip)


class Described(BaseModel, frozen=True):
    description: Bilingual


@pytest.mark.parametrize(
    ("text", "zh", "en"),
    [
        ("Rank. | 名次。", "名次。", "Rank."),
        ("a | b | 丙", "丙", "a | b"),
        ("只有中文\n", "只有中文", ""),
        ("same | same", "same", ""),
        ("", "", ""),
    ],
)
def test_a_text_is_taken_apart_at_its_last_bar(text: str, zh: str, en: str) -> None:
    assert Described(description=text).description == Bilingual(zh=zh, en=en)


def test_where_there_is_no_english_the_chinese_stands_for_it() -> None:
    assert Bilingual.read("只有中文").english == "只有中文"
    assert Bilingual.of("同", "同").en == ""


@given(TEXTS, TEXTS.filter(bool))
def test_what_is_written_is_read_again(en: str, zh: str) -> None:
    described = Described(description=Bilingual.of(zh, en))
    assert Described.model_validate_json(described.model_dump_json()) == described
    assert described.model_dump() == {"description": str(described.description)}
