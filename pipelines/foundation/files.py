"""Files and folders that are there whole or not at all, and flushed to the disk where it matters.

Everything is written under another name beside its place and then renamed: whoever reads finds what was there before
or all of what is new.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BUILDING_PREFIX = ".building-"


@contextmanager
def whole_file(path: Path, *, lasting: bool = False) -> Iterator[Path]:
    """A path to write to, which takes the place of ``path`` when the ``with`` ends; nothing is left where it fails.

    A ``lasting`` file is on the disk before it takes the place, so that no power cut leaves it empty.
    """
    unfinished = path.with_name(f"{path.name}.writing")
    try:
        yield unfinished
        if lasting:
            sync(unfinished)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def write_whole(path: Path, text: str, *, lasting: bool = False) -> None:
    """Write a text file, whole or not at all; its lines end alike on every machine."""
    with whole_file(path, lasting=lasting) as unfinished:
        unfinished.write_text(text, encoding="utf-8", newline="\n")


@contextmanager
def building_folder(path: Path) -> Iterator[Path]:
    """An empty folder beside ``path`` to build in; what is not renamed is gone when the ``with`` ends."""
    building = path.with_name(f"{BUILDING_PREFIX}{path.name}")
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(parents=True)
    try:
        yield building
    finally:
        shutil.rmtree(building, ignore_errors=True)


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """An empty folder to build in, which is called ``path`` when the ``with`` ends; nothing is left where it fails."""
    with building_folder(path) as building:
        yield building
        building.rename(path)


@contextmanager
def temporary_files_in(folder: Path) -> Iterator[None]:
    """Have every temporary file of this process, and of those it starts, made in a folder, empty before and gone after.

    What a kill left there goes with the next run.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    before, tempfile.tempdir = tempfile.tempdir, str(folder)
    inherited = os.environ.get("TMPDIR")
    os.environ["TMPDIR"] = str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = before
        os.environ.pop("TMPDIR")
        if inherited is not None:
            os.environ["TMPDIR"] = inherited
        shutil.rmtree(folder, ignore_errors=True)


def link_or_copy(path: str | Path, second: str | Path) -> None:
    """Give a file that is never written to a second name, or a copy where the disk gives no file two names."""
    try:
        os.link(path, second)
    except OSError:
        shutil.copyfile(path, second)


def files_below(folder: Path) -> list[Path]:
    """Every file below a folder, in the order of their names."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def sync_tree(folder: Path) -> None:
    """Flush every file below a folder to the disk, then every folder, the innermost first."""
    paths = sorted(folder.rglob("*"), key=lambda path: (path.is_dir(), -len(path.parts)))
    for path in [*paths, folder]:
        sync(path)


def sync(path: Path) -> None:
    """Flush a file, or a folder's list of names, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
