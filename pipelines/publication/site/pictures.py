"""Which charts the tables of a trend allow: levels as bars, provinces as tiles, quarters with intervals, stock as a line.

Belongs here: choosing rows for charts. Does not belong here: their look (``charts``), or any counting.
"""

from collections.abc import Iterator

from pipelines.publication.site.charts import Bar, Chart, Point, Tile, bars, line, tiles
from pipelines.publication.site.links import anchor
from pipelines.publication.site.page import Desk
from pipelines.publication.site.tables import UNKNOWN_PLACE, Row
from pipelines.publication.site.values import SHARE, written

TILES = "core.dim_province_tile"
SERIES = "trends.official_series"
ROBOTS = "core.fct_robot"
MOST_BARS = 14


def pictures(desk: Desk, number: int) -> Iterator[Chart]:
    """The charts of a trend."""
    if number == 2:
        yield from stock_in_time(desk)
    for name in desk.tables.names(f"trends.trend_{number}_"):
        rows = [row for row in desk.tables.rows(name) if row.get("measure") and row["value"] is not None]
        yield from _levels(desk, name, rows)
        yield from _periods(desk, name, rows)
        yield from _provinces(desk, name, rows)
    if number == 5:
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


def _bar(desk: Desk, row: Row, label: str) -> Bar:
    unit = unit_of(row["measure"])
    ends = next(((a, b) for a, b in (("value_low", "value_high"), ("low", "high")) if a in row and b in row), None)
    low, high = (row[ends[0]], row[ends[1]]) if ends else (None, None)
    return Bar(label=label, value=row["value"], text=written(row["value"], unit), low=low, high=high)


def _measures(rows: list[Row], breakdown: str) -> Iterator[tuple[str, list[Row]]]:
    chosen = [row for row in rows if row["breakdown"] == breakdown]
    for measure in dict.fromkeys(row["measure"] for row in chosen):
        yield measure, [row for row in chosen if row["measure"] == measure]


def _title(desk: Desk, measure: str, breakdown: str) -> str:
    what, by = desk.label("measure", measure), desk.label("breakdown", breakdown)
    return desk.say(f"{what}（{by}）", f"{what}, {by}")


def _levels(desk: Desk, name: str, rows: list[Row]) -> Iterator[Chart]:
    """Each measure by level, the highest level first."""
    for measure, of_measure in _measures(rows, "level"):
        ordered = sorted(of_measure, key=lambda row: desk.tables.labels.place("group", row["group_code"]))
        if len(ordered) < 2:
            continue
        yield bars(
            anchor(f"chart-{name}-{measure}-level"), _title(desk, measure, "level"),
            [_bar(desk, row, group_name(desk, row)) for row in ordered[:MOST_BARS]], unit_of(measure),
        )  # fmt: skip


def _periods(desk: Desk, name: str, rows: list[Row]) -> Iterator[Chart]:
    """Each share by period and tier, in the order of time."""
    for measure, of_measure in _measures(rows, "period_tier"):
        if unit_of(measure) != SHARE:
            continue
        ordered = sorted(of_measure, key=lambda row: str(row["group_code"]))[-MOST_BARS:]
        yield bars(
            anchor(f"chart-{name}-{measure}-period"), _title(desk, measure, "period_tier"),
            [_bar(desk, row, group_name(desk, row)) for row in ordered], unit_of(measure),
        )  # fmt: skip


def _provinces(desk: Desk, name: str, rows: list[Row]) -> Iterator[Chart]:
    """Each measure by province on the map of tiles."""
    places = desk.tables.rows(TILES)
    for breakdown in ("province", "unit"):
        for measure, of_measure in _measures(rows, breakdown):
            values = {row["group_code"]: row["value"] for row in of_measure if row["group_code"] != UNKNOWN_PLACE}
            if not places or len(values) < 3 or not values.keys() & {place["region_code"] for place in places}:
                continue
            yield tiles(
                anchor(f"chart-{name}-{measure}-{breakdown}"), _title(desk, measure, breakdown),
                [_tile(desk, place, values.get(place["region_code"]), unit_of(measure)) for place in places],
            )  # fmt: skip


def _tile(desk: Desk, place: Row, value: float | None, unit: str) -> Tile:
    text = written(value, unit)
    mark = desk.say(place["mark_zh"], str(place["short_name_en"])[:6])
    short = f"{value * 100:.0f}%" if unit == SHARE and value is not None else text
    return Tile(row=place["tile_row"], column=place["tile_column"], mark=mark, value=value, text=short)


def stock_in_time(desk: Desk) -> Iterator[Chart]:
    """The stock of sites over the years, as official documents tell it, and the edition's own count at its end."""
    points = list(_official_stock(desk))
    if len(points) > 1:
        title = desk.say("政府网站存量（官方文件）", "Stock of government sites (official documents)")
        yield line("chart-stock", title, points)


def _official_stock(desk: Desk) -> Iterator[Point]:
    for row in desk.tables.rows(SERIES):
        code = str(row.get("series_code") or row.get("measure") or "")
        when, value = row.get("as_of_date") or row.get("as_of") or row.get("period_end"), row.get("value")
        if "stock" in code and "total" in str(row.get("group_code", "total")) and when and value is not None:
            yield Point(when=str(when), value=float(value))


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
    yield bars("chart-robot-accuracy", title, counted)
