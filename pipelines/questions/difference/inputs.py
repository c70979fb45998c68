"""The input rows that differ between two releases, found in the inputs that were kept of each.

Only files that one release has and the other has not are read, so the cost follows the change. Rows are matched by
the key of their contract. What a contract marks as personal is compared and never shown.
"""

from pathlib import Path

import duckdb

from pipelines.foundation.sql import files_literal, identifier, literal
from pipelines.ingest.contracts import Contract, load_contracts
from pipelines.ingest.landing import NO_FILE, empty_rows, landed_paths
from pipelines.releases.kept_inputs import listed_files, whole_inputs
from pipelines.releases.release import Release
from pipelines.settings import Settings

TABLE = "input_change"
HIDDEN = "▇"
# What an input row is about, by the first of these columns that its source has.
UNIT_COLUMNS = ("subject_code", "site_code", "region_code", "unit_code")
CREATE = f"""
create or replace temp table {TABLE} (
    edition integer, source varchar, change varchar, unit_code varchar, row_key varchar, column_name varchar,
    old_value varchar, new_value varchar,
    old_file_id varchar, old_sheet varchar, old_row_number bigint,
    new_file_id varchar, new_sheet varchar, new_row_number bigint
)
"""


def find_changed_rows(
    connection: duckdb.DuckDBPyConnection, settings: Settings, before: Release, after: Release
) -> list[str]:
    """Fill the temporary table ``input_change``; returns the sources whose rows could not be compared."""
    connection.execute(CREATE)
    old_files, new_files = listed_files(before), listed_files(after)
    folders = whole_inputs(settings, before.release_id), whole_inputs(settings, after.release_id)
    unknown = []
    for source, contract in load_contracts().items():
        sides = [
            sorted(file_id for name, file_id in files if name == source)
            for files in (old_files - new_files, new_files - old_files)
        ]
        if not any(sides):
            continue
        if None in folders:
            unknown.append(source)
            continue
        old, new = (
            _landed(folder, contract, release.edition, file_ids)
            for folder, release, file_ids in zip(folders, (before, after), sides, strict=True)
            if folder is not None
        )
        connection.execute(_changes(contract, old, new, (before.edition, after.edition)))
    return unknown


def unit_expression(contract: Contract) -> str:
    """SQL for what a landed row of a source is about: the code of a subject or division, or the host of a page."""
    if contract.name == "site_crawl":
        return "coalesce(site_code, regexp_extract(lower(url), '^(?:[a-z]+://)?([^/:]+)', 1))"
    return next((f"cast({name} as varchar)" for name in UNIT_COLUMNS if _has(contract, name)), "cast(null as varchar)")


def _landed(folder: Path, contract: Contract, edition: int, file_ids: list[str]) -> str:
    """The rows of these files, or of the one without rows where there is none, so that the columns are there."""
    paths = landed_paths(folder, edition, contract.name, file_ids or [NO_FILE])
    wanted = ", ".join(map(literal, file_ids or [NO_FILE]))
    rows = f"read_parquet([{', '.join(map(files_literal, paths))}], union_by_name = true)"
    return f"(select * from ({empty_rows(contract)} union all by name from {rows}) where file_id in ({wanted}))"


def _changes(contract: Contract, old: str, new: str, editions: tuple[int, int]) -> str:
    columns = [column for column in contract.columns if column.personal != "drop"]
    unit = unit_expression(contract)
    is_personal = {column.name: column.personal is not None for column in columns}
    key = ", ".join(f"coalesce({_shown(name, is_personal[name])}, '')" for name in contract.key)
    listed = ", ".join(
        f"{{'name': '{column.name}', 'value': {_text(column.name)}, 'shown': {_shown(column.name, column.personal)}}}"
        for column in columns
    )
    names = [identifier(column) for column in contract.key]
    match = " and ".join(f"o.{name} is not distinct from n.{name}" for name in names)
    partition = ", ".join(names)
    rows = f"""
        select
            {partition}, {unit} as unit_code,
            concat_ws(' | ', {key}) as row_key, [{listed}] as cells, file_id, sheet, row_number,
            row_number() over (partition by {partition} order by file_id, sheet, row_number) as place
        from
    """
    return f"""
    insert into {TABLE}
    with o as ({rows} {old}),
    n as ({rows} {new}),
    matched as (
        select
            case when n.row_key is null then {editions[0]} else {editions[1]} end as edition,
            case when o.row_key is null then 'added' when n.row_key is null then 'removed' else 'changed' end as change,
            coalesce(n.unit_code, o.unit_code) as unit_code,
            coalesce(n.row_key, o.row_key) as row_key,
            o.cells as old_cells, n.cells as new_cells,
            o.file_id as old_file_id, o.sheet as old_sheet, o.row_number as old_row_number,
            n.file_id as new_file_id, n.sheet as new_sheet, n.row_number as new_row_number
        from o
        full outer join n on {match} and o.place = n.place
    ),
    cells as (
        select matched.*, unnest(range(1, {len(columns) + 1})) as position
        from matched
        where change = 'changed' and old_cells is distinct from new_cells
    )
    select
        edition, '{contract.name}', change, unit_code, row_key, old_cells[position].name,
        old_cells[position].shown, new_cells[position].shown,
        old_file_id, old_sheet, old_row_number, new_file_id, new_sheet, new_row_number
    from cells
    where old_cells[position].value is distinct from new_cells[position].value
    union all
    select
        edition, '{contract.name}', change, unit_code, row_key, null, null, null,
        old_file_id, old_sheet, old_row_number, new_file_id, new_sheet, new_row_number
    from matched
    where change <> 'changed'
    """


def _has(contract: Contract, name: str) -> bool:
    return any(column.name == name and not column.personal for column in contract.columns)


def _text(name: str) -> str:
    return f"cast({identifier(name)} as varchar)"


def _shown(name: str, is_personal: object) -> str:
    return f"case when {identifier(name)} is not null then '{HIDDEN}' end" if is_personal else _text(name)
