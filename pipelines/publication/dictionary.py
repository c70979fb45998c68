"""The data dictionary of a release: a page and a csv of every table and column, with what each column is made of."""

import csv
import io
from pathlib import Path
from typing import NamedTuple

import polars as pl

from pipelines.foundation.pages import page_environment
from pipelines.gate.candidate import Candidate

CSV_FIELDS = (
    "schema_name", "table_name", "row_count", "column_name", "data_type", "is_key", "description_zh", "description_en",
    "made_of", "models",
)  # fmt: skip
TEMPLATES_DIR = Path(__file__).parent / "templates"
PAGE = "dictionary.html"
CSV = "dictionary.csv"
ORIGINS = "audit.column_origin"


class Origin(NamedTuple):
    """What a column is made of, written out: columns by table, and the models between."""

    columns: str
    models: str


Origins = dict[tuple[str, str], Origin]
NOTHING = Origin("", "")


def write_dictionary(candidate: Candidate, release_id: str, folder: Path) -> None:
    """Write the page and the csv; the same release gives the same bytes."""
    origins = _origins(candidate)
    (folder / PAGE).write_text(_page(candidate, release_id, origins), encoding="utf-8")
    # With the mark of UTF-8 that spreadsheets look for.
    (folder / CSV).write_text(_csv(candidate, origins), encoding="utf-8-sig", newline="")


def _origins(candidate: Candidate) -> Origins:
    """What columns are made of, as the candidate itself says; a candidate without that table says nothing of it."""
    if ORIGINS not in {table.full_name for table in candidate.tables}:
        return {}
    rows = pl.read_parquet(candidate.path(candidate.table(ORIGINS))).iter_rows(named=True)
    return {
        (row["table_name"], row["column_name"]): Origin(row["made_of"] or "", row["model_names"] or "") for row in rows
    }


def _csv(candidate: Candidate, origins: Origins) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(CSV_FIELDS)
    for table in candidate.tables:
        place = [table.schema_name, table.name, table.row_count, "", "", ""]
        writer.writerow([*place, table.description.zh, table.description.english, "", ""])
        for column in table.columns:
            is_key = "true" if column.name in table.key else "false"
            place = [table.schema_name, table.name, "", column.name, column.data_type, is_key]
            meaning = column.description
            origin = origins.get((table.full_name, column.name), NOTHING)
            writer.writerow([*place, meaning.zh, meaning.english, *origin])
    return stream.getvalue()


def _page(candidate: Candidate, release_id: str, origins: Origins) -> str:
    schemas: dict[str, list[object]] = {}
    for table in candidate.tables:
        schemas.setdefault(table.schema_name, []).append(table)
    return (
        page_environment(TEMPLATES_DIR)
        .get_template(PAGE)
        .render(
            candidate=candidate,
            release_id=release_id,
            schemas=schemas,
            column_count=sum(len(table.columns) for table in candidate.tables),
            origin=lambda table, column: origins.get((table.full_name, column.name), NOTHING),
        )
    )
