"""How numbers are written on pages, in the notice and in the workbook's headings."""

from collections.abc import Iterable
from decimal import Decimal

NOTHING = "—"
SHARE = "share"


def written(value: float | None, unit: str = "") -> str:
    """A computed value: a share as percent to a tenth, a count with thousands separators, a score to hundredths."""
    if value is None:
        return NOTHING
    if unit == SHARE:
        return f"{value * 100:.1f}%"
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}"


def score(value: float | None) -> str:
    """A score to hundredths."""
    return NOTHING if value is None else f"{value:,.2f}"


def share(value: float | None) -> str:
    """A fraction as percent to a tenth."""
    return written(value, SHARE)


def span(low: float | None, high: float | None, unit: str = "") -> str:
    """An interval; nothing where an end is missing."""
    if low is None or high is None:
        return NOTHING
    return f"{written(low, unit)}–{written(high, unit)}"


def printed(value: float, unit: str) -> str:
    """A published value in the digits it was printed with: 0.557 is 55.7%, 0.8 is 80%."""
    if unit != SHARE:
        return written(value)
    return f"{(Decimal(str(value)) * 100).normalize():f}%"


def sort_key(value: float | bool | None) -> str:
    """What a script sorts a number by; what is missing stands below every number."""
    return "-999999999999" if value is None else f"{float(value):.9f}".rstrip("0").rstrip(".")


def distinct(labels: Iterable[str]) -> list[str]:
    """Labels that differ, by marks nobody sees: the same name twice stays two rows, or two columns."""
    names: list[str] = []
    for label in labels:
        name = label
        while name in names:
            name += "\u200b"
        names.append(name)
    return names
