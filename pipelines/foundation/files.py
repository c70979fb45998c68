"""Files and folders that are there whole or not at all, and that are on disk once it is said so."""

import os
from pathlib import Path


def write_beside(folder: Path, file_name: str, text: str) -> None:
    """Put a file into a folder, whole or not at all."""
    unfinished = folder / f"{file_name}.writing"
    unfinished.write_text(text, encoding="utf-8", newline="\n")
    unfinished.replace(folder / file_name)


def files_below(folder: Path) -> list[Path]:
    """Every file below a folder, in the order of their names."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def sync_tree(folder: Path) -> None:
    """Flush every file below a folder to the disk, then every folder, the innermost first."""
    paths = sorted(folder.rglob("*"), key=lambda path: (path.is_dir(), -len(path.parts)))
    for path in [*paths, folder]:
        sync(path)


def sync(path: Path) -> None:
    """Flush a file or a folder's list of names to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
