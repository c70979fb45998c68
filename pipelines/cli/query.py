"""Asks the current release: one query, answered on the screen or in a file, or a shell to go on asking in."""

import subprocess
import sys
from pathlib import Path

from pipelines.errors import CepingError
from pipelines.questions.query import ask
from pipelines.releases.release import Release
from pipelines.releases.releases import Releases
from pipelines.settings import Settings

SHELL_COMMANDS = (".prompt 'ceping> '", "set memory_limit = '2GB'", "set threads = 2", ".safe_mode")
GREETING = """Release {release}, read-only. Tab completes; the arrow up brings back what you asked; .quit leaves.
从这里开始 / start here:  from catalog;   from search_catalog('dead link');   from top_subjects('influence', 3);
"""


def answer_or_open_shell(
    settings: Settings, query: str | None, output: str | None, out: Path | None, *, is_public: bool = False
) -> None:
    """Answer a query from the current release; without one, the query of the standard input, or open a shell.

    By default all of the release is asked, else only what is public.

    Raises ``CepingError`` where nothing is published, the query fails, or the answer does not fit its form.
    """
    release = Releases.of(settings).require_current()
    if query is not None or not sys.stdin.isatty():
        ask(release, query or sys.stdin.read(), output, out, is_public=is_public)
    elif output is not None or out is not None:
        raise CepingError("the shell writes no files: give the query on the command line")
    else:
        _open_shell(release, is_public=is_public)


def _open_shell(release: Release, *, is_public: bool) -> None:
    """Hand over to DuckDB's own shell, in its safe mode: no files, no commands, no settings."""
    print(GREETING.format(release=release.release_id), flush=True)
    # Nobody's ~/.duckdbrc: it could change what the release shows.
    options = ["-readonly", "-no-init", *(part for command in SHELL_COMMANDS for part in ("-cmd", command))]
    database = release.public_database_path if is_public else release.database_path
    command = [sys.executable, "-m", "duckdb_cli", *options, str(database)]
    # Its exit code is that of the last query, whose failure was seen on the screen.
    subprocess.run(command, check=False)  # noqa: S603
