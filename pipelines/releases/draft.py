"""The draft of a release: what of it needs no verdict, made by a process of its own while the gate still judges.

Tables, database, workbook and notice follow from the candidate and the code alone, and so do most pages. A draft is
only ever taken whole, under the id of its release, with every byte of it hashed: one that a kill cut short or that was
changed is made again by whoever publishes. Nothing of it is published before the gate has passed the candidate.

Layout: ``<work>/drafts/<release id>/`` holds a draft, ``<work>/pictures/`` what was drawn of this release or the last.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import NamedTuple

from pipelines.errors import CepingError
from pipelines.foundation.files import files_below, whole_folder, write_whole
from pipelines.foundation.hashing import hash_file
from pipelines.foundation.processes import DiedError, Processes
from pipelines.gate.candidate import Candidate
from pipelines.publication.editorial import write_documents, write_pages
from pipelines.publication.parts import PARQUET, copy_tables, public_tables, write_public_tables
from pipelines.publication.snapshot import write_snapshot
from pipelines.releases.manifest import release_id_of
from pipelines.releases.release import INTERNAL, PUBLIC, Release
from pipelines.settings import PROJECT_ROOT

HASHES = "draft.json"
# Rows of a candidate from which on its draft is made sooner by two processes than by this one; and the bytes of a
# working file that gives as many, by which it is known before there is a candidate.
WORTH_STARTING, WORTH_STARTING_AHEAD = 100_000, 80_000_000
LOADED = ("pipelines.publication.cards.shards", "pipelines.publication.document", "pipelines.publication.site.writing")


class Writing(NamedTuple):
    """A draft being written: of what, where, by which code, and where its pictures are kept, if they are."""

    candidate: Candidate
    draft: Release
    code_version: str
    pictures: Path | None


@dataclass
class DraftProcess:
    """A process that makes a draft once it is told of what; it ends with the process that started it."""

    process: subprocess.Popen[bytes]
    is_making: bool = False

    def make(self, candidate: Candidate, code_version: str) -> None:
        """Have the draft of the release made that the candidate will be."""
        told = self.process.stdin
        # One that has failed by now reads nothing: what it does not make is made by whoever publishes.
        with suppress(OSError):
            if told is not None:
                told.write(f"{json.dumps([str(candidate.folder), code_version])}\n".encode())
                told.flush()
                self.is_making = True

    def wait(self) -> None:
        """Wait until the draft is there, or the process has failed to make it."""
        if self.is_making:
            self.process.wait()

    def stop(self) -> None:
        """End the process, finished or not."""
        self.process.kill()
        self.process.wait()


@dataclass(frozen=True)
class Drafts:
    """The drafts of a home, and the pictures kept for them."""

    work: Path

    @property
    def pictures(self) -> Path:
        """Where drawn pictures are kept."""
        return self.work / "pictures"

    def start(self, warehouse: Path) -> DraftProcess:
        """Start the process that will make a draft of what is in a working file: it loads what it needs, and waits."""
        command = [sys.executable, "-m", __name__, str(self.work), str(warehouse)]
        self.work.mkdir(parents=True, exist_ok=True)
        with (self.work / "draft.log").open("wb") as log:
            return DraftProcess(
                subprocess.Popen(command, stdin=subprocess.PIPE, stdout=log, stderr=log, cwd=PROJECT_ROOT)  # noqa: S603
            )

    def make(self, candidate: Candidate, code_version: str, processes: Processes | None = None) -> None:
        """Make a draft to be taken later, in place of every other one."""
        release_id = release_id_of(candidate.edition, candidate.content_hash, code_version)
        shutil.rmtree(self._folder, ignore_errors=True)
        with whole_folder(self._folder / release_id) as building:
            release = Release(folder=building, release_id=release_id, edition=candidate.edition)
            write_draft(candidate, release, code_version, self.pictures, processes)
            hashes = {path.relative_to(building).as_posix(): hash_file(path) for path in files_below(building)}
            write_whole(building / HASHES, json.dumps(hashes))

    def take(self, release_id: str, building: Path) -> bool:
        """Move the draft of a release into an empty folder, if there is one that is as it was made."""
        draft = self._folder / release_id
        if not _is_whole(draft):
            return False
        (draft / HASHES).unlink()
        for path in draft.iterdir():
            path.rename(building / path.name)
        return True

    def remove(self) -> None:
        """Remove every draft; pictures are kept for the next."""
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def _folder(self) -> Path:
        return self.work / "drafts"


def write_draft(
    candidate: Candidate,
    draft: Release,
    code_version: str,
    pictures: Path | None = None,
    processes: Processes | None = None,
) -> None:
    """Write what needs no verdict into the folder of the draft, in these processes or in some of its own.

    Raises ``CepingError`` where a file of the candidate is missing or is not what was frozen.
    """
    for part in (PUBLIC, INTERNAL):
        (draft.folder / part).mkdir()
    copy_tables(candidate, draft.internal)
    writing = Writing(candidate, draft, code_version, pictures)
    row_count = sum(table.row_count for table in candidate.tables)
    try:
        with nullcontext(processes) if processes else _processes() as writers:
            for steps in ((_public_tables, _whole_database), (_documents, _pages)):
                for _ in writers.map(_do, [(step, writing) for step in steps], lambda _: row_count):
                    pass
    except DiedError as failure:
        raise CepingError("a process that was writing the release was ended; run again") from failure


def _do(work: tuple[Callable[[Writing], None], Writing]) -> None:
    step, writing = work
    step(writing)


def _public_tables(writing: Writing) -> None:
    draft = writing.draft
    shown = write_public_tables(writing.candidate, draft.internal, draft.public)
    write_snapshot(shown, draft.public / PARQUET, draft.public_database_path)


def _whole_database(writing: Writing) -> None:
    write_snapshot(writing.candidate, writing.draft.internal / PARQUET, writing.draft.database_path)


def _documents(writing: Writing) -> None:
    draft = writing.draft
    with draft.open(is_public=True) as connection:
        write_documents(connection, public_tables(writing.candidate, draft.public), draft.release_id, draft.public)


def _pages(writing: Writing) -> None:
    draft, shown = writing.draft, public_tables(writing.candidate, writing.draft.public)
    with draft.open(is_public=True) as connection:
        write_pages(connection, shown, draft.release_id, writing.code_version, draft.public, writing.pictures)


def _is_whole(draft: Path) -> bool:
    try:
        hashes = json.loads((draft / HASHES).read_bytes())
    except (OSError, ValueError):
        return False
    present = {path.relative_to(draft).as_posix(): hash_file(path) for path in files_below(draft)}
    return bool(hashes == {name: digest for name, digest in present.items() if name != HASHES})


def _processes() -> Processes:
    return Processes(2, WORTH_STARTING, LOADED)


def _end_with_the_starter() -> None:
    """End this process when the one that holds the other end of its input is gone."""

    def wait() -> None:
        os.read(sys.stdin.fileno(), 1)
        os._exit(1)

    Thread(target=wait, daemon=True).start()


def main() -> None:
    """Make a draft in the folder of drafts that is named: of the candidate and code that a line of the input tells."""
    work, warehouse = map(Path, sys.argv[1:])
    with _processes() as processes:
        if warehouse.is_file() and warehouse.stat().st_size > WORTH_STARTING_AHEAD:
            processes.start()
        with open(sys.stdin.fileno(), "rb", buffering=0, closefd=False) as told:
            line = told.readline()
        if not line:
            return
        _end_with_the_starter()
        folder, code_version = json.loads(line)
        Drafts(work).make(Candidate.open(Path(folder)), code_version, processes)


if __name__ == "__main__":
    main()
