"""The data dictionary: a page that lists the tables, and a page a table with columns, their origin and the checks."""

import re
from collections.abc import Iterator

from pipelines.gate.candidate import FrozenTable
from pipelines.gate.report import numbered
from pipelines.gate.verdict import ExpectationOutcome
from pipelines.publication.dictionary import ORIGINS
from pipelines.publication.site.grid import Cell, Column, Grid, grid, number_cell, text_cell
from pipelines.publication.site.page import Desk, Page
from pipelines.warehouse.tables import TableColumn

PAGE = "dictionary.html"
SECTION = "data.html"
FOLDER = "dictionary"
# What a column is made of beyond so many tables, or characters, is folded.
MOST_ORIGINS, MOST_CHARACTERS = 3, 120


def build(desk: Desk) -> Iterator[Page]:
    """The list of tables, and the page of each."""
    at = desk.at(PAGE)
    tables = desk.tables.candidate.tables
    schemas: dict[str, list[tuple[str, str, str, str]]] = {}
    for table in tables:
        schemas.setdefault(table.schema_name, []).append(
            (
                table.full_name,
                at.links.to(table_page(table.full_name)),
                at.language.of(at.tables.title(table.full_name)),
                f"{table.row_count:,}",
            )
        )
    yield Page(
        path=PAGE, template="dictionary.html", title=at.say("数据字典", "Data dictionary"), section=SECTION,
        short=at.say("数据字典", "Dictionary"),
        context=lambda: {"schemas": schemas, "column_count": sum(len(table.columns) for table in tables)},
    )  # fmt: skip
    origins = {(row["table_name"], row["column_name"]): row["made_of"] or "" for row in desk.tables.rows(ORIGINS)}
    for table in tables:
        yield _page(desk.at(table_page(table.full_name)), table, origins)


def table_page(full_name: str) -> str:
    """The page of a table."""
    return f"{FOLDER}/{full_name}.html"


def _page(desk: Desk, table: FrozenTable, origins: dict[tuple[str, str], str]) -> Page:
    suites = desk.verdict.suites if desk.verdict else []
    suite = next((suite for suite in suites if suite.table == table.full_name), None)
    return Page(
        path=desk.links.page, template="dictionary_table.html", title=table.full_name, section=SECTION, is_listed=False,
        context=lambda: {
            "table": table,
            "about": desk.language.of(table.description),
            "parquet": desk.links.file(f"parquet/{table.schema_name}/{table.name}.parquet"),
            "columns": [
                (column, desk.language.of(column.title), desk.language.of(column.description),
                 _origin(origins.get((table.full_name, column.name), "")))
                for column in table.columns
            ],
            "suite": suite,
            "numbered": numbered,
            "failing_rows": {
                anchor: _failing_rows(desk, table, anchor, outcome)
                for anchor, outcome in numbered(suite.outcomes if suite else [])
                if outcome.rows
            },
        },
    )  # fmt: skip


def _origin(made_of: str) -> tuple[list[str], list[str]]:
    """What a column is made of, table by table: what is shown, and what is folded."""
    parts = [part for part in re.split(r";\s*", made_of) if part]
    is_short = len(parts) <= MOST_ORIGINS and len(made_of) <= MOST_CHARACTERS
    return (parts, []) if is_short else ([], parts)


def _failing_rows(desk: Desk, table: FrozenTable, name: str, outcome: ExpectationOutcome) -> Grid:
    """The rows that an expectation found, under the titles of their columns."""
    titles = {column.name: column for column in table.columns}
    names = list(outcome.rows[0])
    return grid(
        f"rows-{name}",
        desk.say(
            f"不符合的行（{outcome.unexpected_count:,} 行中的前 {len(outcome.rows)} 行）",
            f"Failing rows, the first {len(outcome.rows)} of {outcome.unexpected_count:,}",
        ),
        [Column(title=_title(desk, titles.get(column), column)) for column in names],
        [[_cell(row.get(column)) for column in names] for row in outcome.rows],
    )


def _title(desk: Desk, column: TableColumn | None, name: str) -> str:
    return (desk.language.of(column.title) if column else "") or name


def _cell(value: object) -> Cell:
    return number_cell(value) if isinstance(value, int | float) else text_cell(value)
