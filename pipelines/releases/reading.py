"""Opens the database of a release for reading, so hardened that a query can neither leave the file nor change it."""

from pathlib import Path

import duckdb


def open_database(path: Path, *, threads: int = 2, memory_limit: str = "2GB") -> duckdb.DuckDBPyConnection:
    """Open a database read-only, without files, network, extensions or settings.

    All of it is set when the file is opened: a second connection of the same process to the same file finds the
    settings locked.
    """
    return duckdb.connect(
        str(path),
        read_only=True,
        config={
            "threads": str(threads),
            "memory_limit": memory_limit,
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "enable_external_access": "false",
            "lock_configuration": "true",
        },
    )
