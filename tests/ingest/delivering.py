"""Writes the same rows in every format a centre receives."""

import csv
import gzip
import io
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import polars as pl
import pyarrow as pa
import xlsxwriter

Rows = Sequence[Sequence[str | None]]


def zstd(content: bytes) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as stream:
        stream.write(content)
    return sink.getvalue().to_pybytes()


def delimited(header: Sequence[str], rows: Rows, delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows([header, *[[cell or "" for cell in row] for row in rows]])
    return text.getvalue().encode(encoding)


def json_lines(header: Sequence[str], rows: Rows) -> bytes:
    return "".join(json.dumps(dict(zip(header, row, strict=True)), ensure_ascii=False) + "\n" for row in rows).encode()


def json_array(header: Sequence[str], rows: Rows) -> bytes:
    return json.dumps([dict(zip(header, row, strict=True)) for row in rows]).encode()


def parquet(header: Sequence[str], rows: Rows) -> bytes:
    sink = io.BytesIO()
    pl.DataFrame(list(rows), schema=dict.fromkeys(header, pl.String), orient="row").write_parquet(sink)
    return sink.getvalue()


def workbook(header: Sequence[str], rows: Rows) -> bytes:
    sink = io.BytesIO()
    with xlsxwriter.Workbook(sink, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_string(0, 0, "填报说明")
        for row_number, row in enumerate([header, *rows], start=1):
            for column_number, cell in enumerate(row):
                if cell:
                    sheet.write_string(row_number, column_number, cell)
    return sink.getvalue()


FORMATS: dict[str, Callable[[Sequence[str], Rows], bytes]] = {
    "a.csv": delimited,
    "a.tsv": lambda header, rows: delimited(header, rows, "\t", "utf-16"),
    "gbk.csv": lambda header, rows: delimited(header, rows, ";", "gb18030"),
    "a.csv.gz": lambda header, rows: gzip.compress(delimited(header, rows)),
    "a.csv.zst": lambda header, rows: zstd(delimited(header, rows, "|", "utf-8-sig")),
    "a.jsonl": json_lines,
    "a.jsonl.gz": lambda header, rows: gzip.compress(json_lines(header, rows)),
    "a.ndjson.zst": lambda header, rows: zstd(json_lines(header, rows)),
    "a.json": json_array,
    "a.json.gz": lambda header, rows: gzip.compress(b'{"total": 1, "data": ' + json_array(header, rows) + b"}"),
    "a.parquet": parquet,
    "a.xlsx": workbook,
}


def deliver(inbox: Path, source: str, name: str, content: bytes) -> Path:
    path = inbox / source / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path
