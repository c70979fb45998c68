"""The process that reads an old workbook (.xls) with xlrd and prints its cells as JSON, or why it could not.

It is a script, run within limits of memory and time, and imports nothing of the project: it has to start fast.
A cell is text, a number, true or false, or a pair of its kind (moment, error, percentage) and its text or number.
"""

import datetime as dt
import json
import os
import re
import resource
import sys
from pathlib import Path
from typing import Any, Literal

import xlrd
from xlrd.biffh import XLRDError

MOST_MEMORY_BYTES = 2 << 30
MOST_SECONDS = 60
LITERAL_IN_FORMAT = re.compile(r'"[^"]*"|\\.')


def cells_of(path: str) -> dict[str, Any]:
    """What the workbook holds; raises whatever the library raises."""
    with Path(os.devnull).open("w") as silence:
        workbook = xlrd.open_workbook(path, formatting_info=True, logfile=silence)
    percentages = {
        key for key, shown in workbook.format_map.items() if "%" in LITERAL_IN_FORMAT.sub("", shown.format_str or "")
    }
    shown_as_percentages = {number for number, style in enumerate(workbook.xf_list) if style.format_key in percentages}
    return {
        "is_1904": workbook.datemode == 1,
        "sheets": [
            {
                "name": sheet.name,
                "is_hidden": sheet.visibility != 0,
                "hidden_rows": sum(bool(row.hidden) for row in sheet.rowinfo_map.values()),
                "merged": [[[top, left], [bottom - 1, right - 1]] for top, bottom, left, right in sheet.merged_cells],
                "width": sheet.ncols,
                "rows": [
                    [_cell(cell, workbook.datemode, shown_as_percentages) for cell in sheet.row(number)]
                    for number in range(sheet.nrows)
                ],
            }
            for sheet in workbook.sheets()
        ],
    }


def _cell(cell: xlrd.sheet.Cell, datemode: Literal[0, 1], percentages: set[int]) -> object:
    value: Any = cell.value
    match cell.ctype:
        case xlrd.XL_CELL_DATE:
            return ["moment", _moment(value, datemode)]
        case xlrd.XL_CELL_ERROR:
            return ["error", xlrd.error_text_from_code.get(value, "#ERROR")]
        case xlrd.XL_CELL_BOOLEAN:
            return bool(value)
        case xlrd.XL_CELL_NUMBER if cell.xf_index in percentages:
            return ["percentage", value]
    return value


def _moment(serial: float, datemode: Literal[0, 1]) -> str | float:
    """A day, a time, or both; a number that means none stays one."""
    try:
        moment: dt.datetime = xlrd.xldate_as_datetime(serial, datemode)
    except (OverflowError, ValueError):
        return serial
    if 0 <= serial < 1:
        return str(moment.time())
    return str(moment.date() if float(serial).is_integer() else moment)


def main() -> None:
    """Print what the workbook of the first argument holds."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY_BYTES, MOST_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    try:
        said = cells_of(sys.argv[1])
    except XLRDError as failure:
        said = {"failure": str(failure)}
    except Exception:
        said = {"failure": "it is damaged"}
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    main()
