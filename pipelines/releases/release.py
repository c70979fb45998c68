"""A release on disk: its files, its manifest, and whether its bytes are those that were published.

Layout: ``releases/<edition>/<release id>/`` holds a release and is never changed: ``public/`` is what everybody may
see, ``internal/`` all of it, for the centre. Time stands nowhere in it, so what is in a release follows from the
candidate and the code (but for the bytes of the DuckDB files: see ``publication.snapshot``). Releases of earlier
versions have no parts: there all of it lies in the folder itself.
"""

from pathlib import Path

import duckdb
from pydantic import BaseModel, ValidationError

from pipelines.errors import CepingError
from pipelines.foundation.files import files_below
from pipelines.foundation.hashing import hash_file
from pipelines.gate.verdict import QUALITY_FILE, VERDICT_FILE
from pipelines.releases.manifest import Manifest, release_id_of
from pipelines.releases.reading import open_database

SUMS = "SHA256SUMS"
PUBLIC, INTERNAL = "public", "internal"
MANIFEST_FILE = "manifest.json"


class Release(BaseModel, frozen=True):
    """A published release."""

    folder: Path
    release_id: str
    edition: int

    @property
    def public(self) -> Path:
        """The folder of what everybody may see."""
        return self._part(PUBLIC)

    @property
    def internal(self) -> Path:
        """The folder of what stays with the centre: every table whole, the verdict and the quality report."""
        return self._part(INTERNAL)

    @property
    def database_path(self) -> Path:
        """The DuckDB file with every table whole."""
        return self.internal / self._database

    @property
    def public_database_path(self) -> Path:
        """The DuckDB file of what is public."""
        return self.public / self._database

    @property
    def bulletin_path(self) -> Path:
        """The bulletin page."""
        return self.public / "index.html"

    @property
    def quality_path(self) -> Path:
        """The quality report."""
        return self.internal / QUALITY_FILE

    @property
    def verdict_path(self) -> Path:
        """What the gate found."""
        return self.internal / VERDICT_FILE

    @property
    def manifest(self) -> Manifest:
        """What went in, what was checked, what came out."""
        path = self.public / MANIFEST_FILE
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

    @property
    def public_sums(self) -> dict[str, str]:
        """Name and hash of every file of the public part, from that part on."""
        begin = self.public.relative_to(self.folder).as_posix() + "/"
        if begin == "./":
            return self.sums
        own = f"{begin}{SUMS}"
        sums = {name: digest for name, digest in self.sums.items() if name.startswith(begin) and name != own}
        return {name.removeprefix(begin): digest for name, digest in sums.items()}

    def open(
        self, *, threads: int = 2, memory_limit: str = "2GB", is_public: bool = False
    ) -> duckdb.DuckDBPyConnection:
        """Open the whole database, or the public one, read-only and hardened; close it, or use it in a ``with``.

        The release stays the one it was opened on, also when a newer one becomes current meanwhile. Raises
        ``CepingError`` where it is no database.
        """
        path = self.public_database_path if is_public else self.database_path
        try:
            return open_database(path, threads=threads, memory_limit=memory_limit)
        except duckdb.Error as damage:
            raise CepingError(
                f"release {self.release_id}: {path} cannot be opened ({str(damage).splitlines()[0]}); "
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

    @property
    def _database(self) -> str:
        return f"ceping-{self.edition}.duckdb"

    def _part(self, name: str) -> Path:
        part = self.folder / name
        return part if part.is_dir() else self.folder
