"""The difference of two releases: what changed, how much each cause explains, and the input rows behind it.

Causes are four: ``subject`` (its own input rows), ``correction`` (a row of the seed corrections), ``set`` (the other
subjects: who they are and what they are worth) and ``method`` (seeds, models, framework). The parts of a figure or a
score add up to its change. The queries are in ``sql/`` beside this module and read two attached releases.
"""

from pathlib import Path

import duckdb
from pydantic import BaseModel, Field

from pipelines.foundation.sql import Row, literal, query_rows
from pipelines.questions.difference.inputs import find_changed_rows
from pipelines.questions.difference.tables import (
    AFTER,
    BEFORE,
    ComparedTable,
    changed_cells,
    compared_tables,
    count_rows,
)
from pipelines.releases.ledger import delivered_files
from pipelines.releases.release import Release
from pipelines.settings import Settings

SQL_DIR = Path(__file__).parent / "sql"
FIGURES, UNITS, CORRECTIONS = "trends.figure", "trends.figure_unit", "audit.correction"
SCORES, RANKS, NODES, SUBJECTS = (
    "indices.idx_score", "indices.idx_rank", "indices.dim_framework_node", "core.dim_subject",
)  # fmt: skip
# Shown in sections of their own, with causes; every other table is shown cell by cell.
WITH_CAUSES = {FIGURES, UNITS, SCORES, RANKS, CORRECTIONS}


class Section(BaseModel, frozen=True):
    """One kind of difference, as rows."""

    name: str
    title_en: str
    title_zh: str
    rows: list[Row]

    @property
    def columns(self) -> list[str]:
        """The columns of the rows, in their order."""
        return list(dict.fromkeys(name for row in self.rows for name in row))


class Difference(BaseModel, frozen=True):
    """Everything that differs between two releases."""

    before: str
    after: str
    is_same_code: bool
    unread_sources: list[str] = Field(description="Sources that changed, whose rows of both releases were not kept.")
    sections: list[Section]

    def section(self, name: str) -> Section:
        """The section of that name; raises ``KeyError`` where there is none."""
        for section in self.sections:
            if section.name == name:
                return section
        raise KeyError(name)


def compare(settings: Settings, before: Release, after: Release) -> Difference:
    """Compare two releases; both are opened read-only and neither is changed."""
    old, new = before.manifest, after.manifest
    is_same_code = old.code_version == new.code_version
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"set threads = {settings.threads}")
        for name, release in ((BEFORE, before), (AFTER, after)):
            connection.execute(f"attach {literal(release.database_path)} as {name} (read_only)")
        tables = compared_tables(connection, old, new)
        unread = find_changed_rows(connection, settings, before, after)
        _prepare(connection, tables, are_rows_known=not unread, is_same_code=is_same_code)
        sections = [
            Section(name="files", title_en="Input files", title_zh="输入文件", rows=_files(before, after)),
            *_caused_sections(connection, tables),
            _cells(connection, tables),
            Section(
                name="tables", title_en="Tables", title_zh="数据表", rows=[count_rows(connection, t) for t in tables]
            ),
        ]
    return Difference(
        before=before.release_id,
        after=after.release_id,
        is_same_code=is_same_code,
        unread_sources=unread,
        sections=sections,
    )


def _caused_sections(connection: duckdb.DuckDBPyConnection, tables: list[ComparedTable]) -> list[Section]:
    figures = _query(connection, "figures", "select * from figure_change") if _have(tables, FIGURES) else []
    scores, ranks = [], []
    if _have(tables, SCORES, RANKS, NODES, SUBJECTS):
        _run(connection, "moved")
        scores = _query(
            connection,
            "scores",
            "select * from score_change order by abs(change) desc nulls last, edition, index_code, subject_id",
        )
        ranks = _query(
            connection,
            "ranks",
            "select * from rank_change order by abs(change) desc nulls last, edition, index_code, subject_id",
        )
    corrections = [t for t in tables if t.name == CORRECTIONS]
    return [
        Section(name="figures", title_en="Figures", title_zh="数字", rows=figures),
        Section(name="scores", title_en="Scores", title_zh="得分", rows=scores),
        Section(name="ranks", title_en="Ranks", title_zh="排名", rows=ranks),
        Section(
            name="corrections",
            title_en="Corrections",
            title_zh="更正",
            rows=[row for table in corrections for row in changed_cells(connection, table)],
        ),
        Section(name="input_rows", title_en="Input rows", title_zh="输入行", rows=_query(connection, "input_rows")),
    ]


def _cells(connection: duckdb.DuckDBPyConnection, tables: list[ComparedTable]) -> Section:
    """Every changed cell of every other table, awards first."""
    others = [table for table in tables if table.name not in WITH_CAUSES]
    others.sort(key=lambda table: (not table.name.startswith("awards."), table.name))
    rows = [row for table in others for row in changed_cells(connection, table)]
    return Section(name="cells", title_en="Awards and every other table", title_zh="奖项及其他各表", rows=rows)


def _prepare(
    connection: duckdb.DuckDBPyConnection, tables: list[ComparedTable], *, are_rows_known: bool, is_same_code: bool
) -> None:
    """Make the temporary tables that every query of causes reads, empty where a release has no such table."""
    connection.execute(
        f"create temp table comparison as select {are_rows_known} as are_rows_known, {is_same_code} as is_same_code"
    )
    corrections = (
        "select edition, coalesce(n.source, o.source) as source, coalesce(n.unit_code, o.unit_code) as unit_code "
        "from before.audit.correction as o full outer join after.audit.correction as n using (edition, correction_id) "
        "where o.outcome is distinct from n.outcome or o.new_value is distinct from n.new_value"
        if _have(tables, CORRECTIONS)
        else "select edition, source, unit_code from after.audit.correction where outcome = 'applied'"
        if _is_new(tables, CORRECTIONS)
        else "select null::integer as edition, null::varchar as source, null::varchar as unit_code limit 0"
    )
    connection.execute(f"create temp table correction_change as {corrections}")
    if _have(tables, SUBJECTS):
        _run(connection, "subjects")
    else:
        connection.execute(
            "create temp table changed_subject as select null::integer as edition, null::varchar as subject_id, "
            "false as has_input_change, false as has_correction_change limit 0"
        )
    connection.execute(
        """
        create temp table changed_unit as
        select edition, unit_code, bool_or(has_input_change) as has_input_change,
            bool_or(has_correction_change) as has_correction_change
        from (
            select edition, subject_id as unit_code, has_input_change, has_correction_change from changed_subject
            union all
            select edition, unit_code, true, false from input_change
            union all
            select edition, unit_code, false, true from correction_change
        )
        where unit_code is not null
        group by edition, unit_code
        """
    )
    for side in (BEFORE, AFTER):
        place = 0 if side == BEFORE else 1
        there = any(table.name == UNITS and table.is_in[place] for table in tables)
        units = (
            f"select * from {side}.{UNITS}"
            if there
            else "select null::integer as edition, null::varchar as figure_id, null::varchar as unit_code, "
            "null::bigint as numerator_count, null::bigint as denominator_count limit 0"
        )
        connection.execute(f"create temp table {side}_unit as {units}")


def _files(before: Release, after: Release) -> list[Row]:
    """The input files that one of the releases alone was computed from."""
    sides = [
        {
            (str(entry["source"]), str(entry["file_name"])): str(entry["sha256"])
            for entry in delivered_files(release)
            if entry.get("status", "landed") == "landed"
        }
        for release in (before, after)
    ]
    rows: list[Row] = []
    for source, file_name in sorted(sides[0].keys() | sides[1].keys()):
        old, new = (side.get((source, file_name)) for side in sides)
        if old != new:
            change = "added" if old is None else "removed" if new is None else "replaced"
            rows.append({"source": source, "file": file_name, "change": change, "old_sha256": old, "new_sha256": new})
    return rows


def _have(tables: list[ComparedTable], *names: str) -> bool:
    return {table.name for table in tables if all(table.is_in)} >= set(names)


def _is_new(tables: list[ComparedTable], name: str) -> bool:
    return any(table.name == name and table.is_in == (False, True) for table in tables)


def _run(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    for statement in connection.extract_statements((SQL_DIR / f"{name}.sql").read_text(encoding="utf-8")):
        connection.execute(statement)


def _query(connection: duckdb.DuckDBPyConnection, name: str, select: str | None = None) -> list[Row]:
    """The rows of a query file, or of what is selected once it was run."""
    if select is None:
        return query_rows(connection, (SQL_DIR / f"{name}.sql").read_text(encoding="utf-8"))
    _run(connection, name)
    return query_rows(connection, select)
