"""The delivered files read again with nothing of ours, to count from them what the trend tables say."""

import csv
import gzip
import json
from pathlib import Path
from typing import Any

import fastexcel

Row = dict[str, Any]


def workbook_rows(path: Path) -> list[Row]:
    workbook = fastexcel.read_excel(path)
    return [
        row
        for sheet in workbook.sheet_names
        for row in workbook.load_sheet(sheet, header_row=2, dtypes="string").to_polars().to_dicts()
    ]


def csv_rows(path: Path) -> list[Row]:
    with path.open(encoding="gb18030", newline="") as stream:
        return [{name: cell or None for name, cell in row.items()} for row in csv.DictReader(stream)]


def registry(inbox: Path) -> list[Row]:
    rows = []
    for path in sorted((inbox / "site_registry").iterdir()):
        rows += csv_rows(path) if path.suffix == ".csv" else workbook_rows(path)
    return [row for row in rows if row.get("对象类别") in (None, "网站")]


def pages(inbox: Path) -> list[Row]:
    files = sorted((inbox / "site_crawl").glob("*.jsonl.gz"))
    return [json.loads(line) for path in files for line in gzip.decompress(path.read_bytes()).decode().splitlines()]


def policies(inbox: Path) -> list[Row]:
    return csv_rows(inbox / "policy_document" / "政策文件台账.csv")


def robot_tests(inbox: Path) -> list[Row]:
    return csv_rows(inbox / "robot_test" / "智能问答测试.csv")


def checks(inbox: Path) -> list[Row]:
    return [row for path in sorted((inbox / "site_inspection").glob("*.xlsx")) for row in workbook_rows(path)]


def accounts(inbox: Path) -> list[Row]:
    return workbook_rows(inbox / "account_registry" / "新媒体账号登记表.xlsx")
