"""The release a candidate is compared with: the last one of its edition that holds other tables and still stands."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from pipelines.releases.history import read_history, withdrawn_by


class Baseline(BaseModel):
    """The tables of an earlier release."""

    model_config = ConfigDict(frozen=True)

    release_id: str
    folder: Path

    def path(self, schema: str, table: str) -> Path | None:
        """The Parquet file of a table; ``None`` where the release has no such table."""
        path = self.folder / "parquet" / schema / f"{table}.parquet"
        return path if path.is_file() else None


def find_baseline(releases_dir: Path, edition: int, candidate_hash: str) -> Baseline | None:
    """The release to compare a candidate with; ``None`` where it is the first of its edition.

    A candidate that was published already is compared with what stood before it, and nothing with what was withdrawn.
    """
    entries = read_history(releases_dir)
    withdrawn = withdrawn_by(entries)
    for entry in reversed(entries):
        folder = releases_dir / str(edition) / entry.release_id
        is_other = entry.candidate not in (None, candidate_hash)
        if entry.edition == edition and is_other and entry.release_id not in withdrawn and folder.is_dir():
            return Baseline(release_id=entry.release_id, folder=folder)
    return None
