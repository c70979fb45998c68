"""Texts in Chinese and English."""

from typing import Self

from pydantic import BaseModel, ConfigDict


class Bilingual(BaseModel):
    """A text in both languages; ``en`` is empty where it would only repeat ``zh``."""

    model_config = ConfigDict(frozen=True)

    zh: str
    en: str

    @classmethod
    def of(cls, zh: str, en: str) -> Self:
        """The text, with an English that says what the Chinese does not."""
        return cls(zh=zh, en="" if en == zh else en)


def split_description(description: str) -> tuple[str, str]:
    """Take apart a description ``English | Chinese``; a text without a bar stands for both."""
    english, bar, chinese = description.rpartition(" | ")
    return (english.strip(), chinese.strip()) if bar else (description.strip(), description.strip())
