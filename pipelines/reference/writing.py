"""Rows written into seeds by a command: the files as they would be, judged in another place, then all put in or none.

Belongs here: keeping the form of a file, and writing several as one. Does not belong here: what the rows are.
"""

import csv
import io
import shutil
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from pipelines.errors import SeedError
from pipelines.foundation.files import whole_file
from pipelines.reference.rows import Fault, read_cells

QUOTING = (csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC)
Judge = Callable[[Path], Iterable[Fault]]


def text_with(path: Path, rows: Iterable[Iterable[str]], instead_of: Collection[int] = ()) -> str:
    """The text of a CSV file with rows put into it, quoted and ended as those it has; every other byte stays.

    They stand where the first of the rows stood whose beginning lines are given, and which they take the place of;
    without any, behind all others.
    """
    with path.open(encoding="utf-8", newline="") as stream:
        text = stream.read()
    end = "\r\n" if "\r\n" in text else "\n"
    written = _written(rows, _quoting_of(text, end), end)
    if not instead_of:
        gap = "" if text.endswith(end) else end
        return f"{text}{gap}{written}"
    lines = list(io.StringIO(text, newline=""))
    beginnings = [line for line, _ in read_cells(path)]
    parts = []
    for begin, following in zip(beginnings, [*beginnings[1:], len(lines) + 1], strict=True):
        if begin not in instead_of:
            parts.append("".join(lines[begin - 1 : following - 1]))
        elif begin == min(instead_of):
            parts.append(written)
    return "".join(parts)


def write_sound(seeds: Path, texts: Mapping[Path, str], find_faults: Judge) -> None:
    """Write the files of a folder of seeds, all or none, if it is sound with them.

    They get their names in the opposite order when all are written: what says that the rest is there comes first in
    ``texts``. Raises ``SeedError`` with every fault, and writes nothing then.
    """
    with TemporaryDirectory() as scratch:
        # Without the rights of the files: what may not be written to is to be named by its own path, not by the copy's.
        copy = Path(shutil.copytree(seeds, Path(scratch) / seeds.name, copy_function=shutil.copyfile))
        for path, text in texts.items():
            (copy / path.relative_to(seeds)).write_text(text, encoding="utf-8", newline="")
        faults = [fault.told(copy) for fault in find_faults(copy)]
    if faults:
        raise SeedError("\n".join(["nothing was written, as the reference data cannot be used:", *faults]))
    with ExitStack() as files:
        for path, text in texts.items():
            unfinished = files.enter_context(whole_file(path))
            unfinished.write_text(text, encoding="utf-8", newline="")


def _quoting_of(text: str, end: str) -> int:
    """How the cells of a file are quoted: the way that gives the file again, or else only where it must be."""
    rows = list(csv.reader(io.StringIO(text, newline="")))
    whole = text.removesuffix(end)
    return next((way for way in QUOTING if _written(rows, way, end).removesuffix(end) == whole), csv.QUOTE_MINIMAL)


def _written(rows: Iterable[Iterable[str]], quoting: int, end: str) -> str:
    stream = io.StringIO()
    csv.writer(stream, lineterminator=end, quoting=quoting).writerows(rows)  # type: ignore[arg-type]
    return stream.getvalue()
