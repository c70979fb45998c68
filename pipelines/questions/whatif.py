"""Ranks a release once more under other weights, without a run. The computation is the release's macro ``whatif``."""

import csv
from pathlib import Path

import duckdb

from pipelines.errors import CepingError, FrameworkError
from pipelines.foundation.sql import Row, query_rows
from pipelines.releases.release import Release

HEADER = ("index_code", "node_code", "weight")
FIRST_LINE = 2
TABLE = "new_weights"
Weights = list[tuple[str, str, float]]


def rank_under(release: Release, path: Path) -> list[Row]:
    """Every subject of the indices that a file of weights names: score and rank as published, and under them.

    Raises ``FrameworkError`` with every line of the file that cannot be used.
    """
    with release.open() as connection:
        weights = _read_weights(path, _nodes(connection))
        connection.execute(f"create temp table {TABLE} (index_code varchar, node_code varchar, weight double)")
        connection.executemany(f"insert into {TABLE} values (?, ?, ?)", weights)
        return query_rows(connection, f"select * from whatif('{TABLE}')")


def _nodes(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], bool]:
    """Index and code of every node of the release, and whether it has a weight."""
    query = "select index_code, node_code, weight_share is not null from indices.dim_framework_node"
    return {(index_code, node_code): weighed for index_code, node_code, weighed in connection.execute(query).fetchall()}


def _read_weights(path: Path, nodes: dict[tuple[str, str], bool]) -> Weights:
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            missing = set(HEADER) - set(reader.fieldnames or ())
            if missing:
                raise FrameworkError(f"{path}: there is no column {', '.join(sorted(missing))}")
            rows = list(enumerate(reader, start=FIRST_LINE))
    except (OSError, UnicodeDecodeError) as cause:
        raise CepingError(f"{path}: cannot be read as UTF-8 text ({cause})") from cause
    weights: Weights = []
    faults: list[str] = []
    for line, row in rows:
        named = [(index_code, node_code) for index_code, node_code, _ in weights]
        weight, fault = _weight(row, nodes, named)
        if fault is not None:
            faults.append(f"{path}, line {line}: {fault}")
        else:
            weights.append((row["index_code"], row["node_code"], weight))
    if faults or not weights:
        raise FrameworkError("\n".join(faults) or f"{path}: there are no weights in it")
    return weights


def _weight(
    row: dict[str, str], nodes: dict[tuple[str, str], bool], named: list[tuple[str, str]]
) -> tuple[float, str | None]:
    """The weight of a line, and what is wrong with the line."""
    key = (row["index_code"], row["node_code"])
    if key not in nodes:
        return 0, f"the release has no node {key[1]} in an index {key[0]}"
    if not nodes[key]:
        return 0, f"{key[1]} has no weight: it is the index itself, or a veto"
    if key in named:
        return 0, f"{key[1]} is named twice"
    try:
        weight = float(row["weight"])
    except (TypeError, ValueError):
        return 0, f"{row['weight']!r} is not a weight"
    return weight, None if 0 <= weight < float("inf") else f"{row['weight']} is not a weight"
