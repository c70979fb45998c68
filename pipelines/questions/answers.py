"""Writes the answer to a query: a table for people, csv or xlsx for spreadsheets, json or parquet for programs.

What a spreadsheet opens never runs: text that it would take for a formula begins with an apostrophe in csv, and is a
text cell in xlsx. json and parquet hold what the release holds.
"""

import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import TextIO

import duckdb
import polars as pl
import xlsxwriter

from pipelines.errors import CepingError
from pipelines.foundation.sql import identifier

SHOWN_ROWS = 200
SHOWN_WIDTH = 200
# A sheet has 1,048,576 rows, and one of them is the header.
SHEET_ROWS = 1_048_575
FORMULA = r"^[=+\-@\t\r\x00]"
NESTED = ("[]", "STRUCT", "MAP", "UNION")


FORMS = ("table", "csv", "json", "parquet", "xlsx")
ONLY_IN_FILES = ("parquet", "xlsx")


def write_answer(answer: duckdb.DuckDBPyRelation, output: str | None, out: Path | None) -> None:
    """Write to a file, in the form asked for or that its name ends with, or to the standard output, by default a table.

    A csv file begins with the mark of UTF-8 that spreadsheets look for. Raises ``CepingError`` where the form is
    unknown, is for files only, or has no room for the rows, and where the file cannot be written.
    """
    form = output or _form_of(out)
    if out is None:
        if form in ONLY_IN_FILES:
            raise CepingError(f"{form} is for files: add --out FILE.{form}")
        _write_text(answer, form, sys.stdout)
        return
    try:
        if form in ONLY_IN_FILES:
            _write_binary(answer, form, out)
        else:
            # newline="": each form ends its lines itself.
            with out.open("w", encoding="utf-8-sig" if form == "csv" else "utf-8", newline="") as stream:
                _write_text(answer, form, stream)
    except OSError as failure:
        raise CepingError(f"{out} cannot be written: {failure.strerror or failure}") from failure


def _form_of(out: Path | None) -> str:
    if out is None:
        return "table"
    form = out.suffix.removeprefix(".")
    if form not in FORMS:
        raise CepingError(f"{out.name}: add --format, one of {', '.join(FORMS)}")
    return form


def _write_text(answer: duckdb.DuckDBPyRelation, form: str, stream: TextIO) -> None:
    if form == "table":
        with redirect_stdout(stream):
            answer.show(max_width=SHOWN_WIDTH, max_rows=SHOWN_ROWS)
    elif form == "csv":
        stream.write(_guarded(_flattened(answer).pl()).write_csv())
    else:
        stream.write(answer.pl().write_ndjson())


def _write_binary(answer: duckdb.DuckDBPyRelation, form: str, out: Path) -> None:
    if form == "parquet":
        answer.pl().write_parquet(out)
        return
    frame = _flattened(answer).pl()
    if len(frame) > SHEET_ROWS:
        raise CepingError(f"{len(frame):,} rows are more than a sheet holds ({SHEET_ROWS:,}); ask for csv or parquet")
    with xlsxwriter.Workbook(str(out), {"strings_to_formulas": False, "strings_to_urls": False}) as workbook:
        frame.write_excel(workbook, "answer", autofit=True, freeze_panes=(1, 0))


def _flattened(answer: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
    """Lists and structures as JSON text: a cell holds no more."""
    names = [identifier(name) for name in answer.columns]
    return answer.project(
        ", ".join(
            f"cast(to_json({name}) as varchar) as {name}" if _is_nested(kind) else name
            for name, kind in zip(names, answer.types, strict=True)
        )
    )


def _is_nested(kind: object) -> bool:
    return any(mark in str(kind) for mark in NESTED)


def _guarded(frame: pl.DataFrame) -> pl.DataFrame:
    """The same with an apostrophe before text that a spreadsheet would run."""
    text = pl.col(pl.String)
    return frame.with_columns(pl.when(text.str.contains(FORMULA)).then("'" + text).otherwise(text).name.keep())
