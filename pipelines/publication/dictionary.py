"""The data dictionary of a release: a page and a csv of every table and column, with what each column is made of.

Tables and descriptions are the candidate's own. What columns are made of follows from the code and is read from
``lineage.csv``, which ``make dictionary`` writes.
"""

import csv
import io
from pathlib import Path

from pipelines.foundation.pages import page_environment
from pipelines.gate.candidate import Candidate
from pipelines.warehouse.origins import origin_of, read_lineage

CSV_FIELDS = (
    "schema_name", "table_name", "row_count", "column_name", "data_type", "is_key", "description_zh", "description_en",
    "made_of", "models",
)  # fmt: skip
TEMPLATES_DIR = Path(__file__).parent / "templates"
PAGE = "dictionary.html"
CSV = "dictionary.csv"


def write_dictionary(candidate: Candidate, folder: Path) -> None:
    """Write the page and the csv; the same candidate gives the same bytes."""
    (folder / PAGE).write_text(_page(candidate), encoding="utf-8")
    # With the mark of UTF-8 that spreadsheets look for.
    (folder / CSV).write_text(_csv(candidate), encoding="utf-8-sig", newline="")


def _csv(candidate: Candidate) -> str:
    origins = read_lineage()
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
            origin = origin_of(origins, table.full_name, column.name)
            writer.writerow([*place, meaning.zh, meaning.english, *origin])
    return stream.getvalue()


def _page(candidate: Candidate) -> str:
    origins = read_lineage()
    schemas: dict[str, list[object]] = {}
    for table in candidate.tables:
        schemas.setdefault(table.schema_name, []).append(table)
    return (
        page_environment(TEMPLATES_DIR)
        .get_template(PAGE)
        .render(
            candidate=candidate,
            schemas=schemas,
            column_count=sum(len(table.columns) for table in candidate.tables),
            origin=lambda table, column: origin_of(origins, table.full_name, column.name),
        )
    )
