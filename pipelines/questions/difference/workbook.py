"""A difference as a workbook: one sheet per section."""

from pathlib import Path

import xlsxwriter

from pipelines.questions.difference.compare import Difference


def write_workbook(difference: Difference, path: Path) -> None:
    """Write every section to a sheet of its own; text stays text, whatever it begins with."""
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), options) as workbook:
        bold = workbook.add_format({"bold": True})
        for section in difference.sections:
            sheet = workbook.add_worksheet(f"{section.title_zh} {section.name}"[:31])
            sheet.freeze_panes(1, 0)
            for column, name in enumerate(section.columns):
                sheet.write_string(0, column, name, bold)
                for line, row in enumerate(section.rows, start=1):
                    _write_cell(sheet, line, column, row.get(name))


def _write_cell(sheet: "xlsxwriter.worksheet.Worksheet", line: int, column: int, value: object) -> None:
    if isinstance(value, bool):
        sheet.write_boolean(line, column, value)
    elif isinstance(value, int | float):
        sheet.write_number(line, column, value)
    elif value is not None:
        sheet.write_string(line, column, str(value))
