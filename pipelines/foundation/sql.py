"""Names and values as DuckDB reads them in a query, and the rows that a query gives."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

Row = dict[str, Any]
# Digits of a floating-point number that follow from its inputs, whatever engine computed it.
SIGNIFICANT_DIGITS = 12
# More than the last bits that engines differ by, less than what parts numbers of fourteen digits.
BEYOND_LAST_BITS = 3e-15


def literal(value: str | Path) -> str:
    """A text in single quotes, where DuckDB takes no parameter."""
    return "'" + str(value).replace("'", "''") + "'"


def as_pattern(path: str | Path) -> str:
    """A path that means itself where DuckDB takes a pattern of paths, whatever characters are in it."""
    return re.sub(r"([*?[])", r"[\1]", str(path))


def files_literal(path: str | Path) -> str:
    """A path that means itself, in single quotes, where DuckDB takes a pattern of paths."""
    return literal(as_pattern(path))


def identifier(name: str) -> str:
    """A name in double quotes."""
    return '"' + name.replace('"', '""') + '"'


def qualified(name: str) -> str:
    """A ``schema.table`` with each part in double quotes."""
    return ".".join(identifier(part) for part in name.split(".", 1))


def significant(number: str) -> str:
    """A floating-point number with its significant digits alone; a half goes away from zero, whatever its last bits."""
    digits = f"printf('%.{SIGNIFICANT_DIGITS}g', {number} * {1 + BEYOND_LAST_BITS!r})"
    return f"case when {number} = 0 then 0.0 else cast({digits} as double) end"


def query_rows(
    connection: duckdb.DuckDBPyConnection, query: str, parameters: Sequence[Any] | Mapping[str, Any] = ()
) -> list[Row]:
    """The rows of a query, each as its values by column."""
    found = connection.execute(query, parameters)
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
