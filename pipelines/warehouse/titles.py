"""Short titles of published columns: what stands above a column where people read it.

A title is ``meta: {title: …}`` of the column in its YAML, Chinese or ``English | 中文``; columns of one name that are
described in the same words share it. A description that is short enough is a title itself, and the English of a column
is its name written out.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from pipelines.foundation.bilingual import BAR, Bilingual

LONGEST_TITLE = 12
MARKS = frozenset("，；、：。,;:")
ENDINGS = {
    "zh": "(Chinese)", "en": "(English)", "p05": "5%", "p50": "50%", "p95": "95%",
}  # fmt: skip
SHORTHANDS = {"dns": "DNS", "tls": "TLS", "sql": "SQL", "url": "URL", "sha256": "SHA-256", "is": "", "has": ""}


class ColumnTitles:
    """The titles of the columns of a project."""

    def __init__(self, nodes: Iterable[Mapping[str, Any]]) -> None:
        columns = [column for node in nodes for column in node["columns"].values()]
        self._declared = {
            (column["name"], column["description"]): str(title)
            for column in columns
            if (title := column.get("config", {}).get("meta", {}).get("title"))
        }

    def of(self, name: str, description: str) -> Bilingual:
        """The title of a column; without one that is declared or short enough, its name written out."""
        declared = self._declared.get((name, description)) or _short(description) or in_words(name)
        return Bilingual.read(declared if BAR in declared else f"{in_words(name)}{BAR}{declared}")


def in_words(name: str) -> str:
    """The name of a column as English: ``tls_error_count`` is ``TLS error count``."""
    words = [SHORTHANDS.get(word, ENDINGS.get(word, word)) for word in name.split("_")]
    text = " ".join(word for word in words if word) or name
    return text[0].upper() + text[1:]


def _short(description: str) -> str:
    """The Chinese of a description that is short enough to stand above a column."""
    text = Bilingual.read(description).zh.rstrip("。")
    return text if len(text) <= LONGEST_TITLE and not MARKS & set(text) else ""
