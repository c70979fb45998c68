"""The package of an .xlsx file, looked over before it is opened: its size unpacked, its extent, any merged cells.

A library that reads a sheet holds its whole rectangle: one stray cell in the last corner is seventeen billion cells.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator
from copy import copy
from pathlib import Path

from pipelines.errors import DeliveryError

MAX_UNPACKED_BYTES = 1 << 30
MAX_CELLS = 50_000_000
CHUNK_BYTES = 1 << 20
SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
CELL = re.compile(rb'<(?:\w+:)?c [^>]*?\br="([A-Z]{1,3})(\d+)"')
MERGE = b"mergeCell "
LONGEST_TAG = 1 << 10


def has_merged_cells(path: Path, label: str) -> bool:
    """Whether any sheet has merged cells; true for an old workbook, which is no package and is not looked into.

    Raises ``DeliveryError`` where the package is damaged, unpacks to too much, or a sheet is too wide or too long.
    """
    if not zipfile.is_zipfile(path):
        return True
    try:
        with zipfile.ZipFile(path) as package:
            members = package.infolist()
            _refuse_size(sum(member.file_size for member in members), label)
            for member in members:
                _refuse_false_size(package, member, label)
            sheets = [member for member in members if SHEET.fullmatch(member.filename)]
            merged = [_look_over(package, member, label) for member in sheets]
            return any(merged)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as failure:
        raise DeliveryError(f"{label}: cannot be opened as an Excel workbook ({failure})") from failure


def _refuse_size(unpacked: int, label: str) -> None:
    if unpacked > MAX_UNPACKED_BYTES:
        raise DeliveryError(
            f"{label}: unpacks to {unpacked / (1 << 30):.1f} GiB, more than the {MAX_UNPACKED_BYTES >> 30} GiB "
            "a workbook may have; deliver it as CSV"
        )


def _refuse_false_size(package: zipfile.ZipFile, member: zipfile.ZipInfo, label: str) -> None:
    """Unpack a part to its true end, keeping nothing: what opens the workbook does not heed the size it states."""
    stated = member.file_size
    to_its_end = copy(member)
    to_its_end.file_size = MAX_UNPACKED_BYTES << 1
    unpacked = 0
    with package.open(to_its_end) as stream:
        while chunk := stream.read(CHUNK_BYTES):
            unpacked += len(chunk)
            if unpacked > stated:
                raise DeliveryError(
                    f"{label}: cannot be opened as an Excel workbook ({member.filename} is larger than it states)"
                )


def _look_over(package: zipfile.ZipFile, sheet: zipfile.ZipInfo, label: str) -> bool:
    is_merged, last_row, last_column = False, 0, 0
    for text in _overlapping_chunks(package, sheet):
        for letters, row in CELL.findall(text):
            last_row, last_column = max(last_row, int(row)), max(last_column, _column(letters))
        if last_row * last_column > MAX_CELLS:
            raise DeliveryError(
                f"{label}: a sheet reaches to row {last_row:,} and column {last_column:,}; "
                "delete the stray cells beyond the table, or deliver it as CSV"
            )
        is_merged = is_merged or MERGE in text
    return is_merged


def _overlapping_chunks(package: zipfile.ZipFile, sheet: zipfile.ZipInfo) -> Iterator[bytes]:
    """The text of a sheet in pieces, each with the end of the one before, in which a tag may have begun."""
    rest = b""
    with package.open(sheet) as stream:
        while chunk := stream.read(CHUNK_BYTES):
            yield rest + chunk
            rest = chunk[-LONGEST_TAG:]


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number
