"""What ingest remembers of a source: the files it has hashed in the inbox, and the bytes of what it landed.

It lies beside the landed rows, ``landing/<source>/<edition>.memory.json``, and is a cache: what is not remembered is
hashed, or read, again. A landed file is what was landed where its size and time are those remembered, or its hash is.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Self

from pydantic import BaseModel, Field

from pipelines.errors import CepingError
from pipelines.foundation.hashing import hash_file
from pipelines.foundation.state import read_cache, write_state

SUFFIX = ".memory.json"
FILE_ID_DIGITS = 16


class FileMark(BaseModel, frozen=True):
    """A file as it was when it was hashed."""

    sha256: str
    byte_count: int
    modified_ns: int
    changed_ns: int = Field(description="When the file system last changed it, which no copying program can set back.")

    @property
    def file_id(self) -> str:
        """The first digits of the hash: what rows refer to their file by."""
        return self.sha256[:FILE_ID_DIGITS]

    @classmethod
    def of(cls, path: Path) -> Self:
        """The mark of a file, which is hashed after its size and times are taken."""
        stat = path.stat()
        return cls(
            sha256=hash_file(path),
            byte_count=stat.st_size,
            modified_ns=stat.st_mtime_ns,
            changed_ns=stat.st_ctime_ns,
        )

    def is_untouched(self, path: Path) -> bool:
        """Whether nothing has written to the file or put another in its place."""
        stat = path.stat()
        now = (stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns)
        return now == (self.byte_count, self.modified_ns, self.changed_ns)

    def is_as_old(self, path: Path) -> bool:
        """Whether size and time are the same; links to a file change what else is known of it."""
        stat = path.stat()
        return (self.byte_count, self.modified_ns) == (stat.st_size, stat.st_mtime_ns)


class SourceMemory(BaseModel, frozen=True):
    """Files by name: those of the inbox, and those landed from them, by their place in the folder of landing."""

    delivered: dict[str, FileMark] = {}
    landed: dict[str, FileMark] = {}

    def holds(self, landing_dir: Path, path: Path, *, by_content: bool = False) -> bool:
        """Whether a landed file is what was landed; by content, its size and time are not taken for an answer."""
        mark = self.landed.get(path.relative_to(landing_dir).as_posix())
        if mark is None or not path.is_file():
            return False
        return (mark.is_as_old(path) and not by_content) or hash_file(path) == mark.sha256


def memory_path(landing_dir: Path, edition: int, source: str) -> Path:
    """Where it is kept."""
    return landing_dir / source / f"{edition}{SUFFIX}"


def read_memory(landing_dir: Path, edition: int, source: str) -> SourceMemory:
    """What is remembered of a source in an edition; nothing where that cannot be read."""
    return read_cache(memory_path(landing_dir, edition, source), SourceMemory) or SourceMemory()


def remember(
    landing_dir: Path, edition: int, source: str, delivered: dict[str, FileMark], landed: Iterable[Path]
) -> None:
    """Remember these files; those that are as they were remembered are not hashed again."""
    before = read_memory(landing_dir, edition, source)
    marks = {}
    for path in landed:
        name = path.relative_to(landing_dir).as_posix()
        known = before.landed.get(name)
        marks[name] = known if known and known.is_as_old(path) else FileMark.of(path)
    now = SourceMemory(delivered=delivered, landed=marks)
    if now != before:
        write_state(memory_path(landing_dir, edition, source), now)


def require_whole_landing(landing_dir: Path) -> None:
    """Refuse to build on a damaged file; raises ``CepingError`` that names it and the edition to run again."""
    for path in damaged_files(landing_dir):
        edition = path.name.partition("-")[0]
        raise CepingError(
            f"{path} is gone or damaged; run edition {edition} again, which reads its files anew: "
            f"ceping run --edition {edition}"
        )


def damaged_files(landing_dir: Path, *, by_content: bool = False) -> Iterator[Path]:
    """The landed files of all editions that are remembered and are not what was landed."""
    for path in sorted(landing_dir.glob(f"*/*{SUFFIX}")):
        memory = read_cache(path, SourceMemory) or SourceMemory()
        for name in memory.landed:
            if not memory.holds(landing_dir, landing_dir / name, by_content=by_content):
                yield landing_dir / name
