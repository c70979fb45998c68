"""The draft of a release: what of it needs no verdict, made by a process of its own while the gate still judges.

Tables, database, workbook and notice follow from the candidate alone, and so do the pictures of the pages, which are
kept aside. A draft is only ever taken whole, under the id of its release, with every byte of it hashed: one that a kill
cut short or that was changed is made again by whoever publishes. Nothing of it is published before the gate has passed
the candidate.

Layout: ``<work>/drafts/<release id>/`` holds a draft, ``<work>/pictures/`` what was drawn of this release or the last.
"""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

from pipelines.foundation.files import files_below, whole_folder, write_whole
from pipelines.foundation.hashing import hash_file
from pipelines.gate.candidate import Candidate
from pipelines.publication.editorial import draw_pictures, write_documents
from pipelines.publication.parts import PARQUET, copy_tables, public_tables, write_public_tables
from pipelines.publication.snapshot import write_snapshot
from pipelines.releases.manifest import release_id_of
from pipelines.releases.release import INTERNAL, PUBLIC, Release
from pipelines.settings import PROJECT_ROOT

HASHES = "draft.json"


@dataclass(frozen=True)
class DraftProcess:
    """A process that makes a draft; it ends with the process that started it."""

    process: subprocess.Popen[bytes]

    def wait(self) -> None:
        """Wait until the draft is there, or the process has failed to make it."""
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

    def start(self, candidate: Candidate, code_version: str) -> DraftProcess:
        """Start to make the draft of the release that the candidate will be, in the background."""
        command = [sys.executable, "-m", __name__, str(candidate.folder), str(self.work), code_version]
        self.work.mkdir(parents=True, exist_ok=True)
        with (self.work / "draft.log").open("wb") as log:
            return DraftProcess(
                subprocess.Popen(command, stdin=subprocess.PIPE, stdout=log, stderr=log, cwd=PROJECT_ROOT)  # noqa: S603
            )

    def make(self, candidate: Candidate, release_id: str) -> None:
        """Make a draft to be taken later, in place of every other one."""
        shutil.rmtree(self._folder, ignore_errors=True)
        with whole_folder(self._folder / release_id) as building:
            release = Release(folder=building, release_id=release_id, edition=candidate.edition)
            write_draft(candidate, release)
            with release.open(is_public=True) as connection:
                draw_pictures(connection, public_tables(candidate, release.public), release.public, self.pictures)
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


def write_draft(candidate: Candidate, draft: Release) -> None:
    """Write what follows from the candidate alone into the folder of the draft.

    Raises ``CepingError`` where a file of the candidate is missing or is not what was frozen.
    """
    for part in (PUBLIC, INTERNAL):
        (draft.folder / part).mkdir()
    copy_tables(candidate, draft.internal)
    write_snapshot(candidate, draft.internal / PARQUET, draft.database_path)
    shown = write_public_tables(candidate, draft.internal, draft.public)
    write_snapshot(shown, draft.public / PARQUET, draft.public_database_path)
    with draft.open(is_public=True) as connection:
        write_documents(connection, shown, draft.release_id, draft.public)


def _is_whole(draft: Path) -> bool:
    try:
        hashes = json.loads((draft / HASHES).read_bytes())
    except (OSError, ValueError):
        return False
    present = {path.relative_to(draft).as_posix(): hash_file(path) for path in files_below(draft)}
    return bool(hashes == {name: digest for name, digest in present.items() if name != HASHES})


def _end_with_the_starter() -> None:
    """End this process when the one that holds the other end of its input is gone."""

    def wait() -> None:
        os.read(sys.stdin.fileno(), 1)
        os._exit(1)

    Thread(target=wait, daemon=True).start()


def main() -> None:
    """Make the draft of the candidate in a folder: its folder, the folder of drafts, and the version of the code."""
    folder, work, code_version = sys.argv[1:]
    _end_with_the_starter()
    candidate = Candidate.open(Path(folder))
    Drafts(Path(work)).make(candidate, release_id_of(candidate.edition, candidate.content_hash, code_version))


if __name__ == "__main__":
    main()
