"""Lineage down to the column: which columns of sources and seeds each column of a model is made of.

Read from the compiled SQL of the models by SQLGlot, one model at a time, and joined into chains. A column counts as
made of another where its value is taken or computed from it; what a query only filters, joins or groups by does not.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.lineage import Node, lineage
from sqlglot.schema import MappingSchema

from pipelines.errors import CepingError
from pipelines.ingest.ledger import LedgerEntry

DIALECT = "duckdb"
# What ingest adds to every row it lands.
LANDED = {
    "edition": "integer",
    "file_id": "varchar",
    "sheet": "varchar",
    "row_number": "bigint",
    "repairs": "varchar",
    "rejections": "struct(column_name varchar, reason_code varchar, value varchar)[]",
}


@dataclass(frozen=True, order=True)
class Column:
    """A column of a model, a seed or a source."""

    table: str
    name: str


@dataclass(frozen=True)
class Lineage:
    """What columns of models are made of, a step at a time."""

    parents: dict[Column, frozenset[Column]]

    def origins(self, column: Column) -> tuple[Column, ...]:
        """The columns of sources and seeds at the end of every chain, in order; none where a value is a constant."""
        return tuple(sorted(found for found in self._above(column) if found not in self.parents))

    def models(self, column: Column) -> tuple[str, ...]:
        """The models between the origins and the column, in order."""
        return tuple(sorted({found.table for found in self._above(column) if found in self.parents}))

    def _above(self, column: Column) -> set[Column]:
        above: set[Column] = set()
        waiting = list(self.parents.get(column, ()))
        while waiting:
            found = waiting.pop()
            if found not in above:
                above.add(found)
                waiting += self.parents.get(found, ())
        return above


def trace_columns(manifest: dict[str, Any]) -> Lineage:
    """Trace every column of every model of a compiled manifest.

    Raises ``CepingError`` naming the model whose SQL cannot be taken apart.
    """
    nodes = [node for node in manifest["nodes"].values() if node["resource_type"] in ("model", "seed")]
    tables = [*nodes, *manifest["sources"].values()]
    schema = MappingSchema(_schema(tables), dialect=DIALECT)
    parents: dict[Column, frozenset[Column]] = {}
    for node in nodes:
        if node["resource_type"] == "model":
            try:
                parents |= _trace_model(node, schema)
            except sqlglot.errors.SqlglotError as failure:
                raise CepingError(f"the lineage of {node['name']} cannot be read: {failure}") from failure
    return Lineage(parents)


def table_name(node: dict[str, Any]) -> str:
    """``schema.table`` of a model, seed or source."""
    return f"{node['schema']}.{_short_name(node)}"


def _schema(tables: Iterable[dict[str, Any]]) -> dict[str, object]:
    """Columns of every table, nested as SQLGlot wants them."""
    nested: dict[str, dict[str, dict[str, dict[str, str]]]] = {}
    for table in tables:
        columns = {column["name"]: column["data_type"] or "varchar" for column in table["columns"].values()}
        if table["resource_type"] == "source":
            # The ledger of files is ours and no delivery: it has no contract, and its columns are those of its entries.
            columns |= LANDED if columns else dict.fromkeys(LedgerEntry.model_fields, "varchar")
        nested.setdefault(table["database"], {}).setdefault(table["schema"], {})[_short_name(table)] = columns
    return dict(nested)


def _short_name(node: dict[str, Any]) -> str:
    return str(node.get("alias") or node["name"])


def _trace_model(node: dict[str, Any], schema: MappingSchema) -> dict[Column, frozenset[Column]]:
    traced = lineage(None, node["compiled_code"], schema, dialect=DIALECT)
    table = table_name(node)
    return {Column(table, name): _leaves(traced[name]) for name in node["columns"]}


def _leaves(node: Node) -> frozenset[Column]:
    return frozenset(
        Column(f"{leaf.expression.db}.{leaf.expression.name}", leaf.name.rpartition(".")[2])
        for leaf in node.walk()
        if isinstance(leaf.expression, exp.Table)
    )
