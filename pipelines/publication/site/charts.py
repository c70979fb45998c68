"""Charts of the site as inline SVG: drawn by Vega-Lite through Altair, legible in Chinese, and read aloud by title.

Here is the look of each kind of chart; what is drawn is chosen in ``pictures``. Sizes and places follow from the data
alone and never from the width of a text, so that a machine with other fonts draws the same.
"""

import json
import math
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Annotated, Any

import altair as alt
import vl_convert
from markupsafe import Markup
from pydantic import BaseModel, PlainSerializer, PlainValidator

from pipelines.publication.site.values import SHARE

FONT = "Noto Sans CJK SC, Source Han Sans SC, PingFang SC, Microsoft YaHei, sans-serif"
# What a picture is drawn in: no machine has a font of this name. Vega then takes the width of a text from the count of
# its characters, alike everywhere, instead of searching the fonts at hand, which took most of the time of drawing.
NO_FONT = "ceping-no-font"
# Pixels of a digit in a label.
DIGIT = 6.7
# Months between two labels of an axis of time, and the most labels it has room for.
TIME_STEPS = (1, 2, 3, 6, 12, 24, 60, 120)
MOST_TIMES = 7
# Lines of the head of a column.
MOST_LINES = 3
INK, SOFT, LINE = "#1d1d1f", "#5f5f66", "#d9d6cf"
SEAL, BLUE, SAND = "#a3201b", "#2b5c8a", "#efe9dc"
SERIES_COLOURS = (SEAL, BLUE, "#8a5a00", "#1f6b3a", "#6b4a8a", "#5f5f66")
UNKNOWN_SHADE = "#f1f0ee"
TILE_SHADES = ("#f6efe4", "#e9c9b4", "#d6967f", "#b95a4a", "#8f1f1b")
WIDTH = 500
LABELS = 176
LONG_LABELS = 190
VALUES = 64
ROW = 28
FEW = 5
# The picture has one name and one description; its parts are not read one by one.
NO_ROLE = re.compile(r' role="graphics-[a-z]+"| aria-roledescription="[a-z ]+"| aria-hidden="true"')
Rows = list[dict[str, Any]]
NO_SIZE = re.compile(r' width="[\d.]+" height="[\d.]+"')


class Chart(BaseModel, frozen=True):
    """A chart with its words for those who do not see it."""

    svg: Annotated[Markup, PlainValidator(Markup), PlainSerializer(str)]
    title: str
    note: str = ""


class Bar(BaseModel, frozen=True):
    """One bar, with its interval where the value is of a sample."""

    label: str
    value: float
    text: str
    low: float | None = None
    high: float | None = None


class Tile(BaseModel, frozen=True):
    """One province on the map of tiles; no value where nothing is known."""

    row: int
    column: int
    mark: str
    value: float | None
    text: str


class Box(BaseModel, frozen=True):
    """The spread of one class: from the 5th to the 95th percentile, its quartiles, its median."""

    label: str
    p05: float
    p25: float
    p50: float
    p75: float
    p95: float
    count: int


class Point(BaseModel, frozen=True):
    """One value of a series in time; ``when`` is an ISO date."""

    when: str
    value: float
    series: str = ""


def bars(name: str, title: str, rows: Sequence[Bar], unit: str = "") -> Chart:
    """Horizontal bars, each with its value, and its interval where it has one."""
    top = 1.0 if unit == SHARE else max((row.high or row.value for row in rows), default=1.0) or 1.0
    data = _data({**row.model_dump(), "label": label} for row, label in zip(rows, _names(rows, LABELS), strict=True))
    base = alt.Chart().encode(y=_places(rows))
    drawn = base.mark_bar(color=SEAL, height=13).encode(x=_amounts("value", top, unit))
    spans = base.mark_rule(color=INK, strokeWidth=1.5).encode(x=_amounts("low", top, unit), x2="high:Q")
    texts = base.mark_text(align="right", fontSize=13, color=INK).encode(x=alt.value(WIDTH - LABELS - 6), text="text:N")
    layers = [drawn, *([spans] if any(row.low is not None for row in rows) else []), texts]
    return _drawn(name, title, data, alt.layer(*layers), len(rows) * ROW, description=_spoken(rows), right=VALUES)


def intervals(name: str, title: str, rows: Sequence[Bar], top: float) -> Chart:
    """Dots with the interval around each, the smallest at the left: ranks and how far they may move."""
    data = _data(
        {**row.model_dump(), "label": label} for row, label in zip(rows, _names(rows, LONG_LABELS), strict=True)
    )
    base = alt.Chart().encode(y=_places(rows, LONG_LABELS))
    axis = alt.Axis(
        grid=True, gridColor=LINE, tickCount=_ticks(top, 6, WIDTH - LONG_LABELS - VALUES), format=",d", domain=False,
        ticks=False, title=None, labelOverlap=False,
    )  # fmt: skip
    scale = alt.Scale(domain=[1, max(top, 2)], nice=False)
    spans = base.mark_rule(color=BLUE, strokeWidth=5, opacity=0.35, strokeCap="round").encode(
        x=alt.X("low:Q", scale=scale, axis=axis), x2="high:Q"
    )
    dots = base.mark_point(color=SEAL, filled=True, size=55, opacity=1).encode(
        x=alt.X("value:Q", scale=scale, axis=axis)
    )
    texts = base.mark_text(align="right", fontSize=13, color=INK).encode(
        x=alt.value(WIDTH - LONG_LABELS - 6), text="text:N"
    )
    return _drawn(
        name, title, data, alt.layer(spans, dots, texts), len(rows) * ROW, description=_spoken(rows), left=LONG_LABELS,
        right=VALUES,
    )  # fmt: skip


def boxes(name: str, title: str, rows: Sequence[Box]) -> Chart:
    """The spread of scores of each class on the scale of 0 to 100."""
    data = _data({**row.model_dump(), "label": label} for row, label in zip(rows, _names(rows, LABELS), strict=True))
    base = alt.Chart().encode(y=_places(rows))
    axis = alt.Axis(grid=True, gridColor=LINE, values=[0, 20, 40, 60, 80, 100], domain=False, ticks=False, title=None)
    scale = alt.Scale(domain=[0, 100])

    def at(field: str) -> alt.X:
        return alt.X(f"{field}:Q", scale=scale, axis=axis)

    spans = base.mark_rule(color=BLUE, strokeWidth=1.5).encode(x=at("p05"), x2="p95:Q")
    middles = base.mark_bar(color=BLUE, opacity=0.35, height=13).encode(x=at("p25"), x2="p75:Q")
    medians = base.mark_tick(color=SEAL, thickness=3, height=17).encode(x=at("p50"))
    spoken = "; ".join(
        f"{row.label} {row.p05:.0f} {row.p25:.0f} {row.p50:.0f} {row.p75:.0f} {row.p95:.0f}" for row in rows
    )
    return _drawn(name, title, data, alt.layer(spans, middles, medians), len(rows) * ROW, description=spoken, right=16)


def histogram(name: str, title: str, counts: Sequence[tuple[float, float, int]]) -> Chart:
    """How many values lie between each pair of bounds."""
    data = _data({"low": low, "high": high, "count": count} for low, high, count in counts)
    x_axis = alt.Axis(grid=False, tickCount=6, domainColor=SOFT, ticks=False, title=None)
    y_axis = alt.Axis(grid=True, gridColor=LINE, tickCount=4, format=",d", domain=False, ticks=False, title=None)
    first, last = (counts[0][0], counts[-1][1]) if counts else (0.0, 1.0)
    drawn = (
        alt.Chart()
        .mark_bar(color=BLUE, stroke="white", strokeWidth=1)
        .encode(
            x=alt.X("low:Q", scale=alt.Scale(domain=[first, last], nice=False), axis=x_axis),
            x2="high:Q",
            y=alt.Y("count:Q", axis=y_axis),
            y2=alt.datum(0),
        )
    )
    spoken = "; ".join(f"{low:g}–{high:g}: {count}" for low, high, count in counts if count)
    return _drawn(name, title, data, drawn, 170, description=spoken, left=52, right=12)


def line(name: str, title: str, points: Sequence[Point], unit: str = "") -> Chart:
    """Values in time, one line per series, each point with its value where there are few."""
    names = list(dict.fromkeys(point.series for point in points))
    data = _data(point.model_dump() for point in points)
    x_axis = alt.Axis(
        grid=False, format="%Y-%m", tickCount=_months([point.when for point in points]), domainColor=SOFT, ticks=True,
        tickColor=SOFT, title=None, labelOverlap=False,
    )  # fmt: skip
    form = ".0%" if unit == SHARE else ",d"
    y_axis = alt.Axis(grid=True, gridColor=LINE, tickCount=5, format=form, domain=False, ticks=False, title=None)
    colour = alt.Color("series:N", scale=alt.Scale(domain=names, range=list(SERIES_COLOURS[: len(names)])), legend=None)
    base = alt.Chart().encode(
        x=alt.X("when:T", axis=x_axis, scale=alt.Scale(type="utc")),
        y=alt.Y("value:Q", axis=y_axis, scale=alt.Scale(zero=unit != SHARE)),
        color=colour,
    )
    spoken = "; ".join(f"{point.series} {point.when} {point.value:g}".strip() for point in points)
    return _drawn(
        name, title, data,
        alt.layer(base.mark_line(strokeWidth=2), base.mark_point(filled=True, size=45, opacity=1)), 220,
        description=spoken, left=62, right=24,
    )  # fmt: skip


def tiles(name: str, title: str, rows: Sequence[Tile]) -> Chart:
    """A map of the provinces as tiles, darker where the value is higher; a dash where nothing is known."""
    side = 44
    known = sorted(row.value for row in rows if row.value is not None)
    shades = [_shade(row.value, known) for row in rows]
    data = _data(
        {**row.model_dump(), "shade": shade, "ink": "#ffffff" if shade in TILE_SHADES[3:] else INK}
        for row, shade in zip(rows, shades, strict=True)
    )
    columns = range(min(row.column for row in rows), 1 + max(row.column for row in rows))
    lines = range(min(row.row for row in rows), 1 + max(row.row for row in rows))
    x = alt.X("column:O", axis=None, scale=alt.Scale(domain=list(columns), padding=0))
    y = alt.Y("row:O", axis=None, scale=alt.Scale(domain=list(lines), padding=0))
    base = alt.Chart().encode(x=x, y=y)
    squares = base.mark_rect(stroke="white", strokeWidth=2, cornerRadius=3).encode(
        color=alt.Color("shade:N", scale=None)
    )
    marks = base.mark_text(fontSize=14, fontWeight=700, dy=-8).encode(
        text="mark:N", color=alt.Color("ink:N", scale=None)
    )
    amounts = base.mark_text(fontSize=11, dy=9).encode(text="text:N", color=alt.Color("ink:N", scale=None))
    return _drawn(
        name, title, data, alt.layer(squares, marks, amounts), len(lines) * side, width=len(columns) * side,
        description="; ".join(f"{row.mark} {row.text}" for row in rows), left=4, right=4, bottom=4,
    )  # fmt: skip


def matrix(
    name: str, title: str, lines: Sequence[str], columns: Sequence[str], cells: dict[tuple[int, int], float]
) -> Chart:
    """Shares by two groupings: a line each of the one, a column each of the other, darker where the share is higher."""
    shown = _cut(lines, LABELS)
    heads = _distinct("|".join(_lines(column, (WIDTH - LABELS - 4) / len(columns) / 6.5)) for column in columns)
    depth = max(head.count("|") for head in heads) + 1
    values = [
        {
            "line": shown[line], "column": heads[column], "text": f"{value * 100:.0f}%",
            "shade": TILE_SHADES[min(int(value * len(TILE_SHADES)), len(TILE_SHADES) - 1)],
            "ink": "#ffffff" if int(value * len(TILE_SHADES)) >= 3 else INK,
        }
        for (line, column), value in cells.items()
    ]  # fmt: skip
    axis: dict[str, Any] = {
        "title": None,
        "domain": False,
        "ticks": False,
        "labelLimit": 0,
        "labelColor": INK,
        "labelOverlap": False,
    }
    x = alt.X(
        "column:N", sort=None, scale=alt.Scale(domain=heads, padding=0),
        axis=alt.Axis(orient="top", labelAngle=0, labelFontSize=12, labelExpr="split(datum.label, '|')",
            labelPadding=15 * (depth - 1) + 4, **axis,
        ),
    )  # fmt: skip
    y = alt.Y(
        "line:N", sort=None, scale=alt.Scale(domain=shown, padding=0),
        axis=alt.Axis(labelFontSize=13, labelPadding=8, **axis),
    )  # fmt: skip
    base = alt.Chart().encode(x=x, y=y)
    squares = base.mark_rect(stroke="white", strokeWidth=2).encode(color=alt.Color("shade:N", scale=None))
    texts = base.mark_text(fontSize=13).encode(text="text:N", color=alt.Color("ink:N", scale=None))
    spoken = "; ".join(f"{lines[line]} · {columns[column]} {value:.0%}" for (line, column), value in cells.items())
    return _drawn(
        name,
        title,
        values,
        alt.layer(squares, texts),
        len(lines) * 34,
        description=spoken,
        right=4,
        top=8 + 15 * depth,
        bottom=4,
    )


def _shade(value: float | None, known: Sequence[float]) -> str:
    """The darker the further up among the others, so that one giant does not make all the rest pale."""
    if value is None:
        return UNKNOWN_SHADE
    if known[0] == known[-1]:
        return TILE_SHADES[2]
    below = bisect_left(known, value)
    return TILE_SHADES[min(below * len(TILE_SHADES) // len(known), len(TILE_SHADES) - 1)]


def _spoken(rows: Sequence[Bar]) -> str:
    return "; ".join(f"{row.label} {row.text}" for row in rows)


def _lines(text: str, most: float) -> list[str]:
    """A text in lines of so many half-width characters; words of letters stay whole where they fit."""
    parts = re.findall(r"[^\W\u2e80-\uffff]+\S*|\S", text.replace("|", "/"))
    lines = [""]
    for part in parts:
        joined = f"{lines[-1]} {part}" if lines[-1] and part.isascii() and lines[-1].isascii() else lines[-1] + part
        if lines[-1] and shortened(joined, most) != joined:
            lines.append(part)
        else:
            lines[-1] = joined
    shown = [shortened(line, most) for line in lines[:MOST_LINES]]
    if len(lines) > MOST_LINES:
        shown[-1] = shortened(f"{shown[-1]}…", most)
    return shown


def _names(rows: Sequence[Bar] | Sequence[Box], width: int) -> list[str]:
    return _cut([row.label for row in rows], width)


def _cut(labels: Sequence[str], width: int) -> list[str]:
    """Labels that fit, by the count of their characters, and that differ."""
    return _distinct(shortened(label, (width - 12) / 6.5) for label in labels)


def _distinct(labels: Iterable[str]) -> list[str]:
    """Labels that differ, by marks nobody sees: the same name twice stays two rows, or two columns."""
    names: list[str] = []
    for label in labels:
        distinct = label
        while distinct in names:
            distinct += "\u200b"
        names.append(distinct)
    return names


def shortened(text: str, most: float) -> str:
    """A text cut after so many half-width characters; Chinese ones count two."""
    room = most
    for place, character in enumerate(text):
        room -= 2 if unicodedata.east_asian_width(character) in "WF" else 1
        if room < 0:
            return text[: max(place - 1, 1)] + "…"
    return text


def _places(rows: Sequence[Bar] | Sequence[Box], width: int = LABELS) -> alt.Y:
    """A row for each, in the given order."""
    axis = alt.Axis(
        title=None, domain=False, ticks=False, labelLimit=0, labelFontSize=13, labelColor=INK,
        labelPadding=8, labelOverlap=False,
    )  # fmt: skip
    return alt.Y("label:N", sort=None, axis=axis, scale=alt.Scale(domain=_names(rows, width), padding=0))


def _amounts(field: str, top: float, unit: str) -> alt.X:
    form = ".0%" if unit == SHARE else ",d" if top >= FEW else ",.1f"
    ticks = _ticks(top, 4, WIDTH - LABELS - VALUES)
    places: dict[str, Any] = {"values": [0, 0.25, 0.5, 0.75, 1]} if unit == SHARE else {"tickCount": ticks}
    axis = alt.Axis(
        grid=True, gridColor=LINE, format=form, domain=False, ticks=False, title=None, labelOverlap=False, **places
    )
    return alt.X(f"{field}:Q", scale=alt.Scale(domain=[0, top], nice=False), axis=axis)


def _ticks(top: float, usual: int, width: int) -> int:
    """How many ticks to ask Vega for, so that no label covers another: fewer where numbers are long.

    It answers with round steps: 1, 2, 5 or 10 times a power of ten, whichever is nearest by proportion.
    """
    for count in range(usual, 1, -1):
        power = 10.0 ** math.floor(math.log10(top / count))
        error = top / count / power
        step = power * (10 if error >= 50**0.5 else 5 if error >= 10**0.5 else 2 if error >= 2**0.5 else 1)
        if len(f"{top:,.0f}") * DIGIT <= width * step / top:
            return count
    return 1


def _months(days: Sequence[str]) -> alt.TimeIntervalStep:
    """The shortest steps in time in which so few labels stand that none covers another."""
    first, last = (int(day[:4]) * 12 + int(day[5:7]) for day in (min(days), max(days)))
    fitting = (step for step in TIME_STEPS if (last - first) / step <= MOST_TIMES)
    months = next(fitting, TIME_STEPS[-1])
    in_years = months % 12 == 0
    return alt.TimeIntervalStep(interval="year" if in_years else "month", step=months // 12 if in_years else months)


def _data(rows: Iterable[dict[str, Any]]) -> Rows:
    return list(rows)


def _drawn(
    name: str, title: str, data: Rows, chart: Any, height: int, *, description: str, width: int | None = None,
    left: int = LABELS, right: int, top: int = 6, bottom: int = 26,
) -> Chart:  # fmt: skip
    """Draw, and give the picture a name and a description instead of a size."""
    inner = width if width is not None else WIDTH - left - right
    spec = (
        chart.properties(
            width=inner, height=height, padding={"left": left, "right": right, "top": top, "bottom": bottom}
        )
        .properties(autosize=alt.AutoSizeParams(type="none"))
        .configure(aria=False, background="transparent", font=NO_FONT)
        .configure_view(stroke=None)
        .configure_axis(labelFontSize=12, labelColor=SOFT, labelFont=NO_FONT, minExtent=0, maxExtent=0)
        .configure_text(font=NO_FONT)
    )
    # Rows are put in last: Altair copies them with every step. A layer that names its own data, as Altair
    # lets a chart without rows do, would not see them.
    told_so_far = spec.to_dict(validate=False)
    for layer in told_so_far.get("layer", []):
        layer.pop("data", None)
    drawing = {**told_so_far, "data": {"values": data}}
    svg = _svg(json.dumps(drawing, sort_keys=True))
    head = Markup('<svg role="img" aria-labelledby="{0}-title" aria-describedby="{0}-desc" ').format(name)
    words = Markup('<title id="{0}-title">{1}</title><desc id="{0}-desc">{2}</desc>').format(name, title, description)
    opening, rest = svg.split(">", 1)
    marked = Markup(opening.replace("<svg ", str(head), 1) + ">") + words + Markup(rest)  # noqa: S704 - drawn here, its texts escaped by Vega
    return Chart(svg=marked, title=title)


@lru_cache(maxsize=256)
def _svg(spec: str) -> str:
    """The picture of a specification; both languages share those that have no words."""
    drawn = NO_ROLE.sub("", NO_SIZE.sub("", vl_convert.vegalite_to_svg(spec), count=1))
    return drawn.replace(NO_FONT, FONT)
