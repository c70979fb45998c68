"""The tables of an earlier release, which a candidate is compared with."""

from pathlib import Path

from pydantic import BaseModel


class Baseline(BaseModel, frozen=True):
    """The tables of an earlier release."""

    release_id: str
    folder: Path

    def path(self, schema: str, table: str) -> Path | None:
        """The Parquet file of a table; ``None`` where the release has no such table."""
        path = self.folder / "parquet" / schema / f"{table}.parquet"
        return path if path.is_file() else None
