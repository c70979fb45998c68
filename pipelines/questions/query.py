"""Asks the current release: one query, answered on the screen or in a file, or a shell to go on asking in.

Belongs here: which release is asked, and what is said where a query fails. Does not belong here: how an answer is
written (``answers``), how a release is opened (``publication.reading``).
"""

import difflib
import subprocess
import sys
from pathlib import Path

import duckdb

from pipelines.errors import CepingError
from pipelines.questions.answers import write_answer
from pipelines.releases.release import Release
from pipelines.releases.releases import Releases
from pipelines.settings import Settings

SHELL_COMMANDS = (".prompt 'ceping> '", "set memory_limit = '2GB'", "set threads = 2", ".safe_mode")
GREETING = """Release {release}, read-only. Tab completes; the arrow up brings back what you asked; .quit leaves.
从这里开始 / start here:  from catalog;   from search_catalog('dead link');   from top_subjects('influence', 3);
"""
LIST_TABLES = 'ceping sql "from catalog" lists every table, column and macro'
WAYS_OUT = ("file system operations are disabled", "configuration has been locked", "read-only mode")


def ask(settings: Settings, query: str | None, output: str | None, out: Path | None) -> None:
    """Answer a query from the current release, read-only; without one, what stands in the standard input, or a shell.

    Raises ``CepingError`` where nothing is published, the query fails, or the answer does not fit its form.
    """
    release = Releases.of(settings).require_current()
    if query is None and sys.stdin.isatty():
        if output is not None or out is not None:
            raise CepingError("the shell writes no files: give the query on the command line")
        _open_shell(release)
        return
    with release.open() as connection:
        try:
            answer = connection.sql(query or sys.stdin.read())
            if answer is not None:
                write_answer(answer, output, out)
        except duckdb.Error as refusal:
            raise CepingError(_explain(refusal, connection)) from refusal


def _open_shell(release: Release) -> None:
    """Hand over to DuckDB's own shell, in its safe mode: no files, no commands, no settings."""
    print(GREETING.format(release=release.release_id), flush=True)
    # Nobody's ~/.duckdbrc: it could change what the release shows.
    options = ["-readonly", "-no-init", *(part for command in SHELL_COMMANDS for part in ("-cmd", command))]
    command = [sys.executable, "-m", "duckdb_cli", *options, str(release.database_path)]
    # Its exit code says whether any query failed, which whoever asked has seen.
    subprocess.run(command, check=False)  # noqa: S603


def _explain(refusal: duckdb.Error, connection: duckdb.DuckDBPyConnection) -> str:
    """What DuckDB says, and what to do about it."""
    said = str(refusal)
    if any(words in said for words in WAYS_OUT):
        return f"a query reads the release and nothing else: no files, no network, no settings, no writing\n{said}"
    if not isinstance(refusal, duckdb.CatalogException):
        return said
    missing = _missing_name(said)
    near = difflib.get_close_matches(missing, _names(connection, macros="Function" in said), n=3, cutoff=0.5)
    suggestion = f"did you mean {' or '.join(near)}? " if near else ""
    return f"{said.splitlines()[0]}\n{suggestion}{LIST_TABLES}"


def _missing_name(said: str) -> str:
    """The name out of a message such as: Table with name figur does not exist."""
    return said.partition(" with name ")[2].partition(" does not exist")[0].strip('"')


def _names(connection: duckdb.DuckDBPyConnection, *, macros: bool) -> list[str]:
    """The macros, or the tables with their schemas."""
    kind = "data_type like 'macro%'" if macros else "data_type is null"
    rows = connection.execute(
        f"select table_name from reference.catalog where column_name is null and {kind} order by all"
    ).fetchall()
    return [name for (name,) in rows]
