"""The inbox: which files were delivered for which source, recognised by their content."""

import os
import re
import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from pipelines.errors import DeliveryError
from pipelines.ingest.memory import FileMark

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
# What shows a person in the name of a file: a number of a telephone or an identity card, an address of mail.
PERSONAL_IN_NAME = re.compile(r"(?<!\d)(?:1[3-9]\d{9}|\d{17}[\dXx])(?!\d)|[\w.+-]+@[\w-]+(?:\.[A-Za-z]{2,})+", re.ASCII)
MASK = "▇"
# The clock of a file system ticks some hundred times a second: what is written within one tick shows no later time.
TICK_NS = 20_000_000
MOST_TICKS = 50
IGNORED_NAMES = {"thumbs.db", "desktop.ini"}


@dataclass(frozen=True)
class Delivery:
    """One delivered file."""

    source: str
    path: Path
    known: FileMark | None = None

    @cached_property
    def name(self) -> str:
        """The file's name as it may be shown."""
        return shown_name(self.path)

    @property
    def label(self) -> str:
        """``source/file``, as messages name it."""
        return f"{self.source}/{self.name}"

    @cached_property
    def mark(self) -> FileMark:
        """The file as it was when it was hashed; raises ``DeliveryError`` where it is still being written."""
        if self.known is not None:
            return self.known
        _wait_for_a_tick(self.path)
        mark = FileMark.of(self.path)
        if not mark.is_untouched(self.path):
            raise self._changed()
        return mark

    @property
    def byte_count(self) -> int:
        """The file's size, which is known before it is hashed."""
        mark = self.known or vars(self).get("mark")
        return mark.byte_count if mark is not None else self.path.stat().st_size

    @property
    def sha256(self) -> str:
        """Hash of the file's bytes."""
        return self.mark.sha256

    def require_unchanged(self) -> None:
        """Raise ``DeliveryError`` where the file is no longer the one that was hashed: what was read may be another."""
        if not (self.path.is_file() and self.mark.is_untouched(self.path)):
            raise self._changed()

    def _changed(self) -> DeliveryError:
        return DeliveryError(f"{self.label}: the file changed while it was read; run again when it has arrived whole")

    @property
    def file_id(self) -> str:
        """What rows refer to the file by."""
        return self.mark.file_id

    def version(self, correction_mark: str) -> tuple[str, int]:
        """What is delivered, by its file name without suffixes and mark, and the number of this correction of it.

        A mark without a number is the first correction; a name without a mark is no correction.
        """
        return _version(self.name, correction_mark)


@lru_cache(maxsize=1 << 16)
def _version(name: str, correction_mark: str) -> tuple[str, int]:
    stem, suffix = os.path.splitext(name)  # noqa: PTH122
    while suffix.lower() in SUFFIXES:
        name = stem
        stem, suffix = os.path.splitext(name)  # noqa: PTH122
    mark = re.search(correction_mark, name)
    if mark is None:
        return name, 0
    return name[: mark.start()], next((int(number) for number in mark.groups() if number), 1)


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


def shown_name(path: Path) -> str:
    """The name of a file as it may be shown and published: without a person's numbers, and in a known encoding."""
    return PERSONAL_IN_NAME.sub(MASK, _readable_name(path))


def require_readable_name(path: Path) -> None:
    """Raise ``DeliveryError`` where the bytes of a name are no UTF-8, as those an archive of Windows leaves are not."""
    if not is_utf_8(path.name):
        raise DeliveryError(f"{path.parent.name}/{shown_name(path)}: the file's name is not in UTF-8; rename it")


def is_utf_8(name: str) -> bool:
    """Whether a name as Python has it from the file system can be written in UTF-8."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _readable_name(path: Path) -> str:
    if is_utf_8(path.name):
        return path.name
    name = os.fsencode(path.name)
    try:
        return name.decode("gb18030")
    except UnicodeDecodeError:
        return name.decode("ascii", errors="backslashreplace")


def _wait_for_a_tick(path: Path) -> None:
    """Wait until a later change of the file would show as one."""
    for _ in range(MOST_TICKS):
        age = time.time_ns() - path.stat().st_ctime_ns
        if not 0 <= age < TICK_NS:
            return
        time.sleep(TICK_NS / 1e9)


def unknown_folders(inbox: Path, sources: Iterable[str]) -> list[str]:
    """What nobody would read: folders of no source, files beside the folders, folders and broken links within them."""
    known = set(sources)
    beside = [path for path in _visible(inbox) if path.name not in known]
    within = [path for source in known if (inbox / source).is_dir() for path in _visible(inbox / source)]
    unread = [*beside, *(path for path in within if not path.is_file())]
    return sorted("/".join(shown_name(Path(part)) for part in path.relative_to(inbox).parts) for path in unread)


def _visible(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if not path.name.startswith(IGNORED_PREFIXES)]
