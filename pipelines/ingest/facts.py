"""Facts: what was read from a delivered file under a contract, written once by whoever read it and never changed.

The facts of files that were landed in one go are one object, ``facts/<edition>/<source>/<hash of its bytes>.json``, and
the rows they tell of another, ``objects/<edition>/<source>/<hash of its bytes>.parquet``. As each is named by its
content there is nothing to lock: who writes the same writes the same bytes, and what is not what its name says is not
believed.
"""

import hashlib
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

from pydantic import BaseModel, Field

from pipelines.foundation.files import sync
from pipelines.foundation.hashing import hash_file
from pipelines.foundation.lock import own_folder
from pipelines.foundation.progress import report
from pipelines.foundation.store import shared_store
from pipelines.ingest.memory import FileMark
from pipelines.settings import Settings

FACTS = "facts"
OBJECTS = "objects"
# A store far away is waited for, not worked for.
TAKEN_AT_ONCE = 16


class Reading(BaseModel, frozen=True):
    """What was found in a delivered file: how it is written, what of it no contract claims, and its rows."""

    encoding: str | None = None
    sheets: tuple[str, ...] = ()
    ignored_sheets: tuple[str, ...] = ()
    matched_columns: tuple[str, ...] = ()
    unmatched_headers: tuple[str, ...] = ()
    rows_read: int = 0
    rows_fit: int = 0

    @property
    def rows_unfit(self) -> int:
        """Rows that broke the contract."""
        return self.rows_read - self.rows_fit


class Fact(Reading, frozen=True):
    """What was read from one delivered file in one content, under one contract."""

    file_name: str = Field(description="As it may be shown: without a person's numbers.")
    mark: FileMark = Field(description="The file as whoever read it saw it: as it stands, nobody hashes it again.")
    contract: str
    landed: str | None = Field(
        default=None, description="SHA-256 of the object with its rows, which may be those of several files."
    )

    @property
    def file_id(self) -> str:
        """What rows refer to the file by."""
        return self.mark.file_id


class Facts(BaseModel, frozen=True):
    """The facts of files that were landed in one go."""

    files: tuple[Fact, ...]


class Objects:
    """What was landed of one source for one edition: objects with rows, and the facts that tell of them.

    A home keeps those it needs. Where it shares a store, that has all of them, and the home takes what others landed.
    ``scratch`` is a folder of this process alone, on the same disk as the home.
    """

    def __init__(self, settings: Settings, source: str, scratch: Path) -> None:
        self.scratch = scratch
        self._shared = shared_store(settings)
        self._home = settings.home_dir
        self._objects = f"{OBJECTS}/{settings.edition}/{source}"
        self._facts = f"{FACTS}/{settings.edition}/{source}"
        for folder in (self._objects, self._facts):
            (self._home / folder).mkdir(parents=True, exist_ok=True)

    def path(self, landed: str) -> Path:
        """Where the home has the object of that hash."""
        return self._home / self._objects / f"{landed}.parquet"

    def names(self) -> set[str]:
        """The hashes of the objects there are, whole or damaged."""
        return {Path(name).stem for name in self._names(self._objects, ".parquet")}

    def missing(self, landed: Iterable[str]) -> set[str]:
        """Those objects that the home has not, whole, and cannot take from the store either."""
        return {path.stem for path in self._not_taken(map(self.path, landed))}

    def keep(self, path: Path) -> str:
        """Give a landed file its place among the objects; returns its hash."""
        landed = hash_file(path)
        self._put(path, self.path(landed))
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
        self._put(unfinished, self._home / self._facts / name)

    def facts(self) -> tuple[list[Fact], bool]:
        """All facts, in no order, and whether none of them was damaged; those that are, are told of and removed."""
        names = self._shared.names(self._facts) if self._shared else self._names(self._facts, ".json")
        paths = [self._home / self._facts / name for name in names]
        damaged = self._not_taken(paths)
        for path in damaged:
            report("ingest", f"{path} is damaged; what it told is found out anew")
            path.unlink(missing_ok=True)
        whole = (path for path in paths if path not in damaged)
        return [fact for path in whole for fact in Facts.model_validate_json(path.read_bytes()).files], not damaged

    def keep_only(self, claimed: Iterable[str]) -> None:
        """Remove from the home the objects that no present file has a row in; a shared store keeps them for others."""
        held = {path.stem for path in (self._home / self._objects).glob("*.parquet")}
        for landed in held.difference(claimed):
            self.path(landed).unlink(missing_ok=True)

    def _names(self, folder: str, suffix: str) -> set[str]:
        """What is there, in the home or the store; a file of a name of its own is nothing of ours."""
        own = {path.name for path in (self._home / folder).iterdir() if path.suffix == suffix}
        return own | (self._shared.names(folder) if self._shared else set())

    def _put(self, unfinished: Path, path: Path) -> None:
        if self._shared:
            self._shared.put(self._name_of(path), unfinished)
        unfinished.replace(path)
        # What has two names already keeps both.
        unfinished.unlink(missing_ok=True)

    def _not_taken(self, paths: Iterable[Path]) -> set[Path]:
        wanted = list(paths)
        with ThreadPoolExecutor(max_workers=TAKEN_AT_ONCE) as pool:
            is_there = pool.map(lambda path: self._is_whole(path) or self._is_taken(path), wanted)
            return {path for path, is_it in zip(wanted, is_there, strict=True) if not is_it}

    def _is_taken(self, path: Path) -> bool:
        """Whether the home has now taken what others put there under that name."""
        if not self._shared:
            return False
        unfinished = self.scratch / path.name
        with suppress(FileNotFoundError):
            self._shared.fetch(self._name_of(path), unfinished)
        if is_whole := unfinished.is_file() and hash_file(unfinished) == path.stem:
            unfinished.replace(path)
        unfinished.unlink(missing_ok=True)
        return is_whole

    def _name_of(self, path: Path) -> str:
        return path.relative_to(self._home).as_posix()

    def _is_whole(self, path: Path) -> bool:
        return path.is_file() and hash_file(path) == path.stem


@contextmanager
def opened_objects(settings: Settings, source: str) -> Iterator[Objects]:
    """The objects of a source, and a scratch folder of this process that is gone when the ``with`` ends."""
    with own_folder(settings.landing_work_dir / source) as scratch:
        yield Objects(settings, source, scratch)
