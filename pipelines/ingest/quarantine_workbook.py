"""The quarantine as workbooks: what a person mends and delivers again, laid out like an inbox.

Each file with quarantined rows becomes one workbook: its bad rows with their cells as delivered, and beside each row
why it was kept out and which place it has. Sources with personal data are left out: their rows are mended where they
are.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from pipelines.errors import CepingError
from pipelines.foundation.sql import as_pattern
from pipelines.ingest.conform import connect
from pipelines.ingest.contracts import Contract, find_contract
from pipelines.ingest.inbox import Delivery, delivered_files
from pipelines.ingest.mending import COLUMN, PLACE, REASON, REPAIR_HEADERS, VALUE, place_of
from pipelines.ingest.readers import read
from pipelines.ingest.readers.raw_table import RawTable
from pipelines.settings import Settings

SUFFIX = "-隔离行.xlsx"
NOT_TO_MEND = ("duplicate_key", "repaired")
LONGEST_SHEET_NAME = 31
PARTS = "；"
Rows = dict[int, dict[str, str]]


@dataclass(frozen=True)
class QuarantinedFile:
    """One delivered file with rows that were kept out, by sheet and row, each with what is written beside it."""

    source: str
    file_name: str
    file_id: str
    sheets: dict[str | None, Rows]

    @property
    def row_count(self) -> int:
        """Rows to mend."""
        return sum(map(len, self.sheets.values()))


@dataclass(frozen=True)
class Exported:
    """What became of one file's quarantined rows."""

    file: QuarantinedFile
    path: Path | None
    message: str


def export_quarantine(
    settings: Settings, quarantine: Path, out: Path, source: str | None, file_name: str | None
) -> Iterator[Exported]:
    """Write a workbook for each file with rows in the quarantine, which is given as a Parquet file.

    Raises ``CepingError`` where there is nothing to mend, or a workbook would be written over.
    """
    if source is not None:
        find_contract(source)
    files = list(_quarantined(quarantine, source, file_name))
    if not files:
        raise CepingError("no quarantined row waits to be mended there; `ceping status` shows every file")
    for file in files:
        yield _export(file, find_contract(file.source), settings, out)


def _quarantined(quarantine: Path, source: str | None, file_name: str | None) -> Iterator[QuarantinedFile]:
    with duckdb.connect() as connection:
        rows = connection.execute(
            """
            select
                source,
                file_name,
                file_id,
                sheet,
                row_number,
                string_agg(reason_zh || '（' || reason || '）', $parts order by column_name, reason_code),
                string_agg(column_name, $parts order by column_name, reason_code),
                string_agg(rejected_value, $parts order by column_name, reason_code)
            from read_parquet($path)
            where
                not is_repaired
                and not list_contains($passed_over, reason_code)
                and ($source is null or source = $source)
                and ($file_name is null or $file_name in (file_name, source || '/' || file_name))
            group by all
            order by all
            """,
            {
                "path": as_pattern(quarantine),
                "parts": PARTS,
                "passed_over": list(NOT_TO_MEND),
                "source": source,
                "file_name": file_name,
            },
        ).fetchall()
    found: defaultdict[tuple[str, str, str], defaultdict[str | None, Rows]] = defaultdict(lambda: defaultdict(dict))
    for of_source, name, file_id, sheet, row_number, reasons, columns, values in rows:
        notes = {REASON: reasons, COLUMN: columns, VALUE: values or "", PLACE: place_of(file_id, row_number, sheet)}
        found[of_source, name, file_id][sheet][row_number] = notes
    for (of_source, name, file_id), sheets in found.items():
        yield QuarantinedFile(of_source, name, file_id, dict(sheets))


def _export(file: QuarantinedFile, contract: Contract, settings: Settings, out: Path) -> Exported:
    if contract.has_personal:
        return Exported(file, None, "holds personal data, which is not exported: mend the file itself and deliver it")
    delivered = (Delivery(file.source, path) for path in delivered_files(settings.inbox_dir, file.source))
    named = (delivery for delivery in delivered if delivery.name == file.file_name)
    delivery = next((delivery for delivery in named if delivery.file_id == file.file_id), None)
    if delivery is None:
        return Exported(file, None, "is no longer in the inbox as the newest run read it: run again, then export")
    path = out / file.source / f"{Path(file.file_name).stem}{SUFFIX}"
    if path.exists():
        raise CepingError(f"{path} is there already; it is left as it is")
    path.parent.mkdir(parents=True, exist_ok=True)
    with connect(settings.threads, None) as connection:
        _write(path, file, read(connection, delivery, contract), connection)
    return Exported(file, path, f"{file.row_count:,} rows to mend")


def _write(path: Path, file: QuarantinedFile, tables: list[RawTable], connection: duckdb.DuckDBPyConnection) -> None:
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as workbook:
        text = workbook.add_format({"num_format": "@"})
        note = workbook.add_format({"num_format": "@", "bg_color": "#FCE4D6"})
        for order, table in enumerate(tables):
            rows = file.sheets.get(table.sheet)
            if rows:
                name = (table.sheet or "隔离行")[:LONGEST_SHEET_NAME]
                sheet = workbook.add_worksheet(name if order == 0 or table.sheet else f"{name}{order}")
                cells = _cells(table)
                sheet.set_column(0, len(cells) - 1, None, text)
                sheet.set_column(len(cells), len(cells) + len(REPAIR_HEADERS) - 1, None, note)
                _write_row(sheet, 0, [*cells, *REPAIR_HEADERS])
                _write_rows(sheet, _original_rows(connection, table, cells, rows), rows)
                sheet.freeze_panes(1, 0)


def _cells(table: RawTable) -> dict[str, str]:
    """Original header to the expression of its cell: the contract's columns first, then what no column claims."""
    known = {header: table.cells[name] for name, header in table.matched_headers.items()}
    unknown = {header: cell for header, cell in table.unknown_cells.items() if header not in REPAIR_HEADERS}
    return {**known, **unknown}


def _original_rows(
    connection: duckdb.DuckDBPyConnection, table: RawTable, cells: dict[str, str], rows: Rows
) -> list[tuple[str | int | None, ...]]:
    columns = ", ".join(["row_number", *cells.values()])
    query = f"select {columns} from {table.relation} where list_contains($rows, row_number) order by 1"
    return connection.execute(query, {"rows": list(rows)}).fetchall()


def _write_rows(sheet: Worksheet, originals: list[tuple[str | int | None, ...]], rows: Rows) -> None:
    for line, (row_number, *cells) in enumerate(originals, start=1):
        notes = rows[int(str(row_number))]
        _write_row(sheet, line, [*cells, *(notes[header] for header in REPAIR_HEADERS)])


def _write_row(sheet: Worksheet, line: int, cells: list[str | int | None]) -> None:
    """As text whatever it looks like: a code keeps its noughts, and a formula stays the text it is."""
    for column, cell in enumerate(cells):
        if cell is not None:
            sheet.write_string(line, column, str(cell))
