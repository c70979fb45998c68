"""Writing the formats people deliver, with nothing of the moment in the bytes."""

import csv
import datetime as dt
import gzip
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO, cast

import polars as pl
import xlsxwriter

WRITTEN_AT = dt.datetime(2017, 9, 15, 9, 0, 0)
FASTEST = 1


def write_workbook(path: Path, title: str, sheets: Mapping[str, pl.DataFrame]) -> None:
    """An xlsx as offices keep them: a title row over each sheet, an empty row, then the headers."""
    options = {"default_date_format": "yyyy-mm-dd", "constant_memory": True}
    with xlsxwriter.Workbook(str(path), options) as workbook:
        workbook.set_properties({"created": WRITTEN_AT, "title": title, "comments": "示例数据 Synthetic example data"})
        bold = workbook.add_format({"bold": True})
        for name, frame in sheets.items():
            sheet = workbook.add_worksheet(name)
            sheet.set_column(0, len(frame.columns) - 1, 18)
            sheet.write_string(0, 0, f"{title}（示例数据，非真实）", bold)
            sheet.write_row(2, 0, frame.columns, bold)
            for number, row in enumerate(frame.iter_rows(), start=3):
                sheet.write_row(number, 0, row)


def write_gb18030_csv(path: Path, frame: pl.DataFrame) -> None:
    """A CSV as Excel on Chinese Windows saves it."""
    with path.open("w", encoding="gb18030", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(frame.columns)
        writer.writerows(frame.iter_rows())


def write_utf8_csv(path: Path, frame: pl.DataFrame) -> None:
    """A CSV as crawlers and rating houses export it: UTF-8 with the mark that Excel wants."""
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(frame.columns)
        writer.writerows(frame.iter_rows())


def write_json_lines(path: Path, frame: pl.DataFrame, more_lines: Iterable[str] = ()) -> None:
    """Gzipped JSON Lines; ``more_lines`` go to the end as they are."""
    with path.open("wb") as raw, gzip.GzipFile("", "wb", FASTEST, raw, mtime=0) as stream:
        frame.write_ndjson(cast("IO[bytes]", stream))
        stream.writelines(f"{line}\n".encode() for line in more_lines)
