"""The inbox: which files were delivered for which source, recognised by their content."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pipelines.foundation.hashing import hash_file

IGNORED_PREFIXES = (".", "~$")
SUFFIXES = {
    ".gz",
    ".zst",
    ".csv",
    ".tsv",
    ".xlsx",
    ".xls",
    ".json",
    ".jsonl",
    ".ndjson",
    ".parquet",
    ".warc",
    ".wat",
    ".wacz",
    ".arc",
}
IGNORED_NAMES = {"thumbs.db", "desktop.ini"}


@dataclass(frozen=True)
class Delivery:
    """One delivered file."""

    source: str
    path: Path
    known_sha256: str | None = None

    @property
    def label(self) -> str:
        """``source/file``, as messages name it."""
        return f"{self.source}/{self.path.name}"

    @cached_property
    def sha256(self) -> str:
        """Hash of the file's bytes."""
        return self.known_sha256 or hash_file(self.path)

    @property
    def file_id(self) -> str:
        """The first 16 digits of the hash: what rows refer to their file by."""
        return self.sha256[:16]

    def version(self, correction_mark: str) -> tuple[str, int]:
        """What is delivered, by its file name without suffixes and mark, and the number of this correction of it.

        A mark without a number is the first correction; a name without a mark is no correction.
        """
        stem = self.path.name
        while (shorter := Path(stem)).suffix.lower() in SUFFIXES:
            stem = shorter.stem
        mark = re.search(correction_mark, stem)
        if mark is None:
            return stem, 0
        return stem[: mark.start()], next((int(number) for number in mark.groups() if number), 1)


def delivered_files(inbox: Path, source: str) -> list[Path]:
    """The files in a source's folder, by name; what operating systems and Excel leave behind is passed over."""
    folder = inbox / source
    if not folder.is_dir():
        return []
    return sorted(
        path
        for path in folder.iterdir()
        if path.is_file() and not path.name.startswith(IGNORED_PREFIXES) and path.name.lower() not in IGNORED_NAMES
    )


def unknown_folders(inbox: Path, sources: Iterable[str]) -> list[str]:
    """What nobody would read: folders of no source, files beside the folders, folders and broken links within them."""
    known = set(sources)
    beside = [path for path in _visible(inbox) if path.name not in known]
    within = [path for source in known if (inbox / source).is_dir() for path in _visible(inbox / source)]
    unread = [*beside, *(path for path in within if not path.is_file())]
    return sorted(path.relative_to(inbox).as_posix() for path in unread)


def _visible(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if not path.name.startswith(IGNORED_PREFIXES)]
