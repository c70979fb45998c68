"""The cells of a sheet as text, with what each was: a contract that saw the text alone would take it for what it says.

A number has all its digits; one that is shown as a percentage is written as one. What has no text that could be
judged (an error, a formula without its value, a number beyond what a spreadsheet keeps) carries its reason as a mark.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import polars as pl

from pipelines.ingest.dates_and_numbers import EXCEL_FIRST_DAY

Place = tuple[int, int]
Text = str | None

PASSWORD = "the workbook has a password; open it, remove the password, save it and deliver it again"  # noqa: S105
ERROR, WITHOUT_VALUE, DIGITS_LOST = "error_cell", "formula_without_value", "digits_lost"
FIRST_DAY_OF_1904 = dt.date(1904, 1, 1)
# A spreadsheet keeps fifteen digits of a number; beyond 10^21 its text would be zeros alone.
MOST_EXACT, MOST_WRITTEN_OUT = 1e15, 1e21
HALF_A_SECOND = dt.timedelta(milliseconds=500)


@dataclass(frozen=True)
class SheetCells:
    """One sheet from its first row and column on; places are of row and column, from 0.

    ``marks`` are the reasons of the cells that have one; ``first_day`` is the day that serial number 0 means.
    """

    name: str
    cells: pl.DataFrame
    marks: Mapping[Place, str] = field(default_factory=dict)
    first_day: dt.date = EXCEL_FIRST_DAY
    is_hidden: bool = False
    hidden_rows: int = 0


def texts_of(rows: Iterable[Sequence[object]]) -> tuple[list[list[Text]], dict[Place, str]]:
    """The columns of a sheet as text, and the marks of numbers that have lost digits."""
    columns = [list(column) for column in zip(*rows, strict=True)]
    marks: dict[Place, str] = {}
    texts: list[list[Text]] = []
    for place, column in enumerate(columns):
        kinds = set(map(type, column))
        if float in kinds and any(map(_has_lost_digits, column)):
            marks |= {(row, place): DIGITS_LOST for row, value in enumerate(column) if _has_lost_digits(value)}
        texts.append(column if kinds <= {str} else list(map(cell_text, column)))
    return texts, marks


def framed(columns: Sequence[Sequence[Text]]) -> pl.DataFrame:
    """Columns of text as a frame; they are named by their place."""
    cells = {f"cell_{place}": column for place, column in enumerate(columns)}
    return pl.DataFrame(cells, schema=dict.fromkeys(cells, pl.String))


def _has_lost_digits(value: object) -> bool:
    """Whether a number is so long that its last digits may be no longer what somebody typed."""
    return isinstance(value, float) and abs(value) >= MOST_EXACT


def cell_text(value: object) -> Text:
    """The text of a cell as a person would have typed it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < MOST_WRITTEN_OUT else repr(value)
    if isinstance(value, dt.datetime):
        return str((value + HALF_A_SECOND).replace(microsecond=0))
    return None if value is None else str(value)


def percentage(text: str) -> str:
    """The text of a number in a cell that is shown as a percentage."""
    return f"{(Decimal(text) * 100).normalize():f}%"


def filled_down(columns: Sequence[list[Text]], ranges: Iterable[tuple[Place, Place]], marks: dict[Place, str]) -> None:
    """Repeat each merged cell downwards, with its mark."""
    for (top, left), (bottom, _) in ranges:
        if bottom <= top or left >= len(columns):
            continue
        column = columns[left]
        below = range(top + 1, min(bottom + 1, len(column)))
        for row in below:
            column[row] = column[top]
            if (top, left) in marks:
                marks[row, left] = marks[top, left]
