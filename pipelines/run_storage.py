"""Dagster's own SQLite storage, with its event log kept open: a run records thousands of events.

Dagster opens and closes a database, and makes its statements anew, for every event; that took a seventh of a run. The
files are the same, so a home written by either is read by both.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Self

import sqlalchemy as db
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage
from dagster._serdes import ConfigurableClassData

# Each run has a database of its own; a UI that shows many runs must not hold all of them.
MOST_OPEN = 8


class OpenEventLogStorage(SqliteEventLogStorage):
    """An event log whose databases stay open from one event to the next, the last few of them."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines: dict[str, db.Engine] = {}
        super().__init__(base_dir, inst_data)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[db.Connection]:
        with self._db_lock, self._engine(shard).begin() as connection:
            yield connection

    def _engine(self, shard: str) -> db.Engine:
        if shard not in self._engines:
            if len(self._engines) >= MOST_OPEN:
                self._engines.pop(next(iter(self._engines))).dispose()
            engine = db.create_engine(
                self.conn_string_for_shard(shard), connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS}
            )
            self._initdb(engine)
            self._engines[shard] = engine
        return self._engines[shard]

    def dispose(self) -> None:
        """Close every database."""
        for engine in self._engines.values():
            engine.dispose()
        self._engines.clear()
        super().dispose()


class OpenSqliteStorage(DagsterSqliteStorage):
    """Runs, events and schedules in SQLite, as ``dagster.yaml`` asks for it."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        super().__init__(base_dir, inst_data)
        self._event_log_storage = OpenEventLogStorage(self._event_log_storage._base_dir)

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]) -> Self:
        """Open the storage in the folder that the configuration names."""
        return cls.from_local(inst_data=inst_data, **config_value)
