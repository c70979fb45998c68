"""Rows that must never be found: those a suite names, and rows that share the key of their table. Counted in SQL."""

import duckdb
import pyarrow as pa
from pydantic import BaseModel

from pipelines.foundation.bilingual import Bilingual
from pipelines.foundation.sql import identifier, qualified
from pipelines.gate.suites import SuiteRule

KEY_RULE = "repeated_key"


class RuleCount(BaseModel, frozen=True):
    """How many rows a rule finds in a table; nothing, and what was raised, where that could not be told."""

    table: str
    rule: str
    row_count: int | None
    error: str = ""


def key_rule(key: tuple[str, ...]) -> SuiteRule:
    """That a key stands on one row."""
    columns = ", ".join(map(identifier, key))
    return SuiteRule(
        severity="critical",
        why=Bilingual(en="Two rows with one key would count something twice.", zh="主键重复会造成重复计数。"),
        rows=f"select {columns}, count(*) as row_count from candidate group by {columns} having count(*) > 1",
    )


def count_rows(connection: duckdb.DuckDBPyConnection, table: str, name: str, rule: SuiteRule) -> RuleCount:
    """Ask a rule of a table for the number of rows it finds."""
    try:
        found = _select(connection, table, rule).aggregate("count(*)").fetchall()
    except duckdb.Error as error:
        return RuleCount(table=table, rule=name, row_count=None, error=str(error))
    return RuleCount(table=table, rule=name, row_count=found[0][0])


def first_rows(connection: duckdb.DuckDBPyConnection, table: str, rule: SuiteRule, most: int) -> pa.Table:
    """The first rows a rule finds in a table, in the order of their values."""
    return _select(connection, table, rule).order("all").limit(most).to_arrow_table()


def _select(connection: duckdb.DuckDBPyConnection, table: str, rule: SuiteRule) -> duckdb.DuckDBPyRelation:
    connection.execute(f"create or replace temp view candidate as select * from {qualified(table)}")
    return connection.sql(f"select * from (\n{rule.rows.strip().rstrip(';')}\n) as found")
