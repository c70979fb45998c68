"""What each published column is made of, as ``lineage.csv`` has it, which ``make dictionary`` writes."""

import csv
import io
from pathlib import Path
from typing import NamedTuple

LINEAGE_PATH = Path(__file__).parent / "lineage.csv"
LINEAGE_FIELDS = ("table_name", "column_name", "made_of", "models")


class Origin(NamedTuple):
    """What a column is made of, written out: columns by table, and the models between."""

    columns: str
    models: str


def read_lineage(text: str | None = None) -> dict[tuple[str, str], Origin]:
    """What each published column is made of, by table and column."""
    rows = csv.DictReader(io.StringIO(text if text is not None else LINEAGE_PATH.read_text(encoding="utf-8")))
    return {(row["table_name"], row["column_name"]): Origin(row["made_of"], row["models"]) for row in rows}


def origin_of(origins: dict[tuple[str, str], Origin], table: str, column: str) -> Origin:
    """What a column is made of; nothing where the code knows no such column."""
    return origins.get((table, column), Origin("", ""))
