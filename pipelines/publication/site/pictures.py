"""Which charts the tables of a trend allow: levels as bars, provinces as tiles, quarters with intervals, stock in time.

Here the rows of a chart are chosen; its look is in ``charts``.
"""

import re
from collections.abc import Iterator

from pipelines.foundation.sql import Row
from pipelines.publication.site.charts import Bar, Chart, Point, Tile, bars, line, matrix, tiles
from pipelines.publication.site.links import anchor
from pipelines.publication.site.page import Desk
from pipelines.publication.site.values import SHARE, written

TILES = "core.dim_province_tile"
SERIES = "trends.official_series"
ROBOTS = "core.fct_robot"
STOCK_TREND, ROBOT_TREND = 2, 5
MOST_BARS = 14
MOST_MAPS = 2
SMALL_SHARE = 0.1
MATRIX_FROM = 3


def pictures(desk: Desk, number: int) -> Iterator[Chart]:
    """The charts of a trend."""
    if number == STOCK_TREND:
        yield from official(desk)
    for table in desk.tables.trend_tables(number):
        name = table["full_name"]
        rows = [row for row in desk.tables.rows(name) if row["value"] is not None]
        yield from _times(desk, name, rows)
        yield from _periods(desk, name, rows)
        yield from _levels(desk, table, rows)
        yield from _provinces(desk, name, rows)
    if number == ROBOT_TREND:
        yield from robots(desk)


def unit_of(measure: str) -> str:
    """Whether a measure is a share; what else it counts does not matter to a chart."""
    return SHARE if measure.endswith("_share") else ""


def group_name(desk: Desk, row: Row) -> str:
    """The names of all parts of a group's code; the table itself names the last, which may be a division."""
    *outer, last = str(row["group_code"]).split(":")
    names = [desk.label("group", part) for part in outer]
    names.append(desk.say(row["group_name_zh"] or last, row["group_name_en"] or ""))
    return " · ".join(names)


def _bar(row: Row, label: str) -> Bar:
    text = written(row["value"], unit_of(row["measure"]))
    return Bar(label=label, value=row["value"], text=text, low=row.get("interval_low"), high=row.get("interval_high"))


def _measures(desk: Desk, rows: list[Row], breakdown: str) -> Iterator[tuple[str, list[Row]]]:
    chosen = [row for row in rows if row["breakdown"] == breakdown]
    measures = {row["measure"] for row in chosen}
    for measure in sorted(measures, key=lambda code: desk.tables.labels.place("measure", code)):
        yield measure, [row for row in chosen if row["measure"] == measure]


def _title(desk: Desk, measure: str, breakdown: str) -> str:
    what, by = desk.label("measure", measure), desk.label("breakdown", breakdown)
    return desk.say(f"{what}（{by}）", f"{what}, {by}")


def _levels(desk: Desk, table: Row, rows: list[Row]) -> Iterator[Chart]:
    """Each measure by level, the highest level first; several shares together as one matrix."""
    name = table["full_name"]
    by_level = {
        measure: sorted(found, key=lambda row: desk.tables.labels.place("group", row["group_code"]))[:MOST_BARS]
        for measure, found in _measures(desk, rows, "level")
        if len(found) > 1
    }
    shares = [measure for measure in by_level if unit_of(measure) == SHARE]
    counts = [measure for measure in by_level if measure not in shares]
    for measure, found in by_level.items():
        if measure in counts[:1] or (measure in shares and len(shares) < MATRIX_FROM):
            yield desk.pictures.draw(
                bars, anchor(f"chart-{name}-{measure}-level"), _title(desk, measure, "level"),
                [_bar(row, group_name(desk, row)) for row in found], unit_of(measure),
            )  # fmt: skip
    if len(shares) >= MATRIX_FROM:
        yield _matrix(desk, table, {measure: by_level[measure] for measure in shares})


def _matrix(desk: Desk, table: Row, by_measure: dict[str, list[Row]]) -> Chart:
    measures = sorted(by_measure, key=lambda measure: desk.tables.labels.place("measure", measure))
    names = {row["group_code"]: group_name(desk, row) for found in by_measure.values() for row in found}
    levels = sorted(names, key=lambda code: desk.tables.labels.place("group", code))
    heads = [desk.label("measure", measure) for measure in measures]
    shared = desk.say("的比例", "")
    cells = {
        (levels.index(row["group_code"]), column): float(row["value"])
        for column, measure in enumerate(measures)
        for row in by_measure[measure]
    }
    title = desk.say(table["name_zh"], table["name_en"])
    heads = [head.removesuffix(shared) for head in heads]
    for begun in (desk.say("链接", "Share linking to "), desk.say("", "Share ")):
        heads = [head.removeprefix(begun) for head in heads]
    return desk.pictures.draw(
        matrix, anchor(f"chart-{table['full_name']}-matrix"), title, [names[code] for code in levels], heads, cells
    )


def _periods(desk: Desk, name: str, rows: list[Row]) -> Iterator[Chart]:
    """Each share by period and tier, in the order of time."""
    for measure, of_measure in _measures(desk, rows, "period_tier"):
        if unit_of(measure) != SHARE:
            continue
        ordered = sorted(of_measure, key=lambda row: str(row["group_code"]))[-MOST_BARS:]
        yield desk.pictures.draw(
            bars, anchor(f"chart-{name}-{measure}-period"), _title(desk, measure, "period_tier"),
            [_bar(row, group_name(desk, row)) for row in ordered], unit_of(measure),
        )  # fmt: skip


def _times(desk: Desk, name: str, rows: list[Row]) -> Iterator[Chart]:
    """The first count by day, as a line where there are several days."""
    for measure, of_measure in list(_measures(desk, rows, "stock_date"))[:1]:
        days = sorted(row["group_code"] for row in of_measure)
        if len(days) > 1 and unit_of(measure) != SHARE:
            points = [Point(when=row["group_code"], value=row["value"]) for row in of_measure]
            ordered = sorted(points, key=lambda point: point.when)
            yield desk.pictures.draw(
                line, anchor(f"chart-{name}-{measure}-time"), _title(desk, measure, "stock_date"), ordered
            )


def _provinces(desk: Desk, name: str, rows: list[Row]) -> Iterator[Chart]:
    """Measures by province on the map of tiles."""
    places = desk.tables.rows(TILES)
    known = {place["region_code"] for place in places}
    drawn = 0
    for breakdown in ("province", "unit"):
        for measure, of_measure in _measures(desk, rows, breakdown):
            values = {row["group_code"]: row["value"] for row in of_measure if row["group_code"] in known}
            if len(values) >= 3 and drawn < MOST_MAPS:
                drawn += 1
                chart = desk.pictures.draw(
                    tiles, anchor(f"chart-{name}-{measure}-{breakdown}"), _title(desk, measure, breakdown),
                    [_tile(desk, place, values.get(place["region_code"]), unit_of(measure)) for place in places],
                )  # fmt: skip
                note = desk.say("颜色按五分位由浅到深，— 为无数据。", "Darker by fifths; — where nothing is known.")
                yield chart.model_copy(update={"note": note})


def _tile(desk: Desk, place: Row, value: float | None, unit: str) -> Tile:
    mark = desk.say(place["mark_zh"], str(place["short_name_en"])[:6])
    text = tile_text(value, unit)
    return Tile(row=place["tile_row"], column=place["tile_column"], mark=mark, value=value, text=text)


def tile_text(value: float | None, unit: str) -> str:
    """A value as short as a tile wants it; a small share with a decimal, or tiles of other shades would read alike."""
    if value is None or unit != SHARE:
        return written(value, unit)
    return f"{value * 100:.{1 if 0 < value < SMALL_SHARE else 0}f}%"


def official(desk: Desk) -> Iterator[Chart]:
    """The stock of sites and the pass rates as official documents give them, never mixed with rows of the edition."""
    rows = [row for row in desk.tables.rows(SERIES) if row["group_code"] == "all" and day_of(row["as_of"])]
    for code, unit in (("site_stock", ""), ("pass_share", SHARE)):
        found = [row for row in rows if row["series_code"] == code and row["value"] is not None]
        points = [
            Point(
                when=day_of(row["as_of"]),
                value=row["value"],
                series="" if unit != SHARE else desk.label("group", row["tier"]),
            )
            for row in sorted(found, key=lambda row: (row["tier"], day_of(row["as_of"])))
        ]
        if len(points) > 1:
            name = desk.say(found[0]["series_name_zh"], found[0]["series_name_en"])
            chart = desk.pictures.draw(
                line,
                f"chart-official-{anchor(code)}",
                desk.say(f"{name}（官方文件）", f"{name} (official documents)"),
                points,
                unit,
            )
            note = desk.say(
                "数字出自官方文件，不与本年度数据混合。",
                "From official documents, never mixed with rows of this edition.",
            )
            yield chart.model_copy(update={"note": note})


def day_of(as_of: str | None) -> str:
    """The day a time in words stands for on an axis, the end of a quarter or year; nothing where it is unknown."""
    text = str(as_of or "")
    quarter = re.fullmatch(r"(\d{4})Q([1-4])", text)
    if quarter:
        return f"{quarter.group(1)}-{int(quarter.group(2)) * 3:02}-28"
    if re.fullmatch(r"\d{4}", text):
        return f"{text}-12-31"
    if re.fullmatch(r"\d{4}-\d{2}", text):
        return f"{text}-28"
    return text if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) else ""


def robots(desk: Desk) -> Iterator[Chart]:
    """How many robots answer how many of their questions right."""
    rows = desk.tables.select(ROBOTS, ("accuracy_share", "is_usable"), "where accuracy_share is not null")
    if len(rows) < 5:
        return
    steps = 5
    counted = [Bar(label=f"{100 * s // steps}–{100 * (s + 1) // steps}%", value=0, text="0") for s in range(steps)]
    for row in rows:
        place = min(int(row["accuracy_share"] * steps), steps - 1)
        value = counted[place].value + 1
        counted[place] = counted[place].model_copy(update={"value": value, "text": f"{value:,.0f}"})
    title = desk.say("智能问答机器人的准确率分布（机器人数）", "Robots by the share of questions they answer right")
    yield desk.pictures.draw(bars, "chart-robot-accuracy", title, counted)
