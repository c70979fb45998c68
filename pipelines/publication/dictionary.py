"""The data dictionary of a release as a csv: every table and column, with what each column is made of.

Its pages are ``site.pages.dictionary``.
"""

import csv
import io
from pathlib import Path
from typing import NamedTuple

import polars as pl

from pipelines.gate.candidate import Candidate

CSV_FIELDS = (
    "schema_name", "table_name", "row_count", "column_name", "data_type", "is_key", "title_zh", "title_en",
    "description_zh", "description_en", "made_of", "models",
)  # fmt: skip
CSV = "dictionary.csv"
ORIGINS = "audit.column_origin"


class Origin(NamedTuple):
    """What a column is made of, written out: columns by table, and the models between."""

    columns: str
    models: str


Origins = dict[tuple[str, str], Origin]
NOTHING = Origin("", "")


def write_dictionary(candidate: Candidate, folder: Path) -> None:
    """Write the csv; the same candidate gives the same bytes."""
    origins = _origins(candidate)
    # With the mark of UTF-8 that spreadsheets look for.
    (folder / CSV).write_text(_csv(candidate, origins), encoding="utf-8-sig", newline="")


def _origins(candidate: Candidate) -> Origins:
    """What columns are made of, as the candidate itself says; a candidate without that table says nothing of it."""
    if ORIGINS not in {table.full_name for table in candidate.tables}:
        return {}
    rows = pl.read_parquet(candidate.path_of(ORIGINS), glob=False).iter_rows(named=True)
    return {
        (row["table_name"], row["column_name"]): Origin(row["made_of"] or "", row["model_names"] or "") for row in rows
    }


def _csv(candidate: Candidate, origins: Origins) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(CSV_FIELDS)
    for table in candidate.tables:
        place = [table.schema_name, table.name, table.row_count, "", "", ""]
        writer.writerow([*place, "", "", table.description.zh, table.description.english, "", ""])
        for column in table.columns:
            is_key = "true" if column.name in table.key else "false"
            place = [table.schema_name, table.name, "", column.name, column.data_type, is_key]
            title, meaning = column.title, column.description
            origin = origins.get((table.full_name, column.name), NOTHING)
            writer.writerow([*place, title.zh, title.english, meaning.zh, meaning.english, *origin])
    return stream.getvalue()
