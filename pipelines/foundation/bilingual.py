"""Texts in Chinese and English. Where one stands in a YAML or a JSON file it is written ``English | 中文``."""

from typing import Self

from pydantic import BaseModel, ModelWrapValidatorHandler, model_serializer, model_validator

BAR = " | "


class Bilingual(BaseModel, frozen=True):
    """A text in both languages; ``en`` is empty where it would only repeat ``zh``.

    It is taken apart once, where it is read: a model with a field of this type takes ``English | 中文``, and a text
    without a bar for both. It is written back as one text.
    """

    zh: str
    en: str

    @classmethod
    def of(cls, zh: str, en: str) -> Self:
        """The text, with an English that says what the Chinese does not."""
        return cls(zh=zh, en="" if en == zh else en)

    @classmethod
    def read(cls, text: str) -> Self:
        """Take ``English | 中文`` apart; what comes before the last bar is English."""
        english, _, chinese = text.rpartition(BAR)
        return cls.of(chinese.strip(), english.strip())

    @model_validator(mode="wrap")
    @classmethod
    def _take_apart(cls, value: object, validated: ModelWrapValidatorHandler[Self]) -> Self:
        return cls.read(value) if isinstance(value, str) else validated(value)

    @model_serializer
    def _put_together(self) -> str:
        return str(self)

    def __str__(self) -> str:
        return f"{self.en}{BAR}{self.zh}" if self.en else self.zh

    @property
    def english(self) -> str:
        """The English, or what stands for it."""
        return self.en or self.zh
