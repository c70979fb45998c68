"""Charts of the site as inline SVG: drawn by Vega-Lite through Altair, legible in Chinese, and read aloud by title.

Here is the look of each kind of chart; what is drawn is chosen in ``pictures``, and what is said of it in ``messages``.
Sizes and places follow from the data alone and never from the width of a text, so that a machine with other fonts draws
the same. A chart keeps its specification, by which a page draws it anew under the pointer and for those who save it.
"""

import json
import math
import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Annotated, Any, Literal

import altair as alt
import vl_convert
from markupsafe import Markup
from pydantic import BaseModel, PlainSerializer, PlainValidator

from pipelines.publication.site.scales import Step, step_of
from pipelines.publication.site.values import SHARE, distinct, written

FONT = "Noto Sans CJK SC, Source Han Sans SC, PingFang SC, Microsoft YaHei, sans-serif"
# What a picture is drawn in: no machine has a font of this name. Vega then takes the width of a text from the count of
# its characters, alike everywhere, instead of searching the fonts at hand, which took most of the time of drawing.
NO_FONT = "ceping-no-font"
# Pixels of a digit in a label.
DIGIT = 6.7
# Months between two labels of an axis of time, and the most labels it has room for.
TIME_STEPS = (1, 2, 3, 6, 12, 24, 60, 120)
MOST_TIMES = 7
# Lines of a label.
MOST_LINES = 3
LINE_HEIGHT = 15
INK, SOFT, LINE = "#1d1d1f", "#5f5f66", "#d9d6cf"
SEAL, BLUE, SAND = "#a3201b", "#2b5c8a", "#efe9dc"
# Light enough for a dot upon it to be seen, dark enough to be seen on paper.
SPAN = "#6a8fb9"
SERIES_COLOURS = (SEAL, BLUE, "#8a5a00", "#1f6b3a", "#6b4a8a", "#5f5f66")
WHITE = "#ffffff"
DARK_SHADES = ("#b95a4a", "#8f1f1b")
# Strokes over a square, for values of few.
HATCH = "M-1,-.4L-.4,-1M-1,.2L.2,-1M-1,.8L.8,-1M-.8,1L1,-.8M-.2,1L1,-.2M.4,1L1,.4"
WIDTH = 500
LABELS = 190
VALUES = 64
ROW = 28
TILE = (61, 46)
LEGEND = 34
# The lines of a matrix take less of it, so that its heads have room for the words they are broken between.
LINES = 140
MOST_HEAD_LINES = 5
FEW = 5
# The picture has one name and one description; its parts are not read one by one.
NO_ROLE = re.compile(r' role="graphics-[a-z]+"| aria-roledescription="[a-z ]+"| aria-hidden="true"')
# A label of several lines stands around the middle of its row and not below it.
CENTRED: Any = {
    "condition": [
        {"test": f"length(split(datum.label, '|')) === {count}", "value": -LINE_HEIGHT * (count - 1) / 2}
        for count in range(2, MOST_LINES + 1)
    ],
    "value": 0,
}
Rows = list[dict[str, Any]]
NO_SIZE = re.compile(r' width="[\d.]+" height="[\d.]+"')


class Words(BaseModel, frozen=True):
    """What is written about a chart: what it says, what it shows of whom, where it is from; and heads of its values."""

    message: str
    about: str = ""
    source: str = ""
    group: str = ""
    value: str = ""
    language: Literal["zh", "en"] = "zh"

    def say(self, zh: str, en: str) -> str:
        """A word of the chart itself."""
        return zh if self.language == "zh" else en


class Chart(BaseModel, frozen=True):
    """A chart with its words, those for people who do not see it included, and the specification it was drawn by."""

    name: str
    svg: Annotated[Markup, PlainValidator(Markup), PlainSerializer(str)]
    words: Words
    spec: str
    note: str = ""


class Bar(BaseModel, frozen=True):
    """One bar, with its interval where the value is of a sample."""

    label: str
    value: float
    text: str
    low: float | None = None
    high: float | None = None


class Tile(BaseModel, frozen=True):
    """One province on the map of tiles; no value where nothing is known, ``is_thin`` where it is of few."""

    row: int
    column: int
    mark: str
    name: str
    value: float | None
    text: str
    is_thin: bool = False


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


def bars(name: str, words: Words, rows: Sequence[Bar], unit: str = "") -> Chart:
    """Horizontal bars, each with its value, and its interval where it has one."""
    top = 1.0 if unit == SHARE else max((row.high or row.value for row in rows), default=1.0) or 1.0
    has_spans = any(row.low is not None for row in rows)
    base = alt.Chart().encode(y=_places(rows), tooltip="tip:N")
    drawn = base.mark_bar(color=SEAL, height=13).encode(x=_amounts("value", top, unit))
    spans = base.mark_rule(color=INK, strokeWidth=1.5).encode(x=_amounts("low", top, unit), x2="high:Q")
    texts = base.mark_text(align="right", fontSize=13, color=INK).encode(x=alt.value(WIDTH - LABELS - 6), text="text:N")
    layers = [drawn, *([spans] if has_spans else []), texts]
    return _drawn(
        name, words, _bar_data(rows, unit), alt.layer(*layers), _height(rows), description=_spoken(rows), right=VALUES,
        columns=_bar_columns(words, has_spans=has_spans),
    )  # fmt: skip


def intervals(name: str, words: Words, rows: Sequence[Bar], top: float) -> Chart:
    """Dots with the interval around each, the smallest at the left: ranks and how far they may move."""
    base = alt.Chart().encode(y=_places(rows), tooltip="tip:N")
    axis = alt.Axis(
        grid=True, gridColor=LINE, tickCount=_ticks(top, 6, WIDTH - LABELS - VALUES), format=",d", domain=False,
        ticks=False, title=None, labelOverlap=False,
    )  # fmt: skip
    scale = alt.Scale(domain=[1, max(top, 2)], nice=False)
    spans = base.mark_rule(color=SPAN, strokeWidth=5, strokeCap="round").encode(
        x=alt.X("low:Q", scale=scale, axis=axis), x2="high:Q"
    )
    dots = base.mark_point(color=SEAL, filled=True, size=55, opacity=1).encode(
        x=alt.X("value:Q", scale=scale, axis=axis)
    )
    texts = base.mark_text(align="right", fontSize=13, color=INK).encode(x=alt.value(WIDTH - LABELS - 6), text="text:N")
    return _drawn(
        name, words, _bar_data(rows, ""), alt.layer(spans, dots, texts), _height(rows), description=_spoken(rows),
        right=VALUES, columns=_bar_columns(words, has_spans=True),
    )  # fmt: skip


def boxes(name: str, words: Words, rows: Sequence[Box]) -> Chart:
    """The spread of scores of each class on the scale of 0 to 100."""
    data = [
        {
            **row.model_dump(), "name": row.label, "label": label,
            "tip": f"{row.label}: {row.p05:.1f} · {row.p25:.1f} · {row.p50:.1f} · {row.p75:.1f} · {row.p95:.1f}",
        }
        for row, label in zip(rows, _names(rows), strict=True)
    ]  # fmt: skip
    base = alt.Chart().encode(y=_places(rows), tooltip="tip:N")
    axis = alt.Axis(grid=True, gridColor=LINE, values=[0, 20, 40, 60, 80, 100], domain=False, ticks=False, title=None)
    scale = alt.Scale(domain=[0, 100])

    def at(field: str) -> alt.X:
        return alt.X(f"{field}:Q", scale=scale, axis=axis)

    spans = base.mark_rule(color=BLUE, strokeWidth=1.5).encode(x=at("p05"), x2="p95:Q")
    middles = base.mark_bar(color=SPAN, height=13).encode(x=at("p25"), x2="p75:Q")
    medians = base.mark_tick(color=SEAL, thickness=3, height=17).encode(x=at("p50"))
    spoken = "; ".join(
        f"{row.label} {row.p05:.0f} {row.p25:.0f} {row.p50:.0f} {row.p75:.0f} {row.p95:.0f}" for row in rows
    )
    columns = {"name": words.group, "count": words.say("对象数", "Subjects")}
    columns |= {key: f"{int(key[1:])}%" for key in ("p05", "p25", "p50", "p75", "p95")}
    return _drawn(
        name, words, data, alt.layer(spans, middles, medians), _height(rows), description=spoken, right=16,
        columns=columns,
    )  # fmt: skip


def histogram(name: str, words: Words, counts: Sequence[tuple[float, float, int]]) -> Chart:
    """How many values lie between each pair of bounds."""
    data = [
        {"low": low, "high": high, "count": count, "tip": f"{low:g}–{high:g}: {count:,}"} for low, high, count in counts
    ]
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
            tooltip="tip:N",
        )
    )
    spoken = "; ".join(f"{low:g}–{high:g}: {count}" for low, high, count in counts if count)
    columns = {"low": words.say("下限", "From"), "high": words.say("上限", "To"), "count": words.value}
    return _drawn(name, words, data, drawn, 170, description=spoken, left=52, right=12, columns=columns)


def line(name: str, words: Words, points: Sequence[Point], unit: str = "") -> Chart:
    """Values in time, one line per series; the first and the last point of each with its value."""
    names = list(dict.fromkeys(point.series for point in points))
    firsts, lasts = ({(of[end].when, of[end].series) for of in _by_series(points)} for end in (0, -1))
    data = [
        {
            **point.model_dump(), "tip": f"{point.series} {point.when}: {written(point.value, unit)}".strip(),
            "first": written(point.value, unit) if (point.when, point.series) in firsts else "",
            "last": written(point.value, unit) if (point.when, point.series) in lasts else "",
        }
        for point in points
    ]  # fmt: skip
    x_axis = alt.Axis(
        grid=False, format="%Y-%m", tickCount=_months([point.when for point in points]), domainColor=SOFT, ticks=True,
        tickColor=SOFT, title=None, labelOverlap=False,
    )  # fmt: skip
    form = ".0%" if unit == SHARE else ",d"
    y_axis = alt.Axis(grid=True, gridColor=LINE, tickCount=5, format=form, domain=False, ticks=False, title=None)
    is_one = len(names) == 1
    colour = alt.Color(
        "series:N", scale=alt.Scale(domain=names, range=list(SERIES_COLOURS[: len(names)])),
        legend=None if is_one else _legend("stroke", -50, -22 - LEGEND),
    )  # fmt: skip
    base = alt.Chart().encode(
        x=alt.X("when:T", axis=x_axis, scale=alt.Scale(type="utc")),
        y=alt.Y("value:Q", axis=y_axis, scale=alt.Scale(zero=unit != SHARE)),
        color=colour,
        tooltip="tip:N",
    )
    spoken = "; ".join(f"{point.series} {point.when} {point.value:g}".strip() for point in points)
    first = base.mark_text(fontSize=12, dy=-11, dx=4, align="left").encode(text="first:N")
    last = base.mark_text(fontSize=12, dy=-11, dx=4, align="right").encode(text="last:N")
    columns = {"when": words.say("时点", "As of"), "value": words.value}
    return _drawn(
        name, words, data,
        alt.layer(base.mark_line(strokeWidth=2), base.mark_point(filled=True, size=45, opacity=1), first, last), 220,
        description=spoken, left=62, right=34, top=22 if is_one else 22 + LEGEND,
        columns=columns if is_one else {"series": words.group, **columns},
    )  # fmt: skip


def tiles(name: str, words: Words, rows: Sequence[Tile], steps: Sequence[Step]) -> Chart:
    """A map of the provinces as tiles in the shades of ``steps``, hatched where a value is of few."""
    width, height = TILE
    named = [step_of(row.value, steps) for row in rows]
    data = [
        {
            **row.model_dump(), "class": step.label, "ink": WHITE if step.shade in DARK_SHADES else INK,
            "mark": "|".join(_lines(row.mark, width / 5)), "tip": f"{row.name}: {row.text}",
        }
        for row, step in zip(rows, named, strict=True)
    ]  # fmt: skip
    used = [step for step in steps if step in named]
    columns = range(min(row.column for row in rows), 1 + max(row.column for row in rows))
    lines = range(min(row.row for row in rows), 1 + max(row.row for row in rows))
    x = alt.X("column:O", axis=None, scale=alt.Scale(domain=list(columns), padding=0))
    y = alt.Y("row:O", axis=None, scale=alt.Scale(domain=list(lines), padding=0))
    colour = alt.Color(
        "class:N", scale=alt.Scale(domain=[step.label for step in used], range=[step.shade for step in used]),
        legend=_legend("square", 0, len(lines) * height + 10),
    )  # fmt: skip
    base = alt.Chart().encode(x=x, y=y, tooltip="tip:N")
    ink = alt.Color("ink:N", scale=None)
    squares = base.mark_rect(stroke="white", strokeWidth=2, cornerRadius=3).encode(color=colour)
    hatched = (
        base.transform_filter("datum.is_thin")
        .mark_point(shape=HATCH, size=(height - 4) ** 2, strokeWidth=1, opacity=0.6, filled=False)
        .encode(stroke=ink)
    )
    is_long = any(len(row.mark) > 3 for row in rows)
    marks = base.mark_text(
        fontSize=9.5 if is_long else 14, fontWeight=700, dy=-9, lineBreak="|", lineHeight=10, baseline="middle"
    ).encode(text="mark:N", color=ink)
    amounts = base.mark_text(fontSize=11, dy=13 if is_long else 10).encode(text="text:N", color=ink)
    layers = [squares, *([hatched] if any(row.is_thin for row in rows) else []), marks, amounts]
    return _drawn(
        name, words, data, alt.layer(*layers), len(lines) * height, width=len(columns) * width,
        description="; ".join(f"{row.name} {row.text}" for row in rows), left=4, right=4, bottom=LEGEND,
        columns={"name": words.group, "value": words.value},
    )  # fmt: skip


def matrix(
    name: str,
    words: Words,
    lines: Sequence[str],
    columns: Sequence[str],
    cells: dict[tuple[int, int], float],
    steps: Sequence[Step],
) -> Chart:
    """Shares by two groupings: a line each of the one, a column each of the other, darker where the share is higher."""
    shown = _wrapped(lines, LINES)
    room = (WIDTH - LINES - 4) / len(columns) / 6.2
    heads = distinct("|".join(_lines(column, room, MOST_HEAD_LINES)) for column in columns)
    depth = max(head.count("|") for head in heads) + 1
    values = [
        {
            "line": shown[line], "column": heads[column], "text": f"{value * 100:.0f}%", "value": value,
            "row_name": lines[line], "column_name": columns[column], "class": step.label,
            "ink": WHITE if step.shade in DARK_SHADES else INK,
            "tip": f"{lines[line]} · {columns[column]}: {written(value, SHARE)}",
        }
        for (line, column), value in cells.items()
        if (step := step_of(value, steps))
    ]  # fmt: skip
    used = [step for step in steps if any(value["class"] == step.label for value in values)]
    axis: dict[str, Any] = {
        "title": None,
        "domain": False,
        "ticks": False,
        "labelLimit": 0,
        "labelColor": INK,
        "labelOverlap": False,
        "labelLineHeight": LINE_HEIGHT,
        "labelExpr": "split(datum.label, '|')",
    }
    x = alt.X(
        "column:N", sort=None, scale=alt.Scale(domain=heads, padding=0),
        axis=alt.Axis(
            orient="top", labelAngle=0, labelFontSize=11.5, labelPadding=LINE_HEIGHT * (depth - 1) + 4, **axis
        ),
    )  # fmt: skip
    y = alt.Y(
        "line:N", sort=None, scale=alt.Scale(domain=shown, padding=0),
        axis=alt.Axis(labelFontSize=13, labelPadding=8, labelBaseline="middle", labelOffset=CENTRED, **axis),
    )  # fmt: skip
    colour = alt.Color(
        "class:N", scale=alt.Scale(domain=[step.label for step in used], range=[step.shade for step in used]),
        legend=_legend("square", 12 - LINES, len(lines) * 36 + 10),
    )  # fmt: skip
    base = alt.Chart().encode(x=x, y=y, tooltip="tip:N")
    squares = base.mark_rect(stroke="white", strokeWidth=2).encode(color=colour)
    texts = base.mark_text(fontSize=13).encode(text="text:N", color=alt.Color("ink:N", scale=None))
    spoken = "; ".join(f"{lines[line]} · {columns[column]} {value:.0%}" for (line, column), value in cells.items())
    return _drawn(
        name, words, values, alt.layer(squares, texts), len(lines) * 36, description=spoken, left=LINES, right=4,
        top=8 + LINE_HEIGHT * depth, bottom=LEGEND,
        columns={"row_name": words.say("指标", "Measure"), "column_name": words.group, "value": words.value},
    )  # fmt: skip


def _legend(symbol: str, left: int, top: int) -> alt.Legend:
    """A legend in a row, whose corner stands at a place of the plot."""
    return alt.Legend(
        orient="none", legendX=left, legendY=top, direction="horizontal", title=None, symbolType=symbol,
        symbolSize=160, symbolStrokeWidth=2, labelFontSize=12, labelColor=INK, labelFont=NO_FONT, labelLimit=0,
        columns=0, columnPadding=10,
    )  # fmt: skip


def _by_series(points: Sequence[Point]) -> list[list[Point]]:
    """The points of each series in the order of time."""
    names = dict.fromkeys(point.series for point in points)
    return [sorted((p for p in points if p.series == name), key=lambda point: point.when) for name in names]


def _bar_data(rows: Sequence[Bar], unit: str) -> Rows:
    data = []
    for row, label in zip(rows, _names(rows), strict=True):
        tip = f"{row.label}: {row.text}"
        if row.low is not None and row.high is not None and row.text != f"{row.low:.0f}–{row.high:.0f}":
            tip += f" ({written(row.low, unit)}–{written(row.high, unit)})"
        data.append({**row.model_dump(), "name": row.label, "label": label, "tip": tip})
    return data


def _bar_columns(words: Words, *, has_spans: bool) -> dict[str, str]:
    columns = {"name": words.group, "value": words.value}
    return columns | {"low": words.say("下限", "Low"), "high": words.say("上限", "High")} if has_spans else columns


def _height(rows: Sequence[Bar] | Sequence[Box]) -> int:
    """Room for a line each, and more where a label takes several."""
    deepest = max((name.count("|") for name in _names(rows)), default=0)
    return len(rows) * (ROW + deepest * 8)


def _spoken(rows: Sequence[Bar]) -> str:
    return "; ".join(f"{row.label} {row.text}" for row in rows)


def _lines(text: str, most: float, most_lines: int = MOST_LINES) -> list[str]:
    """A text in lines of so many half-width characters, about alike in length; words of letters stay whole."""
    parts = re.findall(r"(?:[^\W\u2e80-\uffff]+[^\s\u2e80-\uffff]*|\S)\s*", text.replace("|", "/"))
    count = max(math.ceil(_room(text) / most), 1)
    even = (
        max(math.ceil(_room(text) / count), *(min(_room(part.strip()), most) for part in parts), 1) if parts else most
    )
    lines = _filled(parts, even)
    if len(lines) > count:
        lines = _filled(parts, most)
    shown = [shortened(line, most) for line in lines[:most_lines]]
    if len(lines) > most_lines:
        shown[-1] = shortened(f"{shown[-1]}…", most)
    return shown


def _filled(parts: Sequence[str], most: float) -> list[str]:
    """Parts of a text put into lines, a new one where the next does not fit."""
    lines = [""]
    for part in parts:
        if lines[-1] and _room((lines[-1] + part).strip()) > most:
            lines.append(part)
        else:
            lines[-1] += part
    return [line.strip() for line in lines]


def _room(text: str) -> int:
    """The width of a text in half-width characters; Chinese ones count two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def _names(rows: Sequence[Bar] | Sequence[Box]) -> list[str]:
    return _wrapped([row.label for row in rows])


def _wrapped(labels: Sequence[str], width: int = LABELS) -> list[str]:
    """Labels at the left in as many lines as they take, by the count of their characters, and that differ."""
    return distinct("|".join(_lines(label, (width - 12) / 6.5)) for label in labels)


def shortened(text: str, most: float) -> str:
    """A text cut after so many half-width characters; Chinese ones count two."""
    room = most
    for place, character in enumerate(text):
        room -= _room(character)
        if room < 0:
            return text[: max(place - 1, 1)] + "…"
    return text


def _places(rows: Sequence[Bar] | Sequence[Box]) -> alt.Y:
    """A row for each, in the given order."""
    axis = alt.Axis(
        title=None, domain=False, ticks=False, labelLimit=0, labelFontSize=13, labelColor=INK,
        labelPadding=8, labelOverlap=False, labelBaseline="middle", labelLineHeight=LINE_HEIGHT,
        labelOffset=CENTRED, labelExpr="split(datum.label, '|')",
    )  # fmt: skip
    return alt.Y("label:N", sort=None, axis=axis, scale=alt.Scale(domain=_names(rows), padding=0))


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


def _drawn(
    name: str, words: Words, data: Rows, chart: Any, height: int, *, description: str, columns: dict[str, str],
    width: int | None = None, left: int = LABELS, right: int, top: int = 6, bottom: int = 26,
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
    text = json.dumps(drawing, sort_keys=True)
    svg = _svg(text)
    head = Markup('<svg role="img" aria-labelledby="{0}-title" aria-describedby="{0}-desc" ').format(name)
    told = Markup('<title id="{0}-title">{1}</title><desc id="{0}-desc">{2}</desc>').format(
        name, words.message, description
    )
    opening, rest = svg.split(">", 1)
    marked = Markup(opening.replace("<svg ", str(head), 1) + ">") + told + Markup(rest)  # noqa: S704 - drawn here, its texts escaped by Vega
    kept = {**drawing, "usermeta": {"columns": columns}}
    spec_text = json.dumps(kept, ensure_ascii=False, separators=(",", ":")).replace(NO_FONT, FONT)
    return Chart(name=name, svg=marked, words=words, spec=spec_text)


@lru_cache(maxsize=256)
def _svg(spec: str) -> str:
    """The picture of a specification; both languages share those that have no words."""
    drawn = NO_ROLE.sub("", NO_SIZE.sub("", vl_convert.vegalite_to_svg(spec), count=1))
    return drawn.replace(NO_FONT, FONT)
