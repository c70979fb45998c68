"""Prints a difference for people and programs."""

import json

from rich.console import Console
from rich.table import Table

from pipelines.foundation.sql import Row
from pipelines.questions.difference.compare import Difference, Section

CAUSES = ("from_subject", "from_correction", "from_set", "from_method", "from_unsplit")
SHOWN_DIGITS = 6
NARROWEST = 160


def print_difference(difference: Difference, output: str, most_rows: int) -> None:
    """Print every section, cut to so many rows, or everything as one JSON object."""
    if output == "json":
        print(json.dumps(difference.model_dump(mode="json"), ensure_ascii=False, indent=1, default=str))
        return
    console = Console(width=max(Console().width, NARROWEST), markup=False, emoji=False)
    code = "the same code" if difference.is_same_code else "other code"
    console.print(f"{difference.before} → {difference.after} ({code})", highlight=False)
    if difference.unread_sources:
        console.print(f"rows not compared, since the inputs of both were not kept: {difference.unread_sources}")
    for section in difference.sections:
        rows = _worth_showing(section)
        if rows:
            console.print(_table(section, rows, most_rows))
    if not any(_worth_showing(section) for section in difference.sections):
        console.print("nothing differs")


def _worth_showing(section: Section) -> list[Row]:
    """The rows that show a difference: tables without one are left out."""
    if section.name != "tables":
        return section.rows
    return [row for row in section.rows if row["added"] or row["removed"] or row["changed"] or row["note"]]


def _table(section: Section, rows: list[Row], most_rows: int) -> Table:
    hidden = len(rows) - most_rows
    more = f" (first {most_rows} of {len(rows)})" if hidden > 0 else ""
    table = Table(title=f"{section.title_zh} {section.title_en}{more}", title_justify="left", title_style="bold")
    columns = [name for name in section.columns if name not in CAUSES or any(_is_some(row.get(name)) for row in rows)]
    for name in columns:
        table.add_column(name, overflow="fold")
    for row in rows[:most_rows]:
        table.add_row(*(_cell(row.get(name)) for name in columns))
    return table


def _is_some(value: object) -> bool:
    return isinstance(value, int | float) and abs(value) > 10**-9


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.{SHOWN_DIGITS}g}"
    return str(value)
