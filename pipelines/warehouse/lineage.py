"""What published tables and columns are made of, from the manifest of the project and the SQL that dbt compiled.

Two grains, each a published table: the models, reference data and sources above a table (``audit.lineage``), and the
columns of sources and reference data whose values go into a column (``audit.column_origin``). A column counts as made
of another where its value is taken or computed from it; what a query only filters, joins or groups by does not. The
rules themselves are published beside them (``audit.model``).
"""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import sqlglot
from pydantic import BaseModel
from sqlglot import exp
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, build_scope
from sqlglot.schema import MappingSchema

from pipelines.errors import CepingError
from pipelines.foundation.hashing import hash_folders
from pipelines.foundation.state import keep, read_kept
from pipelines.settings import MODELS_DIR, PARSED_DIR, Engine, Settings
from pipelines.warehouse.dbt_project import Manifest, compile_project, is_published, read_manifest
from pipelines.warehouse.tables import TableSpec

DIALECT = "duckdb"
TRACED = ("model", "seed", "source")


class Column(BaseModel, frozen=True):
    """A column of a model, a seed or a source."""

    table: str
    name: str


class TracedTables(BaseModel, frozen=True):
    """The rows of the published tables of lineage, by the name of the table; each row in the order of its columns."""

    rows: dict[str, list[tuple[str | int | None, ...]]]


def write_lineage(settings: Settings, specs: Iterable[TableSpec]) -> dict[str, int]:
    """Write the tables of lineage into the warehouse that dbt has built; returns their row counts.

    Traced once for a version of the models, whatever the home, and kept beside the project where that may be written
    to. Raises ``CepingError`` naming the model whose SQL cannot be taken apart.
    """
    kept = PARSED_DIR / f"lineage-{hash_folders([MODELS_DIR])}.json"
    found = read_kept(kept)
    if found is None and settings.engine is not Engine.duckdb:
        # What is taken apart is the SQL of DuckDB, which did not build.
        compile_project(settings)
    with duckdb.connect(str(settings.warehouse_path)) as connection:
        if found is None:
            traced = trace(read_manifest(settings), settings.dbt_target_dir, _columns(connection))
            keep(kept, traced.model_dump_json().encode())
        else:
            traced = TracedTables.model_validate_json(found)
        return {spec.name: _write(connection, spec, traced.rows[spec.name]) for spec in specs}


def trace(manifest: Manifest, target: Path, columns: Mapping[str, Mapping[str, Mapping[str, str]]]) -> TracedTables:
    """The rows of every table of lineage.

    ``columns`` are those of the warehouse, nested as schema, table, column: type; ``target`` is where dbt compiled to.
    """
    nodes = {
        node_id: node
        for node_id, node in {**manifest["nodes"], **manifest["sources"]}.items()
        if node["resource_type"] in TRACED
    }
    published = {node_id: node for node_id, node in nodes.items() if is_published(node)}
    followed = [node_id for node_id in nodes if node_id in published or nodes[node_id]["resource_type"] == "model"]
    sources = {node["name"]: node["description"] for node in manifest["sources"].values()}
    origins = _trace_columns(manifest["metadata"]["project_name"], nodes, target, columns)
    return TracedTables(
        rows={
            "model": sorted(_rule(node, sources) for node in nodes.values()),
            "lineage": sorted(row for node_id in followed for row in _upstream(manifest, nodes, node_id)),
            "column_origin": [
                (table_name(node), column, *origins.described(Column(table=table_name(node), name=column)))
                for node in sorted(published.values(), key=table_name)
                for column in node["columns"]
            ],
        }
    )


def table_name(node: Mapping[str, Any]) -> str:
    """``schema.table`` of a model, seed or source."""
    return f"{node['schema']}.{node.get('alias') or node['name']}"


def _rule(node: Mapping[str, Any], sources: Mapping[str, str]) -> tuple[str, str, str, str | None]:
    """A row of ``audit.model``; a staging model means what the contract of its source says."""
    sql = node["raw_code"] if node["resource_type"] == "model" else None
    meaning = node["description"] or sources.get(node["name"].removeprefix("stg_"), "")
    return table_name(node), node["resource_type"], meaning, sql


def _upstream(manifest: Manifest, nodes: Mapping[str, Any], node_id: str) -> list[tuple[str, str, str, int]]:
    """Everything a table is made from, near or far, with the fewest steps that lead there."""
    steps = {node_id: 0}
    waiting = deque([node_id])
    while waiting:
        current = waiting.popleft()
        for parent in manifest["parent_map"].get(current, ()):
            if parent in nodes and parent not in steps:
                steps[parent] = steps[current] + 1
                waiting.append(parent)
    name = table_name(nodes[node_id])
    return [(name, table_name(nodes[up]), nodes[up]["resource_type"], step) for up, step in steps.items() if step]


@dataclass(frozen=True)
class _Origins:
    """What columns of models are made of, one step at a time."""

    parents: dict[Column, frozenset[Column]]
    found: dict[Column, frozenset[Column]] = field(default_factory=dict)

    def described(self, column: Column) -> tuple[str | None, str | None]:
        """The columns of sources and reference data at the end of every chain, by table, and the models between."""
        above = self._above(column)
        ends: dict[str, list[str]] = {}
        for end in sorted(
            (found for found in above if found not in self.parents), key=lambda end: (end.table, end.name)
        ):
            ends.setdefault(end.table, []).append(end.name)
        between = sorted({found.table for found in above if found in self.parents})
        made_of = "; ".join(f"{table}: {', '.join(names)}" for table, names in ends.items())
        return made_of or None, " ".join(between) or None

    def _above(self, column: Column) -> frozenset[Column]:
        if column not in self.found:
            near = self.parents.get(column, frozenset())
            self.found[column] = near.union(*(self._above(parent) for parent in near))
        return self.found[column]


def _trace_columns(
    project: str, nodes: Mapping[str, Any], target: Path, columns: Mapping[str, Mapping[str, Mapping[str, str]]]
) -> _Origins:
    schema = MappingSchema({node["database"]: columns for node in nodes.values()}, dialect=DIALECT)
    parents: dict[Column, frozenset[Column]] = {}
    for node in nodes.values():
        if node["resource_type"] == "model":
            path = target / "compiled" / project / node["original_file_path"]
            try:
                parents |= _trace_model(table_name(node), path.read_text(encoding="utf-8"), schema)
            except (sqlglot.errors.SqlglotError, OSError) as failure:
                raise CepingError(f"the lineage of {node['name']} cannot be read: {failure}") from failure
    return _Origins(parents)


def _trace_model(table: str, sql: str, schema: MappingSchema) -> dict[Column, frozenset[Column]]:
    query = qualify(
        sqlglot.parse_one(sql, dialect=DIALECT),
        schema=schema,
        dialect=DIALECT,
        identify=False,
        quote_identifiers=False,
        validate_qualify_columns=False,
    )
    scope = build_scope(query)
    if scope is None:
        raise sqlglot.errors.SqlglotError("it is not a query")
    memory: dict[tuple[int, str], frozenset[Column]] = {}
    names = _query(scope).named_selects
    return {Column(table=table, name=name): _origin(scope, name, memory) for name in names}


def _origin(scope: Scope, name: str, memory: dict[tuple[int, str], frozenset[Column]]) -> frozenset[Column]:
    """The columns of tables that the column of a query is taken or computed from."""
    place = (id(scope), name)
    if place not in memory:
        # A recursive query would come back here: what it adds to itself is nothing new.
        memory[place] = frozenset()
        query = _query(scope)
        if scope.set_operation_scopes:
            position = query.named_selects.index(name)
            parts = ((part, _query(part).named_selects[position]) for part in scope.set_operation_scopes)
            memory[place] = frozenset().union(*(_origin(part, column, memory) for part, column in parts))
        else:
            selected = next((item for item in query.selects if item.alias_or_name == name), None)
            memory[place] = _columns_in(selected, scope, memory)
    return memory[place]


def _query(scope: Scope) -> exp.Query:
    if not isinstance(scope.expression, exp.Query):
        raise sqlglot.errors.SqlglotError(f"expected a query, found {type(scope.expression).__name__}")
    return scope.expression


def _columns_in(
    expression: exp.Expr | None, scope: Scope, memory: dict[tuple[int, str], frozenset[Column]]
) -> frozenset[Column]:
    found: set[Column] = set()
    for column in expression.find_all(exp.Column) if expression is not None else ():
        source = scope.sources.get(column.table)
        if isinstance(source, exp.Table):
            found.add(Column(table=f"{source.db}.{source.name}", name=column.name))
        elif isinstance(source, Scope) and source.is_udtf:
            found |= _columns_in(source.expression, scope, memory)
        elif isinstance(source, Scope):
            found |= _origin(source, column.name, memory)
    return frozenset(found)


def _columns(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, dict[str, str]]]:
    nested: dict[str, dict[str, dict[str, str]]] = {}
    query = "select schema_name, table_name, column_name, data_type from duckdb_columns() where not internal"
    for schema, table, column, data_type in connection.execute(query).fetchall():
        nested.setdefault(schema, {}).setdefault(table, {})[column] = data_type
    return nested


def _write(connection: duckdb.DuckDBPyConnection, spec: TableSpec, rows: list[tuple[str | int | None, ...]]) -> int:
    declared = ", ".join(f'"{column.name}" {column.data_type}' for column in spec.columns)
    places = ", ".join(f"unnest($column_{position})" for position in range(len(spec.columns)))
    given = {f"column_{position}": [row[position] for row in rows] for position in range(len(spec.columns))}
    connection.execute("begin")
    connection.execute(f'create schema if not exists "{spec.schema_name}"')
    connection.execute(f'create or replace table "{spec.schema_name}"."{spec.name}" ({declared})')
    connection.execute(f'insert into "{spec.schema_name}"."{spec.name}" select {places}', given)
    connection.execute("commit")
    return len(rows)
