"""A table on a page: columns that sort, rows that filter."""

import re
from collections.abc import Iterable, Sequence
from typing import Literal

from pydantic import BaseModel

from pipelines.publication.site.values import NOTHING, score, share, sort_key, span, written

FILTER_FROM = 9


class Column(BaseModel, frozen=True):
    """A column; ``choice`` offers its values as a list to choose from."""

    title: str
    kind: Literal["text", "number"] = "text"
    is_choice: bool = False
    note: str = ""


class Cell(BaseModel, frozen=True):
    """A cell; what it is sorted by where that is not its text."""

    text: str
    sort: str = ""
    href: str = ""
    note: str = ""
    lang: str = ""
    css: str = ""


class Grid(BaseModel, frozen=True):
    """A table with its caption; ``more`` holds what was left out and where it is."""

    name: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    more: str = ""
    anchors: tuple[str, ...] = ()

    @property
    def heads_css(self) -> str:
        """The titles of the columns as properties of a style, by which cells are named where a row is a card."""
        return ";".join(f"--c{place}:{_css_text(column.title)}" for place, column in enumerate(self.columns, start=1))

    @property
    def has_filter(self) -> bool:
        """Whether there are rows enough to look for one."""
        return len(self.rows) >= FILTER_FROM


def _css_text(text: str) -> str:
    """A text as CSS writes it: whatever could end it stands as its number."""
    return '"' + re.sub(r'[\\"\n\r\f<>;{}]', lambda found: f"\\{ord(found.group()):x} ", text) + '"'


def text_cell(value: object, *, lang: str = "", href: str = "", note: str = "", css: str = "") -> Cell:
    """A text; nothing is a dash."""
    return Cell(text=NOTHING if value in (None, "") else str(value), lang=lang, href=href, note=note, css=css)


def number_cell(value: float | None, unit: str = "", *, href: str = "", note: str = "") -> Cell:
    """A count, or a share where that is the unit."""
    return Cell(text=written(value, unit), sort=sort_key(value), href=href, note=note)


def score_cell(value: float | None, *, href: str = "") -> Cell:
    """A score to hundredths."""
    return Cell(text=score(value), sort=sort_key(value), href=href)


def share_cell(value: float | None) -> Cell:
    """A fraction as percent."""
    return Cell(text=share(value), sort=sort_key(value))


def span_cell(low: float | None, high: float | None, unit: str = "") -> Cell:
    """An interval, sorted by its low end."""
    return Cell(text=span(low, high, unit), sort=sort_key(low))


def grid(name: str, caption: str, columns: Sequence[Column], rows: Iterable[Sequence[Cell]], *, more: str = "") -> Grid:
    """A table of these rows."""
    return Grid(name=name, caption=caption, columns=tuple(columns), rows=tuple(tuple(row) for row in rows), more=more)
