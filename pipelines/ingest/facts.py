"""Facts: what was read from a delivered file under a contract, written once by whoever read it and never changed.

The facts of files that were landed in one go are one object, ``facts/<edition>/<source>/<hash of its bytes>.json``, and
the rows they tell of another, ``objects/<edition>/<source>/<hash of its bytes>.parquet``. As each is named by its
content there is nothing to lock: who writes the same writes the same bytes, and what is not what its name says is not
believed.
"""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pydantic import BaseModel, Field

from pipelines.foundation.files import sync
from pipelines.foundation.hashing import hash_file
from pipelines.foundation.lock import own_folder
from pipelines.foundation.progress import report
from pipelines.ingest.memory import FileMark
from pipelines.settings import Settings

FACTS = "facts"
OBJECTS = "objects"


class Fact(BaseModel, frozen=True):
    """What was read from one delivered file in one content, under one contract."""

    file_name: str = Field(description="As it may be shown: without a person's numbers.")
    mark: FileMark = Field(description="The file as whoever read it saw it: as it stands, nobody hashes it again.")
    contract: str
    encoding: str | None = None
    sheets: tuple[str, ...] = ()
    ignored_sheets: tuple[str, ...] = ()
    matched_columns: tuple[str, ...] = ()
    unmatched_headers: tuple[str, ...] = ()
    rows_read: int = 0
    rows_fit: int = 0
    landed: str | None = Field(
        default=None, description="SHA-256 of the object with its rows, which may be those of several files."
    )

    @property
    def file_id(self) -> str:
        """What rows refer to the file by."""
        return self.mark.file_id

    @property
    def rows_unfit(self) -> int:
        """Rows that broke the contract."""
        return self.rows_read - self.rows_fit


class Facts(BaseModel, frozen=True):
    """The facts of files that were landed in one go."""

    files: tuple[Fact, ...]


class Objects:
    """What was landed of one source for one edition: objects with rows, and the facts that tell of them.

    ``scratch`` is a folder of this process alone, on the same disk as the home.
    """

    def __init__(self, settings: Settings, source: str, scratch: Path) -> None:
        place = Path(str(settings.edition)) / source
        self.scratch = scratch
        self._objects = settings.home_dir / OBJECTS / place
        self._facts = settings.home_dir / FACTS / place
        for folder in (self._objects, self._facts):
            folder.mkdir(parents=True, exist_ok=True)

    def path(self, landed: str) -> Path:
        """Where the object of that hash is."""
        return self._objects / f"{landed}.parquet"

    def names(self) -> set[str]:
        """The hashes of the objects there are, whole or damaged."""
        return {path.stem for path in self._objects.glob("*.parquet")}

    def is_whole(self, landed: str) -> bool:
        """Whether the object is there, and is what its name says."""
        path = self.path(landed)
        return path.is_file() and hash_file(path) == landed

    def take(self, path: Path) -> str:
        """Give a landed file its place among the objects; returns its hash."""
        landed = hash_file(path)
        path.replace(self.path(landed))
        return landed

    def record(self, facts: Iterable[Fact]) -> None:
        """Write facts down, as one object; of no facts, nothing."""
        files = tuple(facts)
        if not files:
            return
        content = Facts(files=files).model_dump_json(exclude_defaults=True).encode()
        name = f"{hashlib.sha256(content).hexdigest()}.json"
        unfinished = self.scratch / name
        unfinished.write_bytes(content)
        sync(unfinished)
        unfinished.replace(self._facts / name)

    def facts(self) -> tuple[list[Fact], bool]:
        """All facts, in no order, and whether none of them was damaged; those that are, are told of and removed."""
        found: list[Fact] = []
        is_whole = True
        for path in self._facts.glob("*.json"):
            content = path.read_bytes()
            if hashlib.sha256(content).hexdigest() == path.stem:
                found += Facts.model_validate_json(content).files
            else:
                report("ingest", f"{path} is damaged; what it told is found out anew")
                path.unlink()
                is_whole = False
        return found, is_whole

    def keep_only(self, claimed: Iterable[str]) -> None:
        """Remove the objects that no present file has a row in."""
        for landed in self.names().difference(claimed):
            with suppress(FileNotFoundError):
                self.path(landed).unlink()


@contextmanager
def opened_objects(settings: Settings, source: str) -> Iterator[Objects]:
    """The objects of a source, and a scratch folder of this process that is gone when the ``with`` ends."""
    with own_folder(settings.landing_work_dir / source) as scratch:
        yield Objects(settings, source, scratch)
