"""The two languages of the site. A text that has no English is shown in Chinese."""

from typing import Literal

from pydantic import BaseModel

from pipelines.foundation.bilingual import Bilingual

CHINESE_NUMERALS = "零一二三四五六七八九十"


class Language(BaseModel, frozen=True):
    """One language a page is written in."""

    code: Literal["zh", "en"]
    html_lang: str
    folder: str

    @property
    def is_chinese(self) -> bool:
        """Whether it is the first language."""
        return self.code == "zh"

    def say(self, zh: str, en: str) -> str:
        """The text of this language."""
        return zh if self.is_chinese or not en else en

    def of(self, text: Bilingual) -> str:
        """The text of this language, of a pair."""
        return self.say(text.zh, text.en)

    def numeral(self, number: int) -> str:
        """A number as headings count: 一, 二 or 1, 2."""
        return CHINESE_NUMERALS[number] if self.is_chinese and 0 < number <= 10 else str(number)

    def counted(self, number: int) -> str:
        """A small number as a sentence counts: 七 or seven."""
        words = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
        if self.is_chinese:
            return self.numeral(number)
        return words[number] if number < len(words) else str(number)

    def ordinal(self, number: int) -> str:
        """Which of a row: 六 or sixth."""
        words = ("", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
        if self.is_chinese:
            return self.numeral(number)
        return words[number] if 0 < number < len(words) else f"{number}th"


CHINESE = Language(code="zh", html_lang="zh-CN", folder="")
ENGLISH = Language(code="en", html_lang="en", folder="en/")
LANGUAGES = (CHINESE, ENGLISH)
