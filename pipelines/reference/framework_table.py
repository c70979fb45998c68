"""The table in which organisers write a framework: levels side by side, points beside each, merged cells.

一级指标 | 权重 | 二级指标 | 权重 | 三级指标 | 权重 | 指标说明

Belongs here: the table as a workbook has it, read and written. Does not belong here: the rows of the seeds.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import isfinite
from pathlib import Path

import python_calamine
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from pipelines.errors import CepingError, DeliveryError, first_line

DIGITS = "一二三四五六七八九"
LEVEL_HEADER = re.compile(rf"([{DIGITS}1-9])级指标(?:名称)?")
WEIGHT_HEADER = re.compile(r"权重|分值|分数|权值")
NOTE_HEADER = re.compile(r".*(?:说明|要点|解释|评分标准|评估标准)")
TOTAL = re.compile(r"合计|总计|总分")
REMARK = re.compile(r"(?:注|备注|说明)\d*[:：].*", re.DOTALL)
VETO = re.compile(r"(?:一票|单项)?否决")
POINTS = re.compile(r"(\d+(?:\.\d*)?|\.\d+)\s*[分%]?")
VETO_SHOWN, TOTAL_SHOWN, WEIGHT_SHOWN, NOTE_SHOWN = "单项否决", "合计", "权重", "指标说明"
LEAST_LEVELS = 3
TITLE_ROW, HEADER_ROW = 0, 1
NAME_WIDTH, WEIGHT_WIDTH, NOTE_WIDTH = 22, 8, 60


@dataclass(frozen=True)
class TableNode:
    """One indicator: its name below those of the levels above, its points if the table gives any, what it asks."""

    path: tuple[str, ...]
    points: float | None = None
    is_veto: bool = False
    note: str = ""
    place: str = field(default="", compare=False)


@dataclass(frozen=True)
class FrameworkTable:
    """The indicators in the order of the table, each before those below it, and the points of all together."""

    nodes: tuple[TableNode, ...]
    total: float | None = None

    def children(self, path: tuple[str, ...]) -> list[TableNode]:
        """The indicators right below one; those of the first level below ``()``."""
        return [node for node in self.nodes if node.path[:-1] == path]


@dataclass(frozen=True)
class Layout:
    """Where a sheet has the table: the header row, the columns of each level's name and points, that of the notes."""

    header_row: int
    levels: tuple[tuple[int, int | None], ...]
    note: int | None


@dataclass(frozen=True)
class Sheet:
    """The cells of a sheet as text, by row and column from 0 on, and its name."""

    name: str
    cells: Sequence[Sequence[str]]

    def text(self, row: int, column: int | None) -> str:
        """What a cell holds; nothing where there is none."""
        if column is None or not (row < len(self.cells) and column < len(self.cells[row])):
            return ""
        return self.cells[row][column]

    def place(self, row: int, column: int) -> str:
        """A cell as errors name it."""
        return f"sheet {self.name}, cell {xl_rowcol_to_cell(row, column)}"


def read_table(path: Path) -> FrameworkTable:
    """Read the table of a workbook.

    A name stands once for the rows it is merged over, or is left out in them, or is repeated. Raises ``DeliveryError``
    naming file, sheet and cell for everything that is no framework.
    """
    try:
        workbook = python_calamine.CalamineWorkbook.from_path(path)
        sheets = [_load(workbook, name) for name in workbook.sheet_names]
    except (python_calamine.CalamineError, OSError) as failure:
        raise DeliveryError(f"{path.name}: cannot be opened as a workbook ({first_line(failure, path)})") from failure
    found = [(sheet, layout) for sheet in sheets if (layout := _find_layout(sheet)) is not None]
    if len(found) != 1:
        shown = ", ".join(sheet.name for sheet in [sheet for sheet, _ in found] or sheets)
        raise DeliveryError(
            f"{path.name}: expected one sheet with the headers 一级指标 and 权重, found {len(found)} in {shown}"
        )
    reading = _Reading(*found[0])
    table = reading.table()
    if reading.faults or not table.nodes:
        faults = reading.faults or [f"sheet {found[0][0].name}: no indicator stands below the header"]
        raise DeliveryError("\n".join([f"{path.name}: the table cannot be read:", *faults]))
    return table


def write_table(table: FrameworkTable, title: str, out: Path) -> None:
    """Write the table as organisers do; raises ``CepingError`` where a file is there."""
    if out.exists():
        raise CepingError(f"{out} is there already; it is left as it is")
    out.parent.mkdir(parents=True, exist_ok=True)
    depth = max(LEAST_LEVELS, *(len(node.path) for node in table.nodes))
    leaves = [node for node in table.nodes if not table.children(node.path)]
    rows = {leaf.path: HEADER_ROW + 1 + number for number, leaf in enumerate(leaves)}
    with xlsxwriter.Workbook(str(out)) as workbook:
        sheet = workbook.add_worksheet("指标体系")
        _write_headers(workbook, sheet, title, depth)
        style = workbook.add_format({"border": 1, "valign": "vcenter", "text_wrap": True})
        for node in table.nodes:
            own = [row for path, row in rows.items() if path[: len(node.path)] == node.path]
            column = 2 * (len(node.path) - 1)
            _write_over(sheet, own, column, node.path[-1], style)
            _write_over(sheet, own, column + 1, VETO_SHOWN if node.is_veto else node.points, style)
        for leaf in leaves:
            sheet.write_string(rows[leaf.path], 2 * depth, leaf.note, style)
        if table.total is not None:
            sheet.write_string(HEADER_ROW + 1 + len(leaves), 0, TOTAL_SHOWN, style)
            sheet.write_number(HEADER_ROW + 1 + len(leaves), 1, table.total, style)


def _load(workbook: python_calamine.CalamineWorkbook, name: str) -> Sheet:
    sheet = workbook.get_sheet_by_name(name)
    return Sheet(name, [[_text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)])


def _text(cell: object) -> str:
    if isinstance(cell, float):
        return repr(int(cell) if cell.is_integer() else cell)
    return str(cell).strip()


def _find_layout(sheet: Sheet) -> Layout | None:
    """Where the table is: below the first row that has a first level with points beside it."""
    for row, cells in enumerate(sheet.cells):
        headers = [re.sub(r"\s", "", cell) for cell in cells]
        names = {
            _level(found[1]): column
            for column, header in enumerate(headers)
            if (found := LEVEL_HEADER.fullmatch(header))
        }
        if set(names) != set(range(1, len(names) + 1)) or not names:
            continue
        columns = [names[level] for level in sorted(names)]
        weights = [column for column, header in enumerate(headers) if WEIGHT_HEADER.match(header)]
        levels = tuple(
            (column, next((weight for weight in weights if column < weight < end), None))
            for column, end in zip(columns, [*columns[1:], len(headers)], strict=True)
        )
        if levels[0][1] is not None:
            note = next((column for column, header in enumerate(headers) if NOTE_HEADER.fullmatch(header)), None)
            return Layout(row, levels, note)
    return None


def _level(digit: str) -> int:
    return DIGITS.index(digit) + 1 if digit in DIGITS else int(digit)


class _Reading:
    """The rows of a table as they are gone through: the indicators so far, and what is wrong."""

    def __init__(self, sheet: Sheet, layout: Layout) -> None:
        self.sheet, self.layout = sheet, layout
        self.nodes: dict[tuple[str, ...], TableNode] = {}
        self.current: tuple[str, ...] = ()
        self.total: float | None = None
        self.faults: list[str] = []

    def table(self) -> FrameworkTable:
        for row in range(self.layout.header_row + 1, len(self.sheet.cells)):
            names = [self.sheet.text(row, column) for column, _ in self.layout.levels]
            first = next(filter(None, names), "")
            if TOTAL.fullmatch(re.sub(r"\s", "", first)):
                self._take_total(row)
            elif not REMARK.fullmatch(first):
                self._take_row(row, names)
        return FrameworkTable(tuple(self.nodes.values()), self.total)

    def _take_total(self, row: int) -> None:
        shown = [self.sheet.text(row, column) for _, column in self.layout.levels]
        self.total = next((points for text in shown if (points := _points(text)) is not None), self.total)

    def _take_row(self, row: int, names: list[str]) -> None:
        deepest = max((level for level, name in enumerate(names) if name), default=None)
        if deepest is None:
            self._take_rest(row)
            return
        for level, name in enumerate(names[: deepest + 1]):
            if not name and level >= len(self.current):
                header = f"{DIGITS[level]}级指标"
                self._fault(row, self.layout.levels[level][0], f"{names[deepest]} has no {header}")
                return
            if name and not (level < deepest and self._is_repeated(row, level, name)):
                self._take_node(row, level, name)
        note = self.sheet.text(row, self.layout.note)
        if note:
            self._add_note(note)

    def _is_repeated(self, row: int, level: int, name: str) -> bool:
        """Whether a name only says again what the row belongs to, as in tables without merged cells."""
        path = (*self.current[:level], name)
        shown = self.sheet.text(row, self.layout.levels[level][1])
        return self.current[: level + 1] == path and (not shown or _points(shown) == self.nodes[path].points)

    def _take_node(self, row: int, level: int, name: str) -> None:
        column, weight = self.layout.levels[level]
        path = (*self.current[:level], name)
        self.current = path
        if path in self.nodes:
            self._fault(row, column, f"{' / '.join(path)} stands in {self.nodes[path].place} already")
            return
        shown = self.sheet.text(row, weight)
        is_veto = VETO.fullmatch(shown) is not None
        points = None if is_veto or not shown else _points(shown)
        if shown and points is None and not is_veto and weight is not None:
            self._fault(row, weight, f"expected points of {name}, found {shown!r:.40}")
        self.nodes[path] = TableNode(path, points, is_veto, place=self.sheet.place(row, column))

    def _take_rest(self, row: int) -> None:
        """A row without a name: a further note of the indicator above, or points of nobody."""
        for _, weight in self.layout.levels:
            if weight is not None and (shown := self.sheet.text(row, weight)):
                self._fault(row, weight, f"{shown!r:.40} stands beside no indicator")
        note = self.sheet.text(row, self.layout.note)
        if note and self.current:
            self._add_note(note)

    def _add_note(self, note: str) -> None:
        above = self.nodes[self.current]
        self.nodes[self.current] = replace(above, note=f"{above.note}\n{note}" if above.note else note)

    def _fault(self, row: int, column: int, text: str) -> None:
        self.faults.append(f"{self.sheet.place(row, column)}: {text}")


def _points(text: str) -> float | None:
    found = POINTS.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if found is None:
        try:
            number = float(text)
        except ValueError:
            return None
        return number if isfinite(number) and number >= 0 else None
    return float(found[1])


def _write_headers(workbook: Workbook, sheet: Worksheet, title: str, depth: int) -> None:
    style = workbook.add_format({"bold": True, "bg_color": "#EDEDED", "border": 1, "align": "center"})
    sheet.write_string(TITLE_ROW, 0, title, workbook.add_format({"bold": True, "font_size": 14}))
    for level, column in enumerate(range(0, 2 * depth, 2)):
        sheet.write_string(HEADER_ROW, column, f"{DIGITS[level]}级指标", style)
        sheet.write_string(HEADER_ROW, column + 1, WEIGHT_SHOWN, style)
        sheet.set_column(column, column, NAME_WIDTH)
        sheet.set_column(column + 1, column + 1, WEIGHT_WIDTH)
    sheet.write_string(HEADER_ROW, 2 * depth, NOTE_SHOWN, style)
    sheet.set_column(2 * depth, 2 * depth, NOTE_WIDTH)
    sheet.freeze_panes(HEADER_ROW + 1, 0)


def _write_over(sheet: Worksheet, rows: Sequence[int], column: int, value: str | float | None, style: Format) -> None:
    """One value over all rows of an indicator: merged where there are several."""
    if len(rows) > 1:
        sheet.merge_range(rows[0], column, rows[-1], column, "", style)
    if isinstance(value, str):
        sheet.write_string(rows[0], column, value, style)
    elif value is not None:
        sheet.write_number(rows[0], column, value, style)
    elif len(rows) == 1:
        sheet.write_blank(rows[0], column, None, style)
