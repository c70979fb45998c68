"""Where a published row comes from, as the release alone can tell: chain of models, checks, input files, units.

The delivered rows are in no release; ``questions.provenance`` reads them from the inputs that were kept.
"""

import duckdb
from pydantic import BaseModel, Field

from pipelines.foundation.sql import Row, query_rows
from pipelines.gate.verdict import ExpectationOutcome, Verdict
from pipelines.publication.trend_views import CELLS

FIGURE, UNITS, INPUTS = "trends.figure", "trends.figure_unit", "trends.figure_input"
LINEAGE, MODEL, LEDGER, BALANCE, SUBJECT = (
    "audit.lineage", "audit.model", "audit.file_ledger", "audit.row_balance", "core.dim_subject",
)  # fmt: skip
NEEDED = frozenset({FIGURE, UNITS, INPUTS, LINEAGE, MODEL, LEDGER, BALANCE, SUBJECT})
# The public part of a release does not name its files.
FILE_COLUMNS = ("source", "file_name", "sha256", "byte_count", "rows_read", "rows_loaded", "rows_quarantined")
UNIT_NAMES = ("subject_id", "region_code")


class Provenance(BaseModel, frozen=True):
    """Everything known of where one published row comes from."""

    release_id: str
    table: str
    row: Row = Field(description="The published row itself.")
    models: list[Row] = Field(description="What it is made from, the nearest first: name, kind, meaning, SQL, steps.")
    checks: list[ExpectationOutcome] = Field(description="What the gate found of the table and of those it is made of.")
    files: list[Row] = Field(description="The input files with their hashes and rows.")
    units: list[Row] = Field(description="The units it counts, or the one it is about.")
    unit_count: int
    rows: list[Row] = Field(default=[], description="The first input rows under it, cell by cell.")
    row_counts: dict[str, int] = Field(default={}, description="Input rows under it, by source.")
    rows_note: str | None = None


def trace_published(
    connection: duckdb.DuckDBPyConnection, verdict: Verdict, release_id: str, table: str, row: Row, most_rows: int
) -> Provenance:
    """Trace a row as far as the release alone can: chain, checks, files and units."""
    models = query_rows(
        connection,
        f"""
        select lineage.upstream_name as name, lineage.upstream_kind as kind, lineage.step_count as steps,
            models.meaning, models.sql_text as sql
        from {LINEAGE} as lineage
        left join {MODEL} as models on lineage.upstream_name = models.model_name
        where lineage.table_name = ?
        union all
        select model_name, model_kind, 0, meaning, sql_text from {MODEL} where model_name = ?
        order by steps, name
        """,
        [table, table],
    )
    if table == FIGURE:
        chain = _chain_of(connection, row)
        models = [model for model in models if model["name"] in chain]
    names = {str(model["name"]) for model in models} | {table}
    units, unit_count = _units(connection, table, row, most_rows)
    return Provenance(
        release_id=release_id,
        table=table,
        row=row,
        models=models,
        checks=[outcome for outcome in verdict.outcomes if outcome.table in names],
        files=_files(connection, table, row),
        units=units,
        unit_count=unit_count,
    )


def _chain_of(connection: duckdb.DuckDBPyConnection, figure: Row) -> set[str]:
    """What a figure is made from: not all that the table of figures is, which is nearly everything.

    Below the cells, each table is followed to those that hold rows of the figure's sources and of no other; where only
    wider ones do, to one of the figure's own trend, or that reads what has no other sources, and the least of these.
    """
    parents: dict[str, set[str]] = {}
    sources: dict[str, set[str]] = {}
    for name, upstream, kind, steps in connection.execute(
        f"select table_name, upstream_name, upstream_kind, step_count from {LINEAGE}"
    ).fetchall():
        if steps == 1:
            parents.setdefault(name, set()).add(upstream)
        if kind == "source":
            sources.setdefault(name, set()).add(upstream)
            sources[upstream] = {upstream}
    given = [figure["edition"], figure["figure_id"]]
    found = connection.execute(f"select source from {INPUTS} where edition = ? and figure_id = ?", given).fetchall()
    wanted = {f"raw.{source}" for (source,) in found}
    chain, waiting = set(wanted), [FIGURE]
    while waiting:
        name = waiting.pop()
        if name in chain and name not in wanted:
            continue
        chain.add(name)
        above = parents.get(name, set())
        chosen = {up for up in above if sources.get(up, set()) <= wanted}
        left = (sources.get(name, set()) & wanted) - {source for up in chosen for source in sources.get(up, set())}
        direct = {up for up in above if any(sources.get(of) and sources[of] <= wanted for of in parents.get(up, ()))}
        wider = [(*_distance(up, figure), up not in direct, len(sources[up]), up) for up in above - chosen]
        for *_, up in sorted(wider):
            if sources[up] & left:
                chosen.add(up)
                left -= sources[up]
        # What rests on reference data alone is named and not taken apart.
        chain |= {up for up in chosen if not sources.get(up)}
        waiting += [up for up in chosen if sources.get(up) and up not in chain]
    return chain


def _distance(name: str, figure: Row) -> tuple[bool, bool]:
    """How far a table is from a figure by its name: its cell is nearest, then the units of its trend."""
    return (name != CELLS, f"trend_{figure.get('trend')}_" not in name)


def _units(connection: duckdb.DuckDBPyConnection, table: str, row: Row, most_rows: int) -> tuple[list[Row], int]:
    """The first units of a figure and how many there are; else the one subject or division a row is about."""
    if table != FIGURE:
        unit = next((row[name] for name in UNIT_NAMES if row.get(name)), None)
        return ([{"unit_code": unit}], 1) if unit else ([], 0)
    given = [row["edition"], row["figure_id"]]
    counted = connection.execute(f"select count(*) from {UNITS} where edition = ? and figure_id = ?", given).fetchall()[
        0
    ][0]
    units = query_rows(
        connection,
        f"""
        select units.unit_code, subjects.subject_name as name_zh, units.numerator_count, units.denominator_count
        from {UNITS} as units
        left join {SUBJECT} as subjects on units.edition = subjects.edition and units.unit_code = subjects.subject_id
        where units.edition = ? and units.figure_id = ?
        order by units.unit_code
        limit {most_rows}
        """,
        given,
    )
    return units, counted


def _files(connection: duckdb.DuckDBPyConnection, table: str, row: Row) -> list[Row]:
    """The loaded files of every source the table is made from; of a figure, of the sources it is counted from."""
    sources = (
        f"select source from {INPUTS} where edition = ? and figure_id = ?"
        if table == FIGURE
        else f"""
            select replace(upstream_name, 'raw.', '') from {LINEAGE}
            where upstream_kind = 'source' and table_name = ?
        """
    )
    given = [row["edition"], row["figure_id"]] if table == FIGURE else [table]
    files = query_rows(
        connection,
        f"""
        select ledger.*, balance.rows_read, balance.rows_loaded, balance.rows_quarantined
        from {LEDGER} as ledger
        inner join {BALANCE} as balance
            on ledger.edition = balance.edition and ledger.source = balance.source and ledger.file_id = balance.file_id
        where ledger.status = 'landed' and ledger.source in ({sources})
        order by ledger.source, ledger.sha256
        """,
        given,
    )
    return [{name: file[name] for name in FILE_COLUMNS if name in file} for file in files]
