"""The files a release was computed from, with the names under which they were delivered: its own ledger, internal."""

from pipelines.foundation.sql import Row, query_rows
from pipelines.releases.manifest import LEDGER
from pipelines.releases.release import Release


def delivered_files(release: Release) -> list[Row]:
    """The rows of the ledger; none where the release was published without it."""
    if all(f"{table.schema_name}.{table.name}" != LEDGER for table in release.manifest.tables):
        return []
    with release.open() as connection:
        return query_rows(connection, f"select * from {LEDGER}")
