"""A store that several homes share: bytes by name, each there whole or not at all, in a folder or in a bucket.

Most names are hashes of what they name: writing one twice writes the same, so nobody asks who else writes. What is not
named so is put once: whoever is first wins, and everybody takes what is there.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Protocol

from pipelines.errors import CepingError
from pipelines.foundation.files import link_or_copy, sync
from pipelines.foundation.secret import put_secret
from pipelines.settings import Settings

if TYPE_CHECKING:
    from obstore.store import ObjectStore

UNFINISHED = "."
# A store that does not answer is told of before anybody looks for the cause elsewhere.
PATIENCE = timedelta(seconds=30)


class Store(Protocol):
    """Where named bytes are kept. Names are paths with ``/``; whoever reads what is not there gets the usual error."""

    place: str

    def names(self, folder: str) -> set[str]:
        """The names of what is in a folder, without it."""

    def read(self, name: str) -> bytes:
        """What is kept under a name; raises ``FileNotFoundError``."""

    def fetch(self, name: str, path: Path) -> None:
        """Write what is kept under a name to a file; raises ``FileNotFoundError``."""

    def put(self, name: str, path: Path) -> None:
        """Keep a file under a name that says its content."""

    def put_first(self, name: str, content: bytes) -> bytes:
        """Keep bytes under a name where there are none yet; returns those that are there then."""


def shared_store(settings: Settings) -> Store | None:
    """The store a home shares with others; ``None`` where it is a store of its own."""
    return open_store(settings.store_place) if settings.store_place is not None else None


@cache
def open_store(place: str) -> Store:
    """The store at a place: an address (``s3://bucket/folder``) or the path of a folder."""
    return Bucket(place) if "://" in place else Folder(place)


class Folder:
    """A store in a folder, which may be on a disk that machines share."""

    def __init__(self, place: str) -> None:
        self.place = place
        self._root = Path(place)

    def names(self, folder: str) -> set[str]:
        """The names of what is in a folder, without it."""
        root = self._root / folder
        return {path.name for path in root.iterdir() if path.name[0] != UNFINISHED} if root.is_dir() else set()

    def read(self, name: str) -> bytes:
        """What is kept under a name; raises ``FileNotFoundError``."""
        return (self._root / name).read_bytes()

    def fetch(self, name: str, path: Path) -> None:
        """Write what is kept under a name to a file; raises ``FileNotFoundError``."""
        link_or_copy(self._root / name, path)

    def put(self, name: str, path: Path) -> None:
        """Keep a file under a name that says its content."""
        kept = self._root / name
        kept.parent.mkdir(parents=True, exist_ok=True)
        unfinished = kept.with_name(f"{UNFINISHED}{token_hex(8)}")
        try:
            link_or_copy(path, unfinished)
            sync(unfinished)
            unfinished.replace(kept)
        finally:
            unfinished.unlink(missing_ok=True)

    def put_first(self, name: str, content: bytes) -> bytes:
        """Keep bytes under a name where there are none yet, their owner's alone; returns those that are there then."""
        put_secret(self._root / name, content)
        return self.read(name)


class Bucket:
    """A store in a bucket of an object store: that of S3, Google or Azure, or a server that speaks as they do."""

    def __init__(self, place: str) -> None:
        try:
            from obstore.store import from_url
        except ModuleNotFoundError as missing:
            raise CepingError(f"{place}: object stores need obstore; install it: uv sync --extra s3") from missing
        self.place = place
        with self._told():
            self._store: ObjectStore = from_url(place, retry_config={"retry_timeout": PATIENCE})

    def names(self, folder: str) -> set[str]:
        """The names of what is in a folder, without it."""
        with self._told():
            return {Path(each["path"]).name for listed in self._store.list(folder) for each in listed}

    def read(self, name: str) -> bytes:
        """What is kept under a name; raises ``FileNotFoundError``."""
        with self._told():
            return bytes(self._store.get(name).bytes())

    def fetch(self, name: str, path: Path) -> None:
        """Write what is kept under a name to a file; raises ``FileNotFoundError``."""
        with self._told(), path.open("wb") as stream:
            for piece in self._store.get(name):
                stream.write(piece)

    def put(self, name: str, path: Path) -> None:
        """Keep a file under a name that says its content."""
        with self._told():
            self._store.put(name, path)

    def put_first(self, name: str, content: bytes) -> bytes:
        """Keep bytes under a name where there are none yet; returns those that are there then."""
        from obstore.exceptions import AlreadyExistsError

        with self._told():
            try:
                self._store.put(name, content, mode="create")
            except AlreadyExistsError:
                return self.read(name)
        return content

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Tell a failure of the object store in one sentence; what is not there is not there."""
        from obstore.exceptions import BaseError, NotFoundError

        try:
            yield
        except NotFoundError as missing:
            raise FileNotFoundError(str(missing)) from missing
        except BaseError as failure:
            said = str(failure).splitlines()[0].partition(": <?xml")[0]
            raise CepingError(f"the store {self.place} cannot be used: {said}") from failure
