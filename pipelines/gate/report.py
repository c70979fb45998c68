"""The quality report: what the gate found, for the editor who answers for the release, Chinese first.

The page follows from the candidate and its verdict alone and names no time.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import duckdb
from pydantic import BaseModel

from pipelines.foundation.bilingual import Bilingual
from pipelines.foundation.pages import page_environment
from pipelines.foundation.sql import query_rows
from pipelines.gate.candidate import Candidate, FrozenTable
from pipelines.gate.verdict import MOST_ROWS_SHOWN, ExpectationOutcome, SuiteOutcome, Verdict
from pipelines.gate.views import open_views

TEMPLATES_DIR = Path(__file__).parent / "templates"
QUARANTINE = "audit.quarantine"
BALANCE = "audit.row_balance"
DELIVERED = "audit.delivered_column"
SUSPICION = "audit.suspicion"
MOST_EXAMPLES = 10
EMPTY = "—"


class SuiteSection(BaseModel, frozen=True):
    """One published table on the page."""

    suite: SuiteOutcome
    description: Bilingual
    row_count: int | None


class QuarantineGroup(BaseModel, frozen=True):
    """One reason for which rows of one file were kept out."""

    source: str
    file_name: str
    repaired_count: int
    reason_code: str
    reason: Bilingual
    count: int
    examples: list[str]


class BalanceTable(BaseModel, frozen=True):
    """Every landed file with its rows at every stage, as the candidate has it."""

    columns: list[str]
    titles: list[Bilingual]
    rows: list[dict[str, str]]


def render_quality(candidate: Candidate, verdict: Verdict) -> str:
    """Render the page; the same candidate and verdict give the same page."""
    with open_views(candidate) as connection:
        return (
            page_environment(TEMPLATES_DIR)
            .get_template("quality.html")
            .render(
                verdict=verdict,
                candidate=candidate,
                sections=[_section(candidate, suite) for suite in verdict.suites],
                row_count=sum(table.row_count for table in candidate.tables),
                held_count=sum(outcome.passed for outcome in verdict.outcomes),
                most_rows=MOST_ROWS_SHOWN,
                most_examples=MOST_EXAMPLES,
                quarantine=quarantined(connection, candidate),
                balance=balance_of(connection, candidate),
                drifts=drifting(connection, candidate),
                suspicions=suspected(connection, candidate),
                numbered=numbered,
            )
        )


def numbered(outcomes: Iterable[ExpectationOutcome]) -> Iterator[tuple[str, ExpectationOutcome]]:
    """Each outcome of a table with the anchor it has on the page."""
    for number, outcome in enumerate(outcomes, start=1):
        yield f"{outcome.table}-{number}", outcome


def _section(candidate: Candidate, suite: SuiteOutcome) -> SuiteSection:
    table = _published(candidate, suite.table)
    return SuiteSection(
        suite=suite,
        description=table.description if table else Bilingual(zh="", en=""),
        row_count=table.row_count if table else None,
    )


def _published(candidate: Candidate, full_name: str) -> FrozenTable | None:
    return next((table for table in candidate.tables if table.full_name == full_name), None)


def quarantined(connection: duckdb.DuckDBPyConnection, candidate: Candidate) -> list[QuarantineGroup] | None:
    """The reasons rows were kept out for, the most frequent of a file first; nothing where it is not published."""
    table = _published(candidate, QUARANTINE)
    if table is None:
        return None
    wanted = (
        "source",
        "file_name",
        "sheet",
        "row_number",
        "column_name",
        "reason_code",
        "reason",
        "reason_zh",
        "is_repaired",
    )
    present = {column.name for column in table.columns}
    columns = [name if name in present else f"null as {name}" for name in wanted]
    groups = connection.execute(
        f"""
        with reasons as (select {", ".join(columns)} from {QUARANTINE})
        select
            coalesce(source, '{EMPTY}') as source,
            coalesce(file_name, '{EMPTY}') as file_name,
            coalesce(reason_code, '{EMPTY}') as reason_code,
            min(reason) as reason,
            min(reason_zh) as reason_zh,
            count(*) as reason_count,
            count(*) filter (where is_repaired) as repaired_count,
            list(
                {{'sheet': sheet, 'row': row_number, 'column': column_name}}
                order by sheet, row_number, column_name
            )[:{MOST_EXAMPLES}] as examples
        from reasons
        group by all
        order by source, file_name, reason_count desc, reason_code
        """
    ).fetchall()
    return [
        QuarantineGroup(
            source=source,
            file_name=file_name,
            repaired_count=repaired,
            reason_code=code,
            reason=Bilingual(zh=chinese or english or code, en=english if chinese and english else ""),
            count=count,
            examples=[_example(found) for found in examples],
        )
        for source, file_name, code, english, chinese, count, repaired, examples in groups
    ]


def _example(found: dict[str, Any]) -> str:
    """Where a person finds a quarantined row in its file: ``sheet › 12 › column``."""
    return " › ".join(str(part) for part in found.values() if part is not None)


def balance_of(connection: duckdb.DuckDBPyConnection, candidate: Candidate) -> BalanceTable | None:
    """The whole balance of the page's edition, in its frozen order; nothing where it is not published."""
    table = _published(candidate, BALANCE)
    if table is None:
        return None
    shown = [column for column in table.columns if column.name != "edition"]
    columns = [column.name for column in shown]
    rows = query_rows(connection, f"select {', '.join(columns)} from {BALANCE}")
    return BalanceTable(
        columns=columns,
        titles=[_title(column.description) for column in shown],
        rows=[{name: _cell(value) for name, value in row.items()} for row in rows],
    )


def _title(description: Bilingual) -> Bilingual:
    """A description as the head of a column."""
    return Bilingual(zh=description.zh.rstrip("。"), en=description.en)


def drifting(connection: duckdb.DuckDBPyConnection, candidate: Candidate) -> list[dict[str, Any]] | None:
    """Columns that no contract claims, or that only some files of a source have; nothing where it is not published."""
    if _published(candidate, DELIVERED) is None:
        return None
    return query_rows(
        connection,
        f"""
        select source, column_name, is_known, file_count, source_file_count, first_file_name
        from {DELIVERED}
        where is_drifting or not is_known
        order by source, is_known desc, column_name
        """,
    )


def suspected(connection: duckdb.DuckDBPyConnection, candidate: Candidate) -> list[dict[str, Any]] | None:
    """What a human should look at, by kind, with the first examples; nothing where it is not published."""
    if _published(candidate, SUSPICION) is None:
        return None
    return query_rows(
        connection,
        f"""
        select
            suspicion_code as code,
            min(name_zh) as name_zh,
            min(name_en) as name_en,
            count(*) as count,
            list(
                concat_ws(' › ', source, file_name, sheet, row_number, subject_id)
                || '：' || seen || coalesce(' （' || expected || '）', '')
                order by source, file_name, sheet, row_number, subject_id
            )[:{MOST_EXAMPLES}] as examples
        from {SUSPICION}
        group by suspicion_code
        order by suspicion_code
        """,
    )


def _cell(value: object) -> str:
    if value is None:
        return EMPTY
    if isinstance(value, bool):
        return "是 yes" if value else "否 no"
    if isinstance(value, int):
        return f"{value:,}"
    return str(value)
