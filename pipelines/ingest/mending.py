"""Quarantined rows that a person mends: how such a row names the one it takes the place of.

A place is ``file id|row number|sheet``, as the models write it (macro ``repaired_rows``).
"""

from pipelines.foundation.sql import literal
from pipelines.ingest.readers.raw_table import RawTable

REASON, COLUMN, VALUE, PLACE = "隔离原因", "所在列", "原值", "隔离位置"
REPAIR_HEADERS = (REASON, COLUMN, VALUE, PLACE)
PLACE_PATTERN = r"[0-9a-f]{16}\|\d+\|.*"


def place_of(file_id: str, row_number: int, sheet: str | None) -> str:
    """Where a quarantined row stands."""
    return f"{file_id}|{row_number}|{sheet or ''}"


def repaired_place(table: RawTable) -> str:
    """The expression of the place each row of a raw table takes; null in rows that mend none."""
    cell = table.unknown_cells.get(PLACE)
    if cell is None:
        return "cast(null as varchar)"
    return f"case when regexp_full_match(trim({cell}), {literal(PLACE_PATTERN)}) then trim({cell}) end"


def without_repairs(headers: tuple[str, ...]) -> tuple[str, ...]:
    """The headers that a delivery itself has."""
    return tuple(header for header in headers if header not in REPAIR_HEADERS)
