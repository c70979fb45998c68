"""What the gate found: the verdict with its warnings, and a page each for rows kept out, suspicions, heads and balance.

The checks of a table stand on its page in the dictionary. The report of a candidate that did not pass is the gate's.
"""

from collections.abc import Iterator
from functools import partial

from pipelines.gate.report import (
    MOST_EXAMPLES,
    balance_of,
    drifting,
    numbered,
    quarantined,
    suspected,
)
from pipelines.gate.verdict import ExpectationOutcome, Verdict
from pipelines.publication.site.grid import Cell, Column, Grid, grid, number_cell, text_cell
from pipelines.publication.site.page import Desk, Page
from pipelines.publication.site.pages.dictionary import table_page
from pipelines.publication.site.values import NOTHING

PAGE = "quality.html"
FOLDER = "quality"


def build(desk: Desk) -> Iterator[Page]:
    """The verdict, and the pages of what lies under it; none before the gate has judged."""
    if desk.verdict is None:
        return
    at = desk.at(PAGE)
    verdict = desk.verdict
    found = {id(outcome): address for address, outcome in _addresses(at, verdict)}
    yield Page(
        path=PAGE, template="quality.html", title=at.say("质量报告", "Quality report"), section=PAGE,
        short=at.say("检验", "Checks"),
        context=lambda: {
            "verdict": verdict,
            "row_count": sum(table.row_count for table in at.tables.candidate.tables),
            "held_count": sum(outcome.passed for outcome in verdict.outcomes),
            "failures": [_line(at, outcome, found) for outcome in verdict.failures],
            "warnings": [_line(at, outcome, found) for outcome in verdict.warnings],
            "suites": _suites(at, verdict),
        },
    )  # fmt: skip
    for name, zh, en, lead_zh, lead_en, table in (
        (
            "quarantine", "隔离的行", "Quarantined rows",
            "下列记录因不合格式或规则未予加载，每条注明原因；一行可有多个原因。",
            "These rows were not loaded; each has its reasons, and a row may have several.", _quarantine,
        ),
        (
            "suspicions", "需人工查看的疑点", "What a human should look at",
            "疑点不阻断发布，所涉行仍然计入。", "A suspicion blocks nothing, and its rows count.", _suspicions,
        ),
        (
            "headers", "表头变化", "Headers that differ",
            "未列入合同的表头，其单元格另行保存；以及只有部分文件、或只有被替换的旧版本才有的列。",
            "Headers no contract claims, whose cells are kept aside, and columns that only some files of a source "
            "have, or only a version that was replaced.", _headers,
        ),
        (
            "balance", "行数平衡", "Row balance", "每个文件读取的行，非加载即隔离。",
            "Every row read from a file is loaded or quarantined.", _balance,
        ),
    ):  # fmt: skip
        path = f"{FOLDER}/{name}.html"
        below = desk.at(path)
        shown = table(below)
        if shown is not None:
            yield Page(
                path=path, template="grid.html", title=below.say(zh, en), section=PAGE,
                context=partial(dict, lead=below.say(lead_zh, lead_en), table=shown),
            )  # fmt: skip


def _addresses(desk: Desk, verdict: Verdict) -> Iterator[tuple[str, ExpectationOutcome]]:
    """Where each outcome that did not hold is shown; a suite may be of several tables together, which have no page."""
    for suite in verdict.suites:
        for anchor, outcome in numbered(suite.outcomes):
            if not outcome.passed:
                page = _page_of(desk, suite.table)
                yield f"{page}#{anchor}" if page else "#by-table", outcome


def _page_of(desk: Desk, table: str) -> str:
    is_published = any(found.full_name == table for found in desk.tables.candidate.tables)
    return desk.links.to(table_page(table)) if is_published else ""


def _line(desk: Desk, outcome: ExpectationOutcome, found: dict[int, str]) -> tuple[str, str, str, str]:
    place = " · ".join(part for part in (outcome.table, outcome.column, outcome.rule) if part)
    return found[id(outcome)], desk.language.of(outcome.why), place, outcome.observed


def _suites(desk: Desk, verdict: Verdict) -> Grid:
    rows = {table.full_name: table.row_count for table in desk.tables.candidate.tables}
    columns = [
        Column(title=desk.say("数据表", "Table")),
        Column(title=desk.say("内容", "What it holds")),
        Column(title=desk.say("行数", "Rows"), kind="number"),
        Column(title=desk.say("检验", "Checks"), kind="number"),
        Column(title=desk.say("提醒", "Warnings"), kind="number"),
        Column(title=desk.say("结果", "Result"), is_choice=True),
    ]
    return grid(
        "suites", desk.say("逐表检验", "Table by table"), columns,
        [
            [
                text_cell(suite.table, href=_page_of(desk, suite.table), css="code"),
                text_cell(desk.language.of(desk.tables.title(suite.table))),
                number_cell(rows.get(suite.table)),
                number_cell(len(suite.outcomes)),
                number_cell(sum(not outcome.passed for outcome in suite.outcomes)),
                text_cell(desk.say("通过", "passed") if suite.passed else desk.say("未通过", "not passed")),
            ]
            for suite in verdict.suites
        ],
    )  # fmt: skip


def _quarantine(desk: Desk) -> Grid | None:
    groups = quarantined(desk.tables.connection, desk.tables.candidate)
    if groups is None:
        return None
    columns = [
        Column(title=desk.say("来源", "Source"), is_choice=True),
        Column(title=desk.say("文件", "File")),
        Column(title=desk.say("原因", "Reason")),
        Column(title=desk.say("次数", "Count"), kind="number"),
        Column(title=desk.say("已修复", "Mended"), kind="number"),
        Column(title=desk.say(f"示例（至多 {MOST_EXAMPLES} 条）", f"Examples (at most {MOST_EXAMPLES})")),
    ]
    return grid(
        "quarantine", desk.say("隔离的行", "Quarantined rows"), columns,
        [
            [
                text_cell(desk.label("source", group.source)),
                text_cell(group.file_name),
                text_cell(desk.language.of(group.reason)),
                number_cell(group.count),
                number_cell(group.repaired_count),
                text_cell(desk.say("；", "; ").join(group.examples)),
            ]
            for group in groups
        ],
    )  # fmt: skip


def _suspicions(desk: Desk) -> Grid | None:
    rows = suspected(desk.tables.connection, desk.tables.candidate)
    if not rows:
        return None
    columns = [
        Column(title=desk.say("疑点", "Suspicion")),
        Column(title=desk.say("处数", "Count"), kind="number"),
        Column(title=desk.say(f"示例（至多 {MOST_EXAMPLES} 条）", f"Examples (at most {MOST_EXAMPLES})")),
    ]
    return grid(
        "suspicions", desk.say("疑点", "Suspicions"), columns,
        [
            [
                text_cell(desk.say(row["name_zh"], row["name_en"])),
                number_cell(row["count"]),
                text_cell(desk.say("；", "; ").join(row["examples"])),
            ]
            for row in rows
        ],
    )  # fmt: skip


def _headers(desk: Desk) -> Grid | None:
    rows = drifting(desk.tables.connection, desk.tables.candidate)
    if not rows:
        return None
    columns = [
        Column(title=desk.say("来源", "Source"), is_choice=True),
        Column(title=desk.say("列", "Column")),
        Column(title=desk.say("合同", "Contract"), is_choice=True),
        Column(title=desk.say("文件数", "Files")),
        Column(title=desk.say("首个文件", "First file")),
    ]
    return grid(
        "headers", desk.say("表头变化", "Headers that differ"), columns,
        [
            [
                text_cell(desk.label("source", row["source"])),
                text_cell(row["column_name"]),
                text_cell(desk.say("已列入", "claimed") if row["is_known"] else desk.say("未列入", "in no contract")),
                text_cell(f"{row['file_count']} / {row['source_file_count']}"),
                text_cell(row["first_file_name"]),
            ]
            for row in rows
        ],
    )  # fmt: skip


def _balance(desk: Desk) -> Grid | None:
    balance = balance_of(desk.tables.connection, desk.tables.candidate)
    if balance is None:
        return None
    declared = desk.tables.candidate.table("audit.row_balance")
    titles = {column.name: desk.language.of(column.title) or column.name for column in declared.columns}
    return grid(
        "balance", desk.say("行数平衡", "Row balance"),
        [
            Column(
                title=titles[name], kind="number" if name.startswith("rows_") else "text", is_choice=name == "source"
            )
            for name in balance.columns
        ],
        [[_balance_cell(desk, name, row[name]) for name in balance.columns] for row in balance.rows],
    )  # fmt: skip


def _balance_cell(desk: Desk, name: str, text: str) -> Cell:
    if name == "source":
        return text_cell(desk.label("source", text))
    if name.startswith("rows_"):
        return Cell(text=text, sort="" if text == NOTHING else text.replace(",", ""))
    yes, no = "是 yes", "否 no"
    return text_cell({yes: desk.say("是", "yes"), no: desk.say("否", "no")}.get(text, text))
