"""How the log of a run is written to SQLite: as it comes, and to the disk now and then instead of at each event.

Dagster opens and closes its files anew for each of some thousand events, and waits each time until the disk has them.
Here a file stays open beside it for as long as the run lasts, so that nothing is gathered up at each closing, and
SQLite writes ahead: a power cut may lose the last events of a log, and never the log.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from sqlalchemy import event
from sqlalchemy.engine import Engine


@contextmanager
def written_ahead() -> Iterator[None]:
    """Write every SQLite file so that SQLAlchemy opens in this process before the ``with`` ends; no other database."""
    held: dict[Path, sqlite3.Connection] = {}
    with ExitStack() as stack:

        def prepare(connection: object, _record: object) -> None:
            if not isinstance(connection, sqlite3.Connection):
                return
            connection.execute("pragma journal_mode = wal")
            connection.execute("pragma synchronous = normal")
            path = Path(connection.execute("pragma database_list").fetchone()[2])
            if path.is_file() and path not in held:
                held[path] = stack.enter_context(closing(sqlite3.connect(path, check_same_thread=False)))
                held[path].execute("select count(*) from sqlite_master").fetchone()

        event.listen(Engine, "connect", prepare)
        stack.callback(event.remove, Engine, "connect", prepare)
        yield
