"""Which charts the tables of a trend allow: levels as bars, provinces as tiles, quarters with intervals, stock in time.

Here the rows of a chart are chosen; its look is in ``charts``, what it says in ``messages``. A chart is chosen by its
values: there is no map of what is alike everywhere.
"""

import re
from collections.abc import Iterator, Sequence

from pipelines.foundation.sql import Row
from pipelines.publication.site import messages
from pipelines.publication.site.charts import Bar, Chart, Point, Tile, Words, bars, line, matrix, tiles
from pipelines.publication.site.links import anchor
from pipelines.publication.site.messages import Named
from pipelines.publication.site.page import Desk
from pipelines.publication.site.scales import share_steps, steps_of
from pipelines.publication.site.values import SHARE, written

# How much a crawl saw tells how far the other shares carry: it is said beside them and is no measure among them.
COVERAGE = "crawled_share"
TILES = "core.dim_province_tile"
SERIES = "trends.official_series"
ROBOTS = "core.fct_robot"
STOCK_TREND, ROBOT_TREND = 2, 5
MOST_BARS = 14
MOST_MAPS = 2
SMALL_SHARE = 0.1
MATRIX_FROM = 3
# A share of fewer proves little by itself: its tile is hatched, and no sentence names it.
FEW = 10


def pictures(desk: Desk, number: int) -> Iterator[Chart]:
    """The charts of a trend."""
    if number == STOCK_TREND:
        yield from official(desk)
    for table in desk.tables.trend_tables(number):
        name = table["full_name"]
        rows = [row for row in desk.tables.rows(name) if row["value"] is not None and row["measure"] != COVERAGE]
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


def _what(desk: Desk, measure: str, breakdown: str) -> str:
    what, by = desk.label("measure", measure), desk.label("breakdown", breakdown)
    return desk.say(f"{what}（{by}）", f"{what}, {by}")


def words(desk: Desk, message: str, about: Sequence[str], source: str, group: str, unit: str) -> Words:
    """The words of a chart: its message; what it shows, the unit, the time and how many; where the numbers are from."""
    is_share = unit == SHARE
    return Words(
        message=message,
        about=desk.say("；", "; ").join(part for part in about if part),
        source=desk.say(f"来源：{source}", f"Source: {source}"),
        group=group,
        value=desk.say("比例", "Share") if is_share else desk.say("数值", "Value"),
        language=desk.language.code,
    )


def _of_rows(desk: Desk, name: str, message: str, what: str, rows: list[Row]) -> Words:
    """The words of a chart of a trend table."""
    unit = unit_of(rows[0]["measure"])
    below = [row["denominator"] for row in rows if row["denominator"] is not None]
    times = {str(row["period"]) for row in rows if row.get("period")}
    edition = desk.tables.candidate.edition
    when = times.pop() if len(times) == 1 else desk.say(f"{edition}年度", f"edition {edition}")
    return words(
        desk,
        message,
        (
            what,
            desk.say("单位：", "unit: ")
            + (desk.say("%（分子 ÷ 分母）", "%") if unit == SHARE else desk.say("个", "number")),
            desk.say(f"时点：{when}", when),
            f"n = {sum(below):,.0f}" if below else desk.say(f"{len(rows)} 组", f"{len(rows)} groups"),
        ),
        _table_source(desk, name),
        desk.label("breakdown", rows[0]["breakdown"]),
        unit,
    )


def _table_source(desk: Desk, name: str) -> str:
    listed = next(
        (table for number in range(1, 10) for table in desk.tables.trend_tables(number) if table["full_name"] == name),
        None,
    )
    title = desk.say(listed["name_zh"], listed["name_en"]) if listed else name
    made_up = desk.say("，示例数据", ", example data") if desk.tables.candidate.is_synthetic else ""
    return f"{desk.language.of(desk.tables.edition_name)}{desk.say('，', ', ')}{title}{made_up}"


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
            yield _bars(desk, name, f"{measure}-level", found, desk.label("measure", measure))
    if len(shares) >= MATRIX_FROM:
        yield _matrix(desk, table, {measure: by_level[measure] for measure in shares})


def _bars(desk: Desk, name: str, kind: str, rows: list[Row], what: str) -> Chart:
    """Bars of some rows of one measure, with the ends as what they say."""
    measure, unit = rows[0]["measure"], unit_of(rows[0]["measure"])
    named = [Named(group_name(desk, row), row["value"]) for row in rows]
    about = _what(desk, measure, rows[0]["breakdown"])
    told = _of_rows(desk, name, messages.ends(desk, what, named, unit), about, rows)
    return desk.pictures.draw(
        bars, anchor(f"chart-{name}-{kind}"), told, [_bar(row, group_name(desk, row)) for row in rows], unit
    )


def _matrix(desk: Desk, table: Row, by_measure: dict[str, list[Row]]) -> Chart:
    """Shares by level, a line each measure and a column each level: names of measures are the longer ones."""
    measures = sorted(by_measure, key=lambda measure: desk.tables.labels.place("measure", measure))
    names = {row["group_code"]: group_name(desk, row) for found in by_measure.values() for row in found}
    levels = sorted(names, key=lambda code: desk.tables.labels.place("group", code))
    heads = [desk.label("measure", measure) for measure in measures]
    shared = desk.say("的比例", "")
    cells = {
        (line_number, levels.index(row["group_code"])): float(row["value"])
        for line_number, measure in enumerate(measures)
        for row in by_measure[measure]
    }
    title = desk.say(table["name_zh"], table["name_en"])
    heads = [head.removesuffix(shared) for head in heads]
    for begun in (desk.say("链接", "Share linking to "), desk.say("", "Share ")):
        heads = [head.removeprefix(begun) for head in heads]
    columns = [names[code] for code in levels]
    message = messages.in_matrix(desk, title, heads, columns, cells)
    told = _of_rows(desk, table["full_name"], message, title, by_measure[measures[0]])
    return desk.pictures.draw(
        matrix, anchor(f"chart-{table['full_name']}-matrix"), told, heads, columns, cells, share_steps(desk.say)
    )


def _periods(desk: Desk, name: str, rows: list[Row]) -> Iterator[Chart]:
    """Each share by period and tier, in the order of time."""
    for measure, of_measure in _measures(desk, rows, "period_tier"):
        if unit_of(measure) != SHARE:
            continue
        ordered = sorted(of_measure, key=lambda row: str(row["group_code"]))[-MOST_BARS:]
        yield _bars(desk, name, f"{measure}-period", ordered, desk.label("measure", measure))


def _times(desk: Desk, name: str, rows: list[Row]) -> Iterator[Chart]:
    """The first count by day, as a line where there are several days."""
    for measure, of_measure in list(_measures(desk, rows, "stock_date"))[:1]:
        days = sorted(row["group_code"] for row in of_measure)
        if len(days) > 1 and unit_of(measure) != SHARE:
            points = [Point(when=row["group_code"], value=row["value"]) for row in of_measure]
            ordered = sorted(points, key=lambda point: point.when)
            what = desk.label("measure", measure)
            told = _of_rows(desk, name, messages.in_time(desk, what, ordered, ""), what, of_measure)
            told = told.model_copy(update={"about": told.about + desk.say("，本年度数据", ", rows of the edition")})
            yield desk.pictures.draw(line, anchor(f"chart-{name}-{measure}-time"), told, ordered)


def _provinces(desk: Desk, name: str, rows: list[Row]) -> Iterator[Chart]:
    """Measures by province on the map of tiles, but for those that are alike everywhere."""
    drawn = 0
    for breakdown in ("province", "unit"):
        for measure, of_measure in _measures(desk, rows, breakdown):
            chart = _map(desk, name, measure, breakdown, of_measure) if drawn < MOST_MAPS else None
            if chart is not None:
                drawn += 1
                yield chart


def _map(desk: Desk, name: str, measure: str, breakdown: str, rows: list[Row]) -> Chart | None:
    places, unit = desk.tables.rows(TILES), unit_of(measure)
    by_code = {row["group_code"]: row for row in rows}
    squares = [_tile(desk, place, by_code.get(place["region_code"]), unit) for place in places]
    values = [tile.value for tile in squares if tile.value is not None]
    steps = steps_of(values, unit, desk.say) if len(values) >= MATRIX_FROM else []
    if not steps:
        return None
    what = desk.label("measure", measure)
    shown = [by_code[place["region_code"]] for place in places if place["region_code"] in by_code]
    told = _of_rows(desk, name, messages.on_map(desk, what, squares, unit), _what(desk, measure, breakdown), shown)
    chart = desk.pictures.draw(tiles, anchor(f"chart-{name}-{measure}-{breakdown}"), told, squares, steps)
    if any(tile.is_thin for tile in squares):
        note = desk.say(f"斜线：分母不足 {FEW}，仅供参考。", f"Hatched: of fewer than {FEW}, which proves little.")
        chart = chart.model_copy(update={"note": note})
    return chart


def _tile(desk: Desk, place: Row, row: Row | None, unit: str) -> Tile:
    value = None if row is None else row["value"]
    below = None if row is None else row["denominator"]
    return Tile(
        row=place["tile_row"],
        column=place["tile_column"],
        mark=desk.say(place["mark_zh"], place["short_name_en"]),
        name=desk.say(place["short_name_zh"], place["short_name_en"]),
        value=value,
        text=tile_text(value, unit),
        is_thin=unit == SHARE and below is not None and below < FEW,
    )


def tile_text(value: float | None, unit: str) -> str:
    """A value as short as a tile wants it; a small share with a decimal, or tiles of other shades would read alike."""
    if value is None or unit != SHARE:
        return written(value, unit)
    return f"{value * 100:.{1 if 0 < value < SMALL_SHARE else 0}f}%"


def official(desk: Desk) -> Iterator[Chart]:
    """The stock of sites and the pass rates as official documents give them, never mixed with rows of the edition.

    What documents of later years say is no part of an edition's page.
    """
    rows = [row for row in desk.tables.rows(SERIES) if row["group_code"] == "all" and is_known_by(desk, row["as_of"])]
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
            what = desk.say(f"官方公布的{name}", f"{name} in official documents")
            days = sorted(point.when for point in points)
            told = words(
                desk,
                messages.in_time(desk, what, points, unit),
                (
                    name,
                    desk.say("单位：%", "unit: %") if unit == SHARE else desk.say("单位：家", "unit: sites"),
                    f"{days[0][:7]}–{days[-1][:7]}",
                    desk.say(f"{len(points)} 个公布值", f"{len(points)} published values"),
                ),
                desk.say(
                    "官方文件，逐条见“官方数列”，不与本年度数据混合",
                    "official documents, each under “Official series”; never mixed with rows of this edition",
                ),
                desk.say("取得方式", "Tier"),
                unit,
            )
            yield desk.pictures.draw(line, f"chart-official-{anchor(code)}", told, points, unit)


def is_known_by(desk: Desk, as_of: str | None) -> bool:
    """Whether a time in words lies no later than the year of the edition."""
    day = day_of(as_of)
    return bool(day) and day <= f"{desk.tables.candidate.edition}-12-31"


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
    what = desk.say("智能问答机器人的准确率", "Share of questions a robot answers right")
    told = words(
        desk,
        messages.of_bins(desk, what, counted, "个机器人", "robots"),
        (
            desk.say("机器人数，按准确率分组", "robots by the share of questions they answer right"),
            desk.say("单位：个", "unit: robots"),
            desk.say(f"{desk.tables.candidate.edition}年度", f"edition {desk.tables.candidate.edition}"),
            f"n = {len(rows):,}",
        ),
        _table_source(desk, desk.say("问答机器人测试", "tests of robots")),
        desk.say("准确率", "Accuracy"),
        "",
    )
    yield desk.pictures.draw(bars, "chart-robot-accuracy", told, counted)
