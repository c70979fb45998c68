"""One page per figure: its number as other pages write it, its definition, and the models, files and units under it.

The pages follow from the release's own database and verdict, so they are the same in every home, and are what the
notice links a number to.
"""

from collections.abc import Iterator
from functools import partial
from typing import Any

from pipelines.foundation.bilingual import Bilingual
from pipelines.foundation.sql import Row
from pipelines.gate.verdict import Verdict
from pipelines.publication.provenance import FIGURE, Provenance, trace_published
from pipelines.publication.site.grid import Column, Grid, grid, number_cell, text_cell
from pipelines.publication.site.links import provenance_page
from pipelines.publication.site.page import Desk, Page
from pipelines.publication.site.pages.dictionary import table_page
from pipelines.publication.site.pages.figures import line
from pipelines.publication.trend_views import CELLS

SECTION = "figures.html"
MOST_UNITS = 50
FIRST_MODELS = 3
# What every figure ends in says least about one of them.
GENERIC = (FIGURE, CELLS)


def build(desk: Desk) -> Iterator[Page]:
    """The page of every figure; none before there is a verdict, or where a table it needs is not published."""
    if desk.verdict is None or not desk.links.traced:
        return
    figures = sorted(desk.tables.rows(FIGURE), key=lambda row: (row["figure_order"] or 0, row["figure_id"]))
    for figure in figures:
        at = desk.at(provenance_page(figure["figure_id"]))
        yield Page(
            path=at.links.page, template="provenance.html", section=SECTION, is_listed=False,
            title=at.say(figure["name_zh"], figure["name_en"]), context=partial(_shown, at, desk.verdict, figure),
        )  # fmt: skip


def _shown(desk: Desk, verdict: Verdict, figure: Row) -> dict[str, Any]:
    found = trace_published(desk.tables.connection, verdict, "", FIGURE, figure, MOST_UNITS)
    rules = [model for model in found.models if model["kind"] == "model"]
    rules.sort(key=lambda model: model["name"] in GENERIC)
    published = {table.full_name for table in desk.tables.candidate.tables}
    told = [
        (
            model["name"],
            desk.links.to(table_page(model["name"])) if model["name"] in published else "",
            desk.language.of(Bilingual.read(model["meaning"] or "")),
            model["sql"] or "",
        )
        for model in rules
    ]
    return {
        "figure": line(desk, figure),
        "back": f"{desk.links.to(SECTION)}#{line(desk, figure).anchor}",
        "found": found,
        "held_count": sum(check.passed for check in found.checks),
        "row_count": sum(int(file["rows_loaded"]) for file in found.files),
        "files": _files(desk, found.files),
        "units": _units(desk, found),
        "first": told[:FIRST_MODELS],
        "others": told[FIRST_MODELS:],
        "seeds": [model["name"] for model in found.models if model["kind"] == "seed"],
    }


def _files(desk: Desk, files: list[Row]) -> Grid:
    columns = [
        Column(title=desk.say("来源", "Source")),
        Column(title="SHA-256"),
        Column(title=desk.say("读取", "Read"), kind="number"),
        Column(title=desk.say("加载", "Loaded"), kind="number"),
        Column(title=desk.say("隔离", "Quarantined"), kind="number"),
    ]
    return grid(
        "files", desk.say("输入文件", "Input files"), columns,
        [
            [
                text_cell(desk.label("source", file["source"])), text_cell(file["sha256"], css="code"),
                number_cell(file["rows_read"]),
                number_cell(file["rows_loaded"]), number_cell(file["rows_quarantined"]),
            ]
            for file in files
        ],
    )  # fmt: skip


def _units(desk: Desk, found: Provenance) -> Grid:
    columns = [
        Column(title=desk.say("单位", "Unit")),
        Column(title=desk.say("名称", "Name")),
        Column(title=desk.say("计入分子", "Numerator"), kind="number"),
        Column(title=desk.say("计入分母", "Denominator"), kind="number"),
    ]
    hidden = found.unit_count - len(found.units)
    table = "trends.figure_unit"
    return grid(
        "units", desk.say("被计数的单位", "Units counted"), columns,
        [
            [
                text_cell(unit["unit_code"]),
                text_cell(unit["name_zh"] or desk.region(unit["unit_code"]), lang="zh-CN" if unit["name_zh"] else ""),
                number_cell(unit["numerator_count"]), number_cell(unit["denominator_count"]),
            ]
            for unit in found.units
        ],
        more=desk.say(f"另有 {hidden:,} 个，见 {table}。", f"{hidden:,} more in {table}.") if hidden > 0 else "",
    )  # fmt: skip
