"""Names of codes, Chinese and English, as the candidate's own table of labels gives them."""

from collections.abc import Mapping
from typing import Self

import duckdb

from pipelines.foundation.bilingual import Bilingual
from pipelines.gate.candidate import Candidate

LABELS = "core.dim_label"
LAST = 1_000_000


class Labels:
    """The names of a candidate's codes by their kind; a code without a name is shown as it is."""

    def __init__(self, rows: Mapping[tuple[str, str], tuple[int | None, str, str]]) -> None:
        self._rows = rows

    @classmethod
    def read(cls, connection: duckdb.DuckDBPyConnection, candidate: Candidate) -> Self:
        """The labels of a candidate, none where it publishes none; the connection sees its tables."""
        if all(table.full_name != LABELS for table in candidate.tables):
            return cls({})
        query = f"select label_kind, label_code, label_order, name_zh, name_en from {LABELS}"
        return cls(
            {(kind, code): (order, zh, en) for kind, code, order, zh, en in connection.execute(query).fetchall()}
        )

    def has(self, kind: str, code: str) -> bool:
        """Whether the code has a name."""
        return (kind, code) in self._rows

    def name(self, kind: str, code: str) -> Bilingual:
        """The names of a code, or the code itself."""
        _, zh, en = self._rows.get((kind, code), (None, code, code))
        return Bilingual.of(zh, en)

    def place(self, kind: str, code: str) -> tuple[int, str]:
        """What to sort codes of a kind by: their given order, and those without one after them by code."""
        order, _, _ = self._rows.get((kind, code), (None, code, code))
        return (LAST if order is None else order, code)
