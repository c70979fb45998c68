"""What the release holds, to take away: the database, the workbook, the notice, every table; and what went in."""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from pipelines.foundation.sql import Row
from pipelines.publication.file_names import editors_workbook_name, workbook_name
from pipelines.publication.site.grid import Column, Grid, grid, number_cell, text_cell
from pipelines.publication.site.page import Desk, Page
from pipelines.publication.site.pages import dictionary

PAGE = "data.html"
BALANCE = "audit.row_balance"


def build(desk: Desk) -> Iterator[Page]:
    """The page of downloads."""
    desk = desk.at(PAGE)
    yield Page(
        path=PAGE, template="data.html", title=desk.say("数据下载", "Data"), section=PAGE,
        context=lambda: {"files": list(downloads(desk)), "tables": tables(desk), "deliveries": deliveries(desk)},
    )  # fmt: skip


def downloads(desk: Desk) -> Iterator[tuple[str, str, str, str]]:
    """The files that are there: address, name, what it is, size."""
    edition = desk.tables.candidate.edition
    known = [
        (
            editors_workbook_name(edition),
            "编辑用工作簿：获奖名单、数字、趋势、各指数名次，可直接打印（中文）",
            "workbook for editors: winners, figures, trends and ranks, ready to print; heads in both languages",
        ),
        (
            workbook_name(edition),
            "全部数据表工作簿，每张数据表一个工作表",
            "workbook of all tables, one sheet a table",
        ),
        (
            f"notice-{edition}.docx",
            "通报文稿，可用 Word 或 WPS 续编（中文）",
            "the notice to finish in Word or WPS, in Chinese",
        ),
        (f"en/notice-{edition}.docx", "通报文稿（英文）", "the notice, in English"),
        (f"ceping-{edition}.duckdb", "全部数据表，可用 DuckDB 查询", "all tables, for DuckDB"),
        ("dictionary.csv", "数据字典（CSV）", "the dictionary as CSV"),
        ("datapackage.json", "数据包说明（Frictionless）", "description of the data package (Frictionless)"),
    ]
    yield (
        desk.links.to(dictionary.PAGE),
        desk.say("数据字典", "Data dictionary"),
        desk.say("每张表、每一列的含义、来历与检验", "every table and column: meaning, origin and checks"),
        desk.say(f"{len(desk.tables.candidate.tables)} 张表", f"{len(desk.tables.candidate.tables)} tables"),
    )
    for path, zh, en in known:
        found = desk.links.release_folder / path
        if found.is_file():
            yield desk.links.file(path), path.rpartition("/")[2], desk.say(zh, en), size(found)


def size(path: Path) -> str:
    """Size of a file as people write it."""
    count = float(path.stat().st_size)
    for unit in ("B", "KB", "MB"):
        if count < 1024:
            return f"{count:.0f} {unit}"
        count /= 1024
    return f"{count:.1f} GB"


def tables(desk: Desk) -> Grid:
    """Every table with its rows, its Parquet file, and what it is."""
    columns = [
        Column(title=desk.say("数据表", "Table")),
        Column(title=desk.say("说明", "What it is")),
        Column(title=desk.say("行数", "Rows"), kind="number"),
        Column(title=desk.say("文件", "File")),
    ]
    rows = [
        [
            text_cell(table.full_name, href=desk.links.to(dictionary.table_page(table.full_name)), css="code"),
            text_cell(desk.language.of(desk.tables.title(table.full_name))),
            number_cell(table.row_count),
            text_cell("Parquet", href=desk.links.file(f"parquet/{table.schema_name}/{table.name}.parquet")),
        ]
        for table in desk.tables.candidate.tables
    ]
    return grid("tables", desk.say("数据表（Parquet）", "Tables (Parquet)"), columns, rows)


def deliveries(desk: Desk) -> Grid | None:
    """Files and rows of every source, and of all of them where there are several."""
    rows = sorted(desk.tables.rows(BALANCE), key=lambda row: row["source"])
    if not rows:
        return None
    parts = [(source, list(group)) for source, group in groupby(rows, key=lambda row: row["source"])]
    lines = [(desk.label("source", source), part) for source, part in parts]
    if len(lines) > 1:
        lines.append((desk.say("合计", "Total"), rows))
    columns = [
        Column(title=desk.say("来源", "Source")),
        Column(title=desk.say("文件", "Files"), kind="number"),
        Column(title=desk.say("读取行", "Rows read"), kind="number"),
        Column(title=desk.say("隔离行", "Quarantined"), kind="number"),
        Column(title=desk.say("加载行", "Loaded"), kind="number"),
        Column(title=desk.say("平衡", "Balance")),
    ]
    return grid(
        "deliveries", desk.say("数据来源", "What went in"), columns,
        [
            [
                text_cell(name), number_cell(len(part)), number_cell(_sum(part, "rows_read")),
                number_cell(_sum(part, "rows_quarantined")), number_cell(_sum(part, "rows_loaded")),
                text_cell(_balance(desk, part)),
            ]
            for name, part in lines
        ],
    )  # fmt: skip


def _balance(desk: Desk, rows: list[Row]) -> str:
    return desk.say("平", "even") if all(row["is_balanced"] for row in rows) else desk.say("不平", "uneven")


def _sum(rows: list[Row], column: str) -> int:
    return sum(row[column] or 0 for row in rows)
