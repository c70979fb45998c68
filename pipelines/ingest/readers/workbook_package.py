"""The package of an .xlsx file, looked over before it is opened: its size unpacked, its extent, what a reader loses.

A library that reads a sheet holds its whole rectangle: one stray cell in the last corner is seventeen billion cells.
It gives an error and a formula without a value as an empty cell, a percentage as a fraction, and hides what is hidden.
"""

import datetime as dt
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from xml.etree import ElementTree as Xml

from pipelines.errors import DeliveryError
from pipelines.ingest.dates_and_numbers import EXCEL_FIRST_DAY
from pipelines.ingest.readers.sheet_cells import ERROR, FIRST_DAY_OF_1904, WITHOUT_VALUE, Place

MAX_UNPACKED_BYTES = 1 << 30
MAX_CELLS = 50_000_000
CHUNK_BYTES = 1 << 20
SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
COLUMN_OF_CELL = re.compile(rb"""r=["']([A-Z]{1,3})\d""")
ROW_OF_CELL = re.compile(rb"""r=["'][A-Z]{1,3}(\d+)["']""")
MERGE = b"mergeCell "
# What a sheet has in it where it may have errors, formulas, or hidden rows; one by one they are found fastest.
LOST = (re.compile(rb"""t=["']e"""), re.compile(rb"f/?>"), re.compile(rb"hidden="))
LONGEST_TAG = 1 << 10
WORKBOOK, STYLES = "xl/workbook.xml", "xl/styles.xml"
TRUE = ("1", "true")
BUILT_IN_PERCENTAGES = {"9", "10"}
LITERAL_IN_FORMAT = re.compile(r'"[^"]*"|\\.')


@dataclass
class LostCells:
    """What a library loses of a sheet: texts and reasons of cells it takes for empty, percentages, hidden rows."""

    texts: dict[Place, str] = field(default_factory=dict)
    marks: dict[Place, str] = field(default_factory=dict)
    percentages: set[Place] = field(default_factory=set)
    hidden_rows: int = 0


@dataclass(frozen=True)
class Package:
    """Whether any sheet has merged cells, the day that serial number 0 means, and what is lost of which sheet."""

    is_merged: bool
    first_day: dt.date
    lost: dict[str, LostCells]


def look_over(path: Path, label: str) -> Package:
    """What of a package must be known before it is opened.

    Raises ``DeliveryError`` where the package is damaged, unpacks to too much, or a sheet is too wide or too long.
    """
    try:
        with zipfile.ZipFile(path) as package:
            members = package.infolist()
            _refuse_size(sum(member.file_size for member in members), label)
            percentages = _styles_of_percentages(package)
            looked_over = {
                member.filename: _look_over(_chunks(package, member, label), percentages, label) for member in members
            }
            is_1904, names = _workbook(package)
            lost = {
                name: _lost_cells(package, part, percentages)
                for name, part in names.items()
                if looked_over.get(part, (False, False))[1]
            }
            is_merged = any(merged for merged, _ in looked_over.values())
            return Package(is_merged, FIRST_DAY_OF_1904 if is_1904 else EXCEL_FIRST_DAY, lost)
    except (
        zipfile.BadZipFile,
        zlib.error,
        Xml.ParseError,
        EOFError,
        NotImplementedError,
        RuntimeError,
        OSError,
        ValueError,
    ) as failure:
        raise DeliveryError(f"{label}: cannot be opened as an Excel workbook ({failure})") from failure


def _refuse_size(unpacked: int, label: str) -> None:
    if unpacked > MAX_UNPACKED_BYTES:
        raise DeliveryError(
            f"{label}: unpacks to {unpacked / (1 << 30):.1f} GiB, more than the {MAX_UNPACKED_BYTES >> 30} GiB "
            "a workbook may have; deliver it as CSV"
        )


def _chunks(package: zipfile.ZipFile, member: zipfile.ZipInfo, label: str) -> Iterator[bytes]:
    """A part unpacked to its true end, nothing of it unless it is a sheet: no library heeds the size it states.

    Each piece has the end of the one before, in which a tag may have begun.
    """
    is_sheet = SHEET.fullmatch(member.filename) is not None
    to_its_end = copy(member)
    to_its_end.file_size = MAX_UNPACKED_BYTES << 1
    unpacked, rest = 0, b""
    with package.open(to_its_end) as stream:
        while chunk := stream.read(CHUNK_BYTES):
            unpacked += len(chunk)
            if unpacked > member.file_size:
                raise DeliveryError(
                    f"{label}: cannot be opened as an Excel workbook ({member.filename} is larger than it states)"
                )
            if is_sheet:
                yield rest + chunk
                rest = chunk[-LONGEST_TAG:]


def _look_over(chunks: Iterator[bytes], percentages: set[str], label: str) -> tuple[bool, bool]:
    """Whether a sheet has merged cells, and whether it may have cells that a library loses."""
    is_merged, may_lose, last_row, last_column = False, False, 0, 0
    shown = [re.compile(f"""s=["'](?:{"|".join(percentages)})["']""".encode())] if percentages else []
    for text in chunks:
        last_row = max([last_row, *map(int, set(ROW_OF_CELL.findall(text)))])
        last_column = max([last_column, *map(_column, set(COLUMN_OF_CELL.findall(text)))])
        if last_row * last_column > MAX_CELLS:
            raise DeliveryError(
                f"{label}: a sheet reaches to row {last_row:,} and column {last_column:,}; "
                "delete the stray cells beyond the table, or deliver it as CSV"
            )
        is_merged = is_merged or MERGE in text
        may_lose = may_lose or any(sign.search(text) for sign in (*LOST, *shown))
    return is_merged, may_lose


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


def _workbook(package: zipfile.ZipFile) -> tuple[bool, dict[str, str]]:
    """Whether the days of the workbook are counted from 1904, and the part of each sheet by its name."""
    workbook = _tree(package, WORKBOOK)
    relations = _tree(package, "xl/_rels/workbook.xml.rels")
    if workbook is None or relations is None:
        return False, {}
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    parts = {
        sheet.get("name", ""): targets.get(next(iter(_of_any_namespace(sheet, "id")), None), "")
        for sheet in workbook.iterfind("{*}sheets/{*}sheet")
    }
    properties = workbook.find("{*}workbookPr")
    is_1904 = properties is not None and properties.get("date1904") in TRUE
    return is_1904, {name: posixpath.normpath(posixpath.join("/xl", part)).lstrip("/") for name, part in parts.items()}


def _of_any_namespace(element: Xml.Element, name: str) -> Iterator[str]:
    return (value for key, value in element.items() if key.endswith(f"}}{name}"))


def _styles_of_percentages(package: zipfile.ZipFile) -> set[str]:
    """The numbers of the styles that show a number as a percentage."""
    styles = _tree(package, STYLES)
    if styles is None:
        return set()
    formats = BUILT_IN_PERCENTAGES | {
        found.get("numFmtId", "")
        for found in styles.iterfind("{*}numFmts/{*}numFmt")
        if "%" in LITERAL_IN_FORMAT.sub("", found.get("formatCode", ""))
    }
    cells = styles.iterfind("{*}cellXfs/{*}xf")
    return {str(number) for number, style in enumerate(cells) if style.get("numFmtId") in formats}


def _tree(package: zipfile.ZipFile, part: str) -> Xml.Element | None:
    # Expat itself refuses entities that grow beyond measure.
    return Xml.fromstring(package.read(part)) if part in package.namelist() else None  # noqa: S314


def _lost_cells(package: zipfile.ZipFile, part: str, percentages: set[str]) -> LostCells:
    """The cells of a sheet that a library loses; a cell without an address follows the one before it."""
    lost = LostCells()
    row = -1
    with package.open(part) as stream:
        for element in _rows(stream):
            row = int(element.get("r", row + 2)) - 1
            lost.hidden_rows += element.get("hidden") in TRUE
            column = -1
            for cell in element:
                letters = cell.get("r", "").rstrip("0123456789")
                column = _column(letters.encode()) - 1 if letters else column + 1
                _note(lost, (row, column), cell, percentages)
            element.clear()
    return lost


def _rows(stream: IO[bytes]) -> Iterator[Xml.Element]:
    return (element for _, element in Xml.iterparse(stream) if element.tag.rpartition("}")[2] == "row")  # noqa: S314


def _note(lost: LostCells, place: Place, cell: Xml.Element, percentages: set[str]) -> None:
    kind = cell.get("t", "n")
    value, formula = cell.find("{*}v"), cell.find("{*}f")
    text = value.text if value is not None else None
    if kind == "e":
        lost.texts[place], lost.marks[place] = text or "#ERROR", ERROR
    elif formula is not None and text is None and (value is None or kind == "n"):
        lost.texts[place], lost.marks[place] = f"={formula.text or ''}", WITHOUT_VALUE
    elif kind == "n" and text is not None and cell.get("s") in percentages:
        lost.percentages.add(place)
