"""One page per trend: its sentences, its figures, its charts, and every published table of the trend broken down."""

from collections.abc import Iterator
from itertools import groupby

from pipelines.foundation.sql import Row
from pipelines.publication.site.charts import Chart
from pipelines.publication.site.grid import Cell, Column, Grid, grid, number_cell, span_cell, text_cell
from pipelines.publication.site.links import anchor
from pipelines.publication.site.notice import Trend, trends
from pipelines.publication.site.page import Desk, Page
from pipelines.publication.site.pages.figures import parts
from pipelines.publication.site.pictures import COVERAGE, group_name, pictures, unit_of
from pipelines.publication.site.values import written

MOST_ROWS = 1_000


def build(desk: Desk) -> Iterator[Page]:
    """The page of every trend that has a figure or a sentence."""
    for trend in trends(desk):
        if trend.has_page:
            yield _page(desk.at(f"trends/{trend.number}.html"), trend)


def _page(desk: Desk, trend: Trend) -> Page:
    return Page(
        path=desk.links.page, template="trend.html", title=trend.title, section="trends",
        short=desk.say(f"趋势{desk.language.numeral(trend.number)}", f"Trend {trend.number}"),
        context=lambda: {
            "trend": next(found for found in trends(desk) if found.number == trend.number),
            "figures": next((part.figures for part in parts(desk) if part.number == trend.number), ()),
            "charts": charts(desk, trend.number),
            "tables": [
                (
                    desk.say(table["name_zh"], table["name_en"]),
                    _about(desk, table),
                    table["full_name"],
                    list(grids(desk, table)),
                )
                for table in desk.tables.trend_tables(trend.number)
            ],
        },
    )  # fmt: skip


def charts(desk: Desk, number: int) -> list[Chart]:
    """The charts of a trend that its tables allow."""
    return list(pictures(desk, number))


def _about(desk: Desk, table: Row) -> str:
    """What a table holds; where it is of a crawl, how much of what it is of the crawl saw."""
    about = desk.say(table["description_zh"], table["description_en"])
    rows = desk.tables.of_edition(table["full_name"])
    seen = [row for row in rows if (row["measure"], row["breakdown"]) == (COVERAGE, "total")]
    if not seen:
        return about
    told = f"{desk.label('measure', COVERAGE)} {written(seen[0]['value'], unit_of(COVERAGE))}"
    return desk.say(f"{about}{told}。", f"{about} {told}.")


def grids(desk: Desk, table: Row) -> Iterator[Grid]:
    """A table of a trend, one grid a breakdown."""
    labels = desk.tables.labels

    def order(row: Row) -> tuple[object, ...]:
        groups = [labels.place("group", part) for part in str(row["group_code"]).split(":")]
        return (labels.place("breakdown", row["breakdown"]), labels.place("measure", row["measure"]), groups)

    ordered = sorted(desk.tables.rows(table["full_name"]), key=order)
    for breakdown, rows in groupby(ordered, key=lambda row: str(row["breakdown"])):
        yield _grid(desk, table, breakdown, list(rows))


def _grid(desk: Desk, table: Row, breakdown: str, rows: list[Row]) -> Grid:
    has_counts = any(row["denominator"] is not None for row in rows)
    has_span = any(row.get("interval_low") is not None for row in rows)
    columns = [
        Column(title=desk.say("指标", "Measure"), is_choice=len({row["measure"] for row in rows}) > 1),
        Column(title=desk.say("组别", "Group")),
    ]
    if has_counts:
        columns += [
            Column(title=desk.say("分子", "Numerator"), kind="number"),
            Column(title=desk.say("分母", "Denominator"), kind="number"),
        ]
    columns.append(Column(title=desk.say("值", "Value"), kind="number"))
    if has_span:
        columns.append(Column(title=desk.say("95% 区间", "95% interval"), kind="number"))
    # What all rows have alike is said once, above them.
    designs = {row["design"] for row in rows if row.get("design")}
    has_design = len(designs) > 1
    if has_design:
        columns.append(Column(title=desk.say("取得方式", "Design")))
    told = "".join(desk.say("；", "; ") + desk.label("design", design) for design in designs if not has_design)
    hidden = len(rows) - MOST_ROWS
    name, title = table["full_name"], desk.say(table["name_zh"], table["name_en"])
    return grid(
        anchor(f"{name}-{breakdown}"),
        f"{title}{desk.say('：', ': ')}{desk.label('breakdown', breakdown)}{told}",
        columns,
        [_row(desk, row, has_counts, has_span, has_design) for row in rows[:MOST_ROWS]],
        more=desk.say(f"另有 {hidden:,} 行，见 {name}。", f"{hidden:,} more rows in {name}.") if hidden > 0 else "",
    )


def _row(desk: Desk, row: Row, has_counts: bool, has_span: bool, has_design: bool) -> list[Cell]:
    unit = unit_of(str(row["measure"]))
    cells = [text_cell(desk.label("measure", row["measure"])), text_cell(group_name(desk, row))]
    if has_counts:
        cells += [number_cell(row["numerator"]), number_cell(row["denominator"])]
    cells.append(number_cell(row["value"], unit))
    if has_span:
        cells.append(span_cell(row["interval_low"], row["interval_high"], unit))
    if has_design:
        cells.append(text_cell(desk.label("design", row["design"])))
    return cells
