"""The form of a source: a workbook that people fill in, made from the contract alone; empty, or begun for them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from pipelines.errors import CepingError
from pipelines.ingest.contracts import EARLIEST, Column, Contract

TITLE_ROW, TEXT_ROW, HEADER_ROW, FIRST_ROW, LAST_ROW = 0, 1, 2, 3, 20_000
CHOICES_SHEET = "选项"
NOT_TO_FILL = {"is_synthetic"}
FORMATS = {"date": "yyyy-mm-dd", "timestamp": "yyyy-mm-dd hh:mm:ss", "integer": "0", "bigint": "0", "double": "General"}
TEXT = "@"
YES_NO = ("是", "否")
COLUMN_WIDTH = 20


@dataclass(frozen=True)
class BegunRows:
    """Rows that a form comes with, their cells by column; and columns of them that only tell who fills it in.

    What only tells stands before the columns of the source, under a header that none of them has.
    """

    rows: Sequence[Mapping[str, str | float | None]]
    told: tuple[str, ...] = ()


def write_template(contract: Contract, out: Path, begun: BegunRows | None = None) -> None:
    """Write the form; raises ``CepingError`` where a file is there, or the source arrives as an export."""
    if any(column.gathers for column in contract.columns):
        raise CepingError(f"{contract.name} arrives as an export of a questionnaire; there is no form of it to fill in")
    if out.exists():
        raise CepingError(f"{out} is there already; it is left as it is")
    out.parent.mkdir(parents=True, exist_ok=True)
    columns = [column for column in contract.columns if column.name not in NOT_TO_FILL]
    with xlsxwriter.Workbook(str(out)) as workbook:
        form = workbook.add_worksheet("填报")
        choices = workbook.add_worksheet(CHOICES_SHEET)
        choices.hide()
        form.write_string(TITLE_ROW, 0, f"{contract.title}（{contract.name}）", workbook.add_format({"bold": True}))
        told = begun.told if begun else ()
        for position, column in enumerate(columns, start=len(told)):
            _write_column(workbook, form, position, column)
            _write_choices(form, choices, position, column)
        if begun:
            _write_begun(workbook, form, begun, [column.name for column in columns])
        form.freeze_panes(FIRST_ROW, len(told))


def _write_begun(workbook: Workbook, form: Worksheet, begun: BegunRows, names: Sequence[str]) -> None:
    header = workbook.add_format({"bold": True, "border": 1})
    wrapped = workbook.add_format({"text_wrap": True, "valign": "top"})
    for position, title in enumerate(begun.told):
        form.set_column(position, position, COLUMN_WIDTH, wrapped)
        form.write_string(HEADER_ROW, position, title, header)
    for row, cells in enumerate(begun.rows, start=FIRST_ROW):
        for position, name in enumerate([*begun.told, *names]):
            value = cells.get(name)
            if isinstance(value, str):
                form.write_string(row, position, value)
            elif value is not None:
                form.write_number(row, position, value)


def _write_column(workbook: Workbook, form: Worksheet, position: int, column: Column) -> None:
    need = "必填 required" if column.required else "选填 optional"
    shade = "#FCE4D6" if column.required else "#EDEDED"
    text = workbook.add_format({"text_wrap": True, "valign": "top", "font_color": "#595959", "font_size": 9})
    header = workbook.add_format({"bold": True, "bg_color": shade, "border": 1})
    cells = workbook.add_format({"num_format": FORMATS.get(column.data_type, TEXT)})
    form.set_column(position, position, COLUMN_WIDTH, cells)
    form.write_string(TEXT_ROW, position, f"{need}\n{column.description.zh}\n{column.description.english}", text)
    form.write_string(HEADER_ROW, position, column.header, header)


def _write_choices(form: Worksheet, choices: Worksheet, position: int, column: Column) -> None:
    """The drop-down of a column, or the rule its cells must meet; Excel refuses one that does not."""
    rule: dict[str, Any] | None = None
    spellings = _spellings(column)
    if spellings:
        for row, spelling in enumerate(spellings):
            choices.write_string(row, position, spelling)
        letter = xl_col_to_name(position)
        rule = {"validate": "list", "source": f"='{CHOICES_SHEET}'!${letter}$1:${letter}${len(spellings)}"}
    elif column.data_type in ("integer", "bigint"):
        rule = _range("integer", column)
    elif column.data_type == "double":
        rule = _range("decimal", column)
    elif column.data_type in ("date", "timestamp"):
        rule = {"validate": "date", "criteria": ">=", "value": EARLIEST}
    if rule is not None:
        message = {"error_title": column.header, "error_message": "请按说明填写。See row 2 for what fits."}
        form.data_validation(FIRST_ROW, position, LAST_ROW, position, rule | message)


def _spellings(column: Column) -> list[str]:
    """What a person chooses from: the Chinese spelling of each value where there is one."""
    if column.data_type == "boolean" and not column.values:
        return list(YES_NO)
    return [
        next((spelling for spelling in spellings if not spelling.isascii()), value)
        for value, spellings in (column.values or {}).items()
    ]


def _range(kind: str, column: Column) -> dict[str, Any] | None:
    low, high = column.minimum, column.maximum
    if low is None and high is None:
        return None
    if low is None or high is None:
        bound, criteria = (high, "<=") if low is None else (low, ">=")
        return {"validate": kind, "criteria": criteria, "value": bound}
    return {"validate": kind, "criteria": "between", "minimum": low, "maximum": high}
