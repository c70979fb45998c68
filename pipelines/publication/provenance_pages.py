"""One static page per figure, ``provenance/<figure id>.html``: definition, rules, checks, input files, units.

The pages follow from the release's own database and verdict, so they are the same in every home, need no network,
and are what the bulletin links a number to.
"""

from pathlib import Path

import duckdb
from jinja2 import Environment

from pipelines.foundation.pages import page_environment
from pipelines.foundation.sql import query_rows
from pipelines.gate.verdict import Verdict
from pipelines.publication.provenance import FIGURE, NEEDED, Provenance, trace_published

TEMPLATES_DIR = Path(__file__).parent / "templates"
FOLDER = "provenance"
MOST_UNITS = 50


def provenance_path(figure_id: str) -> str:
    """The page of a figure, from the release's folder on."""
    return f"{FOLDER}/{figure_id}.html"


def write_provenance_pages(
    connection: duckdb.DuckDBPyConnection, verdict: Verdict, release_id: str, tables: set[str], folder: Path
) -> list[str]:
    """Write the page of every figure into a release's folder; none where the tables it needs are not published."""
    if not tables >= NEEDED:
        return []
    environment = page_environment(TEMPLATES_DIR)
    environment.filters["shown"] = _shown
    (folder / FOLDER).mkdir()
    written = []
    for figure in query_rows(connection, f"select * from {FIGURE} order by figure_order, figure_id"):
        found = trace_published(connection, verdict, release_id, FIGURE, figure, MOST_UNITS)
        path = provenance_path(str(figure["figure_id"]))
        (folder / path).write_text(_render(environment, found), encoding="utf-8", newline="\n")
        written.append(path)
    return written


def _render(environment: Environment, found: Provenance) -> str:
    return environment.get_template("provenance.html").render(
        found=found,
        figure=found.row,
        held_count=sum(check.passed for check in found.checks),
        row_count=sum(int(file["rows_loaded"]) for file in found.files),
        rules=[model for model in found.models if model["kind"] == "model"],
        seeds=[model for model in found.models if model["kind"] == "seed"],
        most_units=MOST_UNITS,
    )


def _shown(value: object) -> str:
    if value is None:
        return "—"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return f"{value:.6g}" if isinstance(value, float) else str(value)
