"""Old workbooks (.xls), read in a process of their own: a damaged one may ask for any memory and any time."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipelines.errors import DeliveryError
from pipelines.ingest.dates_and_numbers import EXCEL_FIRST_DAY
from pipelines.ingest.readers import old_workbook_process
from pipelines.ingest.readers.sheet_cells import (
    ERROR,
    FIRST_DAY_OF_1904,
    PASSWORD,
    Place,
    SheetCells,
    cell_text,
    filled_down,
    framed,
    percentage,
    texts_of,
)

ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
ENCRYPTED = "encrypted"
BEYOND_LIMITS = "it is damaged and asks for more memory or time than any workbook needs"


def read_old_workbook(path: Path, label: str) -> Iterator[SheetCells]:
    """Every sheet of an old workbook; raises ``DeliveryError`` where it cannot be read within the limits."""
    # A new workbook with a password is kept in the form of an old one.
    said: dict[str, Any] = {"failure": ENCRYPTED} if ENCRYPTED_PACKAGE in path.read_bytes() else _said(path)
    failure = said.get("failure")
    if failure is not None and ENCRYPTED in failure:
        raise DeliveryError(f"{label}: {PASSWORD}")
    if failure is not None:
        raise DeliveryError(
            f"{label}: cannot be opened as an Excel workbook ({failure}); open it in Excel and save it as .xlsx"
        )
    return (_sheet(sheet, said["is_1904"]) for sheet in said["sheets"])


def _said(path: Path) -> dict[str, Any]:
    command = [sys.executable, "-I", old_workbook_process.__file__, str(path)]
    limit = 2 * old_workbook_process.MOST_SECONDS
    try:
        done = subprocess.run(command, capture_output=True, timeout=limit, check=True)  # noqa: S603
    except subprocess.SubprocessError:
        return {"failure": BEYOND_LIMITS}
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def _sheet(said: dict[str, Any], is_1904: bool) -> SheetCells:
    rows = [row + [""] * (said["width"] - len(row)) for row in said["rows"]]
    errors = {
        (number, place): ERROR
        for number, row in enumerate(rows)
        for place, cell in enumerate(row)
        if isinstance(cell, list) and cell[0] == "error"
    }
    columns, long_numbers = texts_of([list(map(_text, row)) for row in rows])
    marks: dict[Place, str] = long_numbers | errors
    filled_down(columns, said["merged"], marks)
    first_day = FIRST_DAY_OF_1904 if is_1904 else EXCEL_FIRST_DAY
    return SheetCells(said["name"], framed(columns), marks, first_day, said["is_hidden"], said["hidden_rows"])


def _text(cell: object) -> object:
    """The cell without its kind; numbers stay numbers."""
    if not isinstance(cell, list):
        return cell
    kind, value = cell
    return percentage(str(cell_text(value))) if kind == "percentage" else value
