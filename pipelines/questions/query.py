"""One query to a release, and what to do where it fails."""

import difflib
from pathlib import Path

import duckdb

from pipelines.errors import CepingError
from pipelines.questions.answers import write_answer
from pipelines.releases.release import Release

LIST_TABLES = 'ceping sql "from catalog" lists every table, column and macro'
WAYS_OUT = ("file system operations are disabled", "configuration has been locked", "read-only mode")


def ask(release: Release, query: str, output: str | None, out: Path | None, *, is_public: bool = False) -> None:
    """Answer a query from a release, read-only, on the standard output or in a file.

    Raises ``CepingError`` where the query fails or the answer does not fit its form.
    """
    with release.open(is_public=is_public) as connection:
        try:
            answer = connection.sql(query)
            if answer is not None:
                write_answer(answer, output, out)
        except duckdb.Error as refusal:
            raise CepingError(_explain(refusal, connection)) from refusal


def _explain(refusal: duckdb.Error, connection: duckdb.DuckDBPyConnection) -> str:
    """DuckDB's message, and what to do about it."""
    message = str(refusal)
    if any(words in message for words in WAYS_OUT):
        return f"a query reads the release and nothing else: no files, no network, no settings, no writing\n{message}"
    if not isinstance(refusal, duckdb.CatalogException):
        return message
    missing = _missing_name(message)
    near = difflib.get_close_matches(missing, _names(connection, macros="Function" in message), n=3, cutoff=0.5)
    suggestion = f"did you mean {' or '.join(near)}? " if near else ""
    return f"{message.splitlines()[0]}\n{suggestion}{LIST_TABLES}"


def _missing_name(message: str) -> str:
    """The name out of a message such as: Table with name figur does not exist."""
    return message.partition(" with name ")[2].partition(" does not exist")[0].strip('"')


def _names(connection: duckdb.DuckDBPyConnection, *, macros: bool) -> list[str]:
    """The macros, or the tables with their schemas."""
    kind = "data_type like 'macro%'" if macros else "data_type is null"
    rows = connection.execute(
        f"select table_name from reference.catalog where column_name is null and {kind} order by all"
    ).fetchall()
    return [name for (name,) in rows]
