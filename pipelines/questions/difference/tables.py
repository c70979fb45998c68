"""Any published table of two releases, row by row and cell by cell, matched by the key its model declares.

Nothing here knows a table by name: a table that a later release has for the first time is compared like all others.
"""

from dataclasses import dataclass

import duckdb

from pipelines.foundation.sql import Row, identifier, query_rows
from pipelines.releases.manifest import Manifest, ManifestTable

BEFORE, AFTER = "before", "after"
LARGEST_CELL_COUNT = 100_000
FILE = "file_id"


@dataclass(frozen=True)
class ComparedTable:
    """A table as both releases have it, or one of them."""

    name: str
    key: tuple[str, ...]
    columns: tuple[str, ...]
    is_in: tuple[bool, bool]
    is_same: bool

    @property
    def values(self) -> tuple[str, ...]:
        """The columns both releases have, without the key and the file a row stands in, which the inputs show."""
        return tuple(column for column in self.columns if column not in self.key and column != FILE)


def compared_tables(connection: duckdb.DuckDBPyConnection, before: Manifest, after: Manifest) -> list[ComparedTable]:
    """Every table of either release, in the order of their names; where the other shows it as a view, with that."""
    old, new = ({f"{t.schema_name}.{t.name}": t for t in manifest.tables} for manifest in (before, after))
    in_old, in_new = (_views(connection, side) for side in (BEFORE, AFTER))
    shown_old, shown_new = (
        {name: table.model_copy(update={"sha256": ""}) for name, table in tables.items() if name in views}
        for tables, views in ((new, in_old), (old, in_new))
    )
    old, new = shown_old | old, shown_new | new
    return [_compared(name, old.get(name), new.get(name)) for name in sorted(old.keys() | new.keys())]


def _views(connection: duckdb.DuckDBPyConnection, side: str) -> set[str]:
    found = connection.execute(
        "select schema_name || '.' || view_name from duckdb_views() where database_name = ? and not internal", [side]
    )
    return {name for (name,) in found.fetchall()}


def _compared(name: str, old: ManifestTable | None, new: ManifestTable | None) -> ComparedTable:
    newest = new or old
    assert newest is not None
    older = {column.name for column in (old or newest).columns}
    columns = tuple(column.name for column in newest.columns if column.name in older)
    return ComparedTable(
        name=name,
        key=tuple(column for column in newest.key if column in columns),
        columns=columns,
        is_in=(old is not None, new is not None),
        is_same=old is not None and new is not None and old.sha256 == new.sha256,
    )


def count_rows(connection: duckdb.DuckDBPyConnection, table: ComparedTable) -> Row:
    """How many rows were added, removed and changed; without a key, rows are the same or not."""
    row: Row = {"table": table.name, "added": 0, "removed": 0, "changed": 0, "note": None}
    if not all(table.is_in):
        place = AFTER if table.is_in[1] else BEFORE
        counted = connection.execute(f"select count(*) from {place}.{table.name}").fetchall()[0][0]
        side = "added" if table.is_in[1] else "removed"
        return row | {side: counted, "note": f"only in the {'later' if table.is_in[1] else 'earlier'} release"}
    if not table.key:
        names = ", ".join(identifier(column) for column in table.columns)
        sides = [f"select {names} from {side}.{table.name}" for side in (AFTER, BEFORE)]
        counts = [
            connection.execute(f"select count(*) from ({one} except all {other})").fetchall()[0][0]
            for one, other in (sides, sides[::-1])
        ]
        return row | {"added": counts[0], "removed": counts[1], "note": "has no key"}
    found = connection.execute(
        f"""
        select
            count(*) filter (where o.is_there is null),
            count(*) filter (where n.is_there is null),
            count(*) filter (where o.is_there and n.is_there and ({_differs(table)}))
        {_join(table)}
        """
    ).fetchall()[0]
    return row | dict(zip(("added", "removed", "changed"), found, strict=True))


def changed_cells(connection: duckdb.DuckDBPyConnection, table: ComparedTable) -> list[Row]:
    """Every cell that changed, and every row that was added or removed, as text; at most a hundred thousand."""
    if not all(table.is_in) or table.is_same or not table.key:
        return []
    key = ", ".join(f"coalesce(n.{identifier(c)}::varchar, o.{identifier(c)}::varchar, '')" for c in table.key)
    cells = ", ".join(
        f"{{'name': '{c}', 'old': o.{identifier(c)}::varchar, 'new': n.{identifier(c)}::varchar}}" for c in table.values
    )
    return query_rows(
        connection,
        f"""
        with rows as (
            select
                concat_ws(' | ', {key}) as row_key,
                case when o.is_there is null then 'added' when n.is_there is null then 'removed' else 'changed' end
                    as change,
                [{cells}] as cells
            {_join(table)}
            where o.is_there is null or n.is_there is null or ({_differs(table)})
        ),
        parts as (
            select row_key, change, unnest(cells) as cell from rows where change = 'changed'
            union all
            select row_key, change, null from rows where change <> 'changed'
        )
        select '{table.name}' as "table", row_key, change, cell.name as "column", cell.old as old, cell.new as new
        from parts
        where change <> 'changed' or cell.old is distinct from cell.new
        order by all
        limit {LARGEST_CELL_COUNT}
        """,
    )


def _join(table: ComparedTable) -> str:
    match = " and ".join(f"o.{identifier(column)} is not distinct from n.{identifier(column)}" for column in table.key)
    return f"""
        from (select *, true as is_there from {BEFORE}.{table.name}) as o
        full outer join (select *, true as is_there from {AFTER}.{table.name}) as n on {match}
    """


def _differs(table: ComparedTable) -> str:
    return " or ".join(f"o.{identifier(c)} is distinct from n.{identifier(c)}" for c in table.values) or "false"
