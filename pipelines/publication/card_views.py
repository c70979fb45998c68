"""The views of a release that put together what a card says: one row a subject, one a region.

A file of ``views/`` is one ``create view`` statement behind comment lines: the description of the view, and then of
every column as ``name: English. | 中文。``. A view is in a release where all tables it reads are.
"""

import re
from collections.abc import Collection, Iterator
from functools import cache
from pathlib import Path

from pydantic import BaseModel

from pipelines.foundation.bilingual import Bilingual
from pipelines.publication.model_sql import TABLES_READ, render_macro

VIEWS_DIR = Path(__file__).parent / "views"
SUBJECT_CARD, REGION_CARD = "core.subject_card", "core.region_card"


class CardView(BaseModel, frozen=True):
    """A view with its description and those of its columns, and the tables it reads."""

    full_name: str
    description: Bilingual
    columns: tuple[tuple[str, Bilingual], ...]
    statement: str
    reads: frozenset[str]


def card_views(tables: Collection[str]) -> list[CardView]:
    """The views a release with these tables has, by name."""
    return [view for view in _views() if view.reads <= set(tables)]


@cache
def _views() -> tuple[CardView, ...]:
    return tuple(_read(path) for path in sorted(VIEWS_DIR.glob("*.sql")))


def _read(path: Path) -> CardView:
    lines = path.read_text(encoding="utf-8").splitlines()
    told = [line.removeprefix("-- ") for line in lines[: _length_of_head(lines)]]
    statement = render_macro("\n".join(lines[len(told) :]))
    return CardView(
        full_name=re.findall(r"create view (\S+)", statement)[0],
        description=Bilingual.read(told[0]),
        columns=tuple(_columns(told[1:])),
        statement=statement,
        reads=frozenset(TABLES_READ.findall(statement)),
    )


def _length_of_head(lines: list[str]) -> int:
    return next(number for number, line in enumerate(lines) if not line.startswith("--"))


def _columns(told: list[str]) -> Iterator[tuple[str, Bilingual]]:
    for line in told:
        name, _, text = line.partition(": ")
        yield name, Bilingual.read(text)
