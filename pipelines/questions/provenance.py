"""Where a published cell comes from: the chain of models, the checks it passed, the input files, and the rows.

All but the rows follows from the release alone, wherever it lies. The rows are read from the inputs that were kept of
the release in its home; without them their files and numbers are given.
"""

from collections.abc import Sequence
from pathlib import Path

import duckdb

from pipelines.errors import CepingError
from pipelines.foundation.sql import Row, as_pattern, identifier, query_rows
from pipelines.gate.verdict import Verdict
from pipelines.ingest.contracts import Contract, load_contracts
from pipelines.ingest.landing import empty_rows, landed_paths
from pipelines.publication.provenance import FIGURE, NEEDED, SUBJECT, UNITS, Provenance, trace_published
from pipelines.publication.trend_views import CELLS, LIST, NAME
from pipelines.questions.difference.inputs import unit_expression
from pipelines.releases.kept_inputs import listed_files, whole_inputs
from pipelines.releases.ledger import delivered_files
from pipelines.releases.release import Release
from pipelines.settings import Settings


def trace(settings: Settings, release: Release, table: str, key: Sequence[str], most_rows: int = 20) -> Provenance:
    """Trace the row of a published table with this key (its edition may be left out) to the input rows under it.

    Raises ``CepingError`` where the release has no such table or row.
    """
    verdict = Verdict.model_validate_json(release.verdict_path.read_bytes())
    with release.open() as connection:
        table, key = _as_cell(connection, release, table, key)
        row = _find_row(connection, release, table, key)
        traced = trace_published(connection, verdict, release.release_id, table, row, most_rows)
        codes = _unit_codes(connection, traced, table, row)
    folder = whole_inputs(settings, release.release_id)
    if folder is None:
        return traced.model_copy(update={"rows_note": "the inputs of this release were not kept in this home"})
    rows, counts = _input_rows(
        release, folder, sorted({str(file["source"]) for file in traced.files}), codes, most_rows
    )
    return traced.model_copy(update={"rows": rows, "row_counts": counts})


def _as_cell(
    connection: duckdb.DuckDBPyConnection, release: Release, table: str, key: Sequence[str]
) -> tuple[str, Sequence[str]]:
    """A row of a trend table is a cell that bears its name; every other row is what it is."""
    published = {f"{spec.schema_name}.{spec.name}": spec.key for spec in release.manifest.tables}
    name = table.removeprefix("trends.")
    if table in published or not {CELLS, LIST} <= published.keys():
        return table, key
    if not query_rows(connection, f"select * from {LIST} where {NAME} = ?", [name]):
        return table, key
    names = [part for part in published[CELLS] if part != NAME]
    _require_key(table, names, key)
    parts = len(names) - 1
    return CELLS, [*key[:-parts], name, *key[-parts:]]


def _find_row(connection: duckdb.DuckDBPyConnection, release: Release, table: str, key: Sequence[str]) -> Row:
    declared = {f"{spec.schema_name}.{spec.name}": spec.key for spec in release.manifest.tables}
    if table not in declared:
        raise CepingError(f"release {release.release_id} has no table {table}")
    if missing := sorted(NEEDED - declared.keys()):
        raise CepingError(f"release {release.release_id} was published without {', '.join(missing)}: publish it again")
    _require_key(table, declared[table], key)
    names = [name for name in declared[table] if name != "edition" or len(key) == len(declared[table])]
    where = " and ".join(f"cast({identifier(name)} as varchar) = ?" for name in names)
    found = query_rows(connection, f"select * from {table} where {where} limit 1", list(key))
    if not found:
        raise CepingError(f"{table} has no row with {dict(zip(names, key, strict=True))}")
    return found[0]


def _require_key(table: str, names: Sequence[str], key: Sequence[str]) -> None:
    least = len(names) - ("edition" in names)
    if len(key) not in (least, len(names)):
        optional = " (edition may be left out)" if least < len(names) else ""
        raise CepingError(f"{table} needs {len(names)} key values: {', '.join(names)}{optional}; found {len(key)}")


def _unit_codes(connection: duckdb.DuckDBPyConnection, traced: Provenance, table: str, row: Row) -> list[str]:
    """Every code by which an input row may name one of the units."""
    if table == FIGURE:
        chosen, given = (
            f"select unit_code from {UNITS} where edition = ? and figure_id = ?",
            [
                row["edition"],
                row["figure_id"],
            ],
        )
    else:
        chosen, given = "select unnest(cast(? as varchar[]))", [[str(unit["unit_code"]) for unit in traced.units]]
    found = connection.execute(
        f"""
        with chosen as (select * from ({chosen}) as units (unit_code))
        select unit_code from chosen
        union
        select unnest([subject_code, site_code, home_host]) from {SUBJECT}
        where subject_id in (select unit_code from chosen)
        """,
        given,
    ).fetchall()
    return [code for (code,) in found if code is not None]


def _input_rows(
    release: Release, folder: Path, sources: list[str], codes: list[str], most_rows: int
) -> tuple[list[Row], dict[str, int]]:
    """The first input rows of the units, in the order of their files, and how many there are by source."""
    contracts = load_contracts()
    names = {str(entry["file_id"]): entry["file_name"] for entry in delivered_files(release)}
    rows: list[Row] = []
    counts: dict[str, int] = {}
    with duckdb.connect(":memory:") as connection:
        connection.execute("create table unit as select unnest(cast(? as varchar[])) as unit_code", [codes])
        for source in sources:
            file_ids = sorted(file_id for name, file_id in listed_files(release) if name == source)
            paths = [as_pattern(path) for path in landed_paths(folder, release.edition, source, file_ids)]
            if not paths or source not in contracts:
                continue
            query = _rows_of_units(contracts[source])
            counted = connection.execute(f"select count(*) from ({query})", [paths]).fetchall()[0][0]
            if counted:
                counts[source] = counted
            found = query_rows(connection, f"{query} order by file_id, sheet, row_number limit {most_rows}", [paths])
            rows += [
                {"source": source, "file_name": names.get(row.pop("file_id")), **row, "cells": _filled(row["cells"])}
                for row in found
            ]
    return rows, counts


def _rows_of_units(contract: Contract) -> str:
    shown = ", ".join(
        f"'{column.name}': cast(\"{column.name}\" as varchar)" for column in contract.columns if not column.personal
    )
    return f"""
        select file_id, sheet, row_number, {{{shown}}} as cells
        from ({empty_rows(contract)} union all by name from read_parquet(?, union_by_name = true))
        where rejections is null and {unit_expression(contract)} in (select unit_code from unit)
    """


def _filled(cells: Row) -> Row:
    return {name: value for name, value in cells.items() if value is not None}
