"""Every figure of the bulletin: what the rows give, what was printed, and whether the two agree."""

from collections.abc import Iterator
from itertools import groupby

from pydantic import BaseModel

from pipelines.foundation.sql import Row
from pipelines.publication.site.links import PROVENANCE_FOLDER, anchor
from pipelines.publication.site.page import Desk, Page
from pipelines.publication.site.values import NOTHING, SHARE, printed, written

PAGE = "figures.html"
FIGURES = "trends.figure"
# These stand after the number they qualify; the others before it.
TRAILING_QUALIFIERS = {"余", "约数"}


class Figure(BaseModel, frozen=True):
    """One figure as its line shows it."""

    anchor: str
    name: str
    definition: str
    as_of: str
    note: str
    computed: str
    unit: str
    counts: str
    published: str
    verdict: str
    verdict_text: str
    detail: str
    cell: str
    provenance: str
    is_synthetic: bool


class Part(BaseModel, frozen=True):
    """The figures of one trend."""

    number: int
    title: str
    figures: tuple[Figure, ...]


def build(desk: Desk) -> Iterator[Page]:
    """The page of figures, where there are any."""
    if not desk.tables.has(FIGURES):
        return
    desk = desk.at(PAGE)
    yield Page(
        path=PAGE, template="figures.html", title=desk.say("数字核对", "Figures reconciled"), section=PAGE,
        context=lambda: {"parts": list(parts(desk))},
    )  # fmt: skip


def parts(desk: Desk) -> Iterator[Part]:
    """The figures trend by trend, in the order of the bulletin."""
    ordered = sorted(desk.tables.of_edition(FIGURES), key=lambda row: (row["trend"], row["figure_order"]))
    for number, rows in groupby(ordered, key=lambda row: int(row["trend"])):
        yield Part(
            number=number, title=desk.label("trend", str(number)), figures=tuple(line(desk, row) for row in rows)
        )


def line(desk: Desk, row: Row) -> Figure:
    """One figure in the language of the page."""
    unit = row["unit"]
    is_share = unit == SHARE
    link = desk.links.figure(row["figure_id"])
    return Figure(
        anchor=anchor(row["figure_id"]),
        name=desk.say(row["name_zh"], row["name_en"]),
        definition=desk.say(
            _ratio(row["numerator_text_zh"], row["denominator_text_zh"]),
            _ratio(row["numerator_text"], row["denominator_text"]),
        ),
        as_of=str(row["as_of"] or ""),
        note=desk.say(row["note_zh"] or "", row["note"] or ""),
        computed=written(row["computed"], unit),
        unit="" if is_share or row["computed"] is None else _unit(desk, row["computed"], unit),
        counts=_counts(desk, row, is_share),
        published=_published(desk, row, unit),
        verdict=row["verdict"],
        verdict_text=desk.label("verdict", row["verdict"]),
        detail=_detail(desk, row, is_share),
        cell=_cell(row),
        provenance=link if PROVENANCE_FOLDER in link else "",
        is_synthetic=bool(row["is_synthetic"]),
    )


def _unit(desk: Desk, value: float, unit: str) -> str:
    """The unit of so many: one site, two sites."""
    kind = "unit_one" if value == 1 and desk.tables.labels.has("unit_one", unit) else "unit"
    return desk.label(kind, unit)


def _ratio(numerator: str | None, denominator: str | None) -> str:
    return " ÷ ".join(text for text in (numerator, denominator) if text)


def _cell(row: Row) -> str:
    """The cell a figure is looked up in, as a query writes it."""
    if not row.get("trend_table"):
        return ""
    where = " and ".join(f"{name} = '{row[name]}'" for name in ("measure", "breakdown", "group_code"))
    return f"select * from trends.{row['trend_table']} where {where}"


def _counts(desk: Desk, row: Row, is_share: bool) -> str:
    """What a share was divided from, and out of how many a count was counted."""
    if row["numerator"] is None or row["denominator"] is None:
        return ""
    if is_share:
        return f"{row['numerator']:,} ÷ {row['denominator']:,}"
    return desk.say(f"共 {row['denominator']:,}", f"of {row['denominator']:,}")


def _published(desk: Desk, row: Row, unit: str) -> str:
    """The printed value with its qualifier, as the bulletin writes it: 近 80%, nearly 80%."""
    if row["published"] is None:
        return NOTHING
    value = printed(row["published"], unit)
    qualifier = row["qualifier"]
    if qualifier in (None, "", "="):
        return value
    named = desk.label("qualifier", qualifier)
    if qualifier in TRAILING_QUALIFIERS:
        return desk.say(f"{value}（{qualifier}）", f"{value} ({named})")
    return desk.say(f"{qualifier} {value}", f"{named} {value}")


def _detail(desk: Desk, row: Row, is_share: bool) -> str:
    """What was made of the verdict, and how much of what it is of a crawl saw."""
    told = [_about_verdict(desk, row, is_share)]
    if row.get("crawled_share") is not None:
        seen = f"{row['crawled_share'] * 100:.1f}%"
        told.append(desk.say(f"抓取覆盖 {seen}", f"the crawl saw {seen}"))
    return desk.say("；", "; ").join(text for text in told if text)


def _about_verdict(desk: Desk, row: Row, is_share: bool) -> str:
    """What it was held against, by how much a figure differs, or for want of what it is not computable."""
    if row["verdict"] == "agrees" and row.get("evidence_kind"):
        held_against = desk.label("evidence_kind", row["evidence_kind"])
        loose = desk.say("，属实而不准确", ", true and not precise") if row.get("is_precise") is False else ""
        return f"{desk.say('据', 'by ')}{held_against}{loose}"
    if row["verdict"] == "differs" and row["difference"] is not None:
        if is_share:
            points = f"{row['difference'] * 100:+.1f}"
            return desk.say(f"相差 {points} 个百分点", f"by {points} percentage points")
        amount = f"{row['difference']:+,.0f}"
        return desk.say(f"相差 {amount}", f"by {amount}")
    if row["verdict"] == "not_computable" and row["missing_input"]:
        return _missing(desk, row["missing_input"])
    return ""


def _missing(desk: Desk, missing_input: str) -> str:
    """A reason in words of its own, or the sources of which no row was loaded."""
    if desk.tables.labels.has("missing_input", missing_input):
        return desk.label("missing_input", missing_input)
    names = [desk.label("source", source) for source in missing_input.split(", ")]
    return desk.say(f"缺少{'、'.join(names)}", f"missing {', '.join(names)}")
