"""A release on disk: its files, its manifest, and whether its bytes are those that were published.

Layout: ``releases/<edition>/<release id>/`` holds a release and is never changed. Time stands nowhere in it, so what is
in a release follows from the candidate and the code (but for the bytes of the DuckDB file: see
``publication.snapshot``).
"""

from pathlib import Path

import duckdb
from pydantic import BaseModel, ValidationError

from pipelines.errors import CepingError
from pipelines.foundation.files import files_below
from pipelines.foundation.hashing import hash_file
from pipelines.gate.verdict import QUALITY_FILE
from pipelines.releases.manifest import Manifest, release_id_of
from pipelines.releases.reading import open_database

SUMS = "SHA256SUMS"


class Release(BaseModel, frozen=True):
    """A published release."""

    folder: Path
    release_id: str
    edition: int

    @property
    def database_path(self) -> Path:
        """The DuckDB file."""
        return self.folder / f"ceping-{self.edition}.duckdb"

    @property
    def bulletin_path(self) -> Path:
        """The bulletin page."""
        return self.folder / "index.html"

    @property
    def quality_path(self) -> Path:
        """The quality report."""
        return self.folder / QUALITY_FILE

    @property
    def manifest(self) -> Manifest:
        """What went in, what was checked, what came out."""
        path = self.folder / "manifest.json"
        try:
            return Manifest.model_validate_json(path.read_bytes())
        except (OSError, ValidationError) as cause:
            raise CepingError(f"release {self.release_id}: manifest.json is missing or not a manifest") from cause

    @property
    def sums(self) -> dict[str, str]:
        """Name and hash of every file, as ``SHA256SUMS`` has them."""
        try:
            lines = (self.folder / SUMS).read_text(encoding="utf-8").splitlines()
            return {name: digest for digest, name in (line.split("  ", 1) for line in lines)}
        except (OSError, ValueError) as cause:
            raise CepingError(f"release {self.release_id}: {SUMS} is missing or damaged") from cause

    def open(self, *, threads: int = 2, memory_limit: str = "2GB") -> duckdb.DuckDBPyConnection:
        """Open the database read-only and hardened; close it, or use it in a ``with``.

        The release stays the one it was opened on, also when a newer one becomes current meanwhile. Raises
        ``CepingError`` where it is no database.
        """
        try:
            return open_database(self.database_path, threads=threads, memory_limit=memory_limit)
        except duckdb.Error as damage:
            raise CepingError(
                f"release {self.release_id}: {self.database_path} cannot be opened ({str(damage).splitlines()[0]}); "
                f"ceping verify {self.release_id} says what is damaged"
            ) from damage

    def verify(self) -> None:
        """Check every file against ``SHA256SUMS``; raises ``CepingError`` naming the first that differs."""
        self.verify_files(self.folder, self.sums)
        manifest = self.manifest
        if self.release_id != release_id_of(manifest.edition, manifest.candidate, manifest.code_version):
            raise CepingError(f"release {self.release_id}: manifest.json belongs to another release")

    def verify_files(self, folder: Path, sums: dict[str, str]) -> None:
        """Check the files of a folder, which may lead to the release by another way, against given sums."""
        # A file too many matters too: DuckDB would replay a .wal laid beside the database.
        present = {path.relative_to(folder).as_posix() for path in files_below(folder)} - {SUMS}
        for name in sorted(sums.keys() | present):
            if name not in sums:
                raise CepingError(f"release {self.release_id}: {name} does not belong to it")
            if name not in present:
                raise CepingError(f"release {self.release_id}: {name} is missing")
            if hash_file(folder / name) != sums[name]:
                raise CepingError(f"release {self.release_id}: {name} is not the file that was published")
