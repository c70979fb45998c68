"""New workbooks (.xlsx), read by python-calamine; what it loses of their cells is put back from the package."""

from collections.abc import Iterator
from pathlib import Path

import python_calamine

from pipelines.errors import DeliveryError, first_line
from pipelines.ingest.readers.sheet_cells import (
    SheetCells,
    Text,
    filled_down,
    framed,
    percentage,
    texts_of,
)
from pipelines.ingest.readers.workbook_package import LostCells, Package, look_over

# The library is written in Rust, whose panics are no ordinary exceptions.
PANIC = "PanicException"


def read_new_workbook(path: Path, label: str) -> Iterator[SheetCells]:
    """Every sheet of a workbook; raises ``DeliveryError`` where it cannot be read."""
    package = look_over(path, label)
    try:
        with path.open("rb") as stream:
            workbook = python_calamine.CalamineWorkbook.from_filelike(stream)
            for sheet in workbook.sheets_metadata:
                yield _sheet(workbook, sheet, package)
    except python_calamine.CalamineError as failure:
        reason = first_line(failure, path)
        raise DeliveryError(f"{label}: cannot be opened as an Excel workbook ({reason})") from failure
    except BaseException as failure:
        if type(failure).__name__ != PANIC:
            raise
        raise DeliveryError(f"{label}: cannot be opened as an Excel workbook (it is damaged)") from failure


def _sheet(
    workbook: python_calamine.CalamineWorkbook, metadata: python_calamine.SheetMetadata, package: Package
) -> SheetCells:
    name = metadata.name
    if metadata.typ != python_calamine.SheetTypeEnum.WorkSheet:
        return SheetCells(name, framed([]))
    sheet = workbook.get_sheet_by_name(name)
    columns, marks = texts_of(sheet.to_python(skip_empty_area=False))
    lost = package.lost.get(name, LostCells())
    _put_back(columns, lost)
    marks |= lost.marks
    if package.is_merged:
        filled_down(columns, sheet.merged_cell_ranges or (), marks)
    is_hidden = metadata.visible != python_calamine.SheetVisibleEnum.Visible
    return SheetCells(name, framed(columns), marks, package.first_day, is_hidden, lost.hidden_rows)


def _put_back(columns: list[list[Text]], lost: LostCells) -> None:
    """Write what was lost where it stood; it may stand beyond all the library saw."""
    height = max([len(columns[0]) if columns else 0, *(row + 1 for row, _ in lost.texts)])
    width = max([len(columns), *(place + 1 for _, place in lost.texts)])
    columns.extend([] for _ in range(width - len(columns)))
    for column in columns:
        column.extend([""] * (height - len(column)))
    for (row, place), text in lost.texts.items():
        columns[place][row] = text
    for row, place in lost.percentages:
        columns[place][row] = _as_percentage(columns[place][row])


def _as_percentage(text: Text) -> Text:
    return percentage(text) if text else text
