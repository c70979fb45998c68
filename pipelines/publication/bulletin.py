"""The bulletin: the page of a release that anyone reads, Chinese first with the English beside it.

Belongs here: which published rows the page shows and how values are written. Does not belong here: any rule. Every
number stands in a published table; what a table lacks is left out. Text from data is escaped by the template engine.
"""

from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic import BaseModel, ConfigDict

from pipelines.candidate import Candidate
from pipelines.publication.labels import Bilingual, Labels
from pipelines.publication.manifest import is_synthetic
from pipelines.publication.snapshot import STORAGE_VERSION, split_description
from pipelines.verdict import Verdict

Row = dict[str, Any]

TEMPLATES_DIR = Path(__file__).parent / "templates"
MAX_ROWS = 40
NOTHING = "—"
NO_TEXT = Bilingual(zh="", en="")
FIGURES = "trends.figure"
BALANCE = "audit.row_balance"
SUMMARIES = (
    "trends.trend_2_site_stock",
    "trends.trend_2_site_inspection",
    "trends.trend_3_platform_coverage",
    "trends.trend_4_channel_fusion",
)

# These stand after the number they qualify; the others before it.
TRAILING_QUALIFIERS = {"余", "约数"}


class FigureLine(BaseModel):
    """One figure as the page shows it."""

    model_config = ConfigDict(frozen=True)

    name: Bilingual
    definition: Bilingual
    as_of: str
    note: Bilingual
    computed: str
    unit: Bilingual
    counts: Bilingual
    published: Bilingual
    verdict: str
    verdict_text: Bilingual
    detail: Bilingual
    is_synthetic: bool


class Section(BaseModel):
    """The figures of one trend."""

    model_config = ConfigDict(frozen=True)

    trend: int
    title: Bilingual
    figures: tuple[FigureLine, ...]


class SummaryLine(BaseModel):
    """One group of a summary table."""

    model_config = ConfigDict(frozen=True)

    group: Bilingual
    numerator: str
    denominator: str
    value: str


class Summary(BaseModel):
    """One measure by one breakdown."""

    model_config = ConfigDict(frozen=True)

    table: str
    title: Bilingual
    lines: tuple[SummaryLine, ...]
    hidden_count: int
    has_denominator: bool
    is_synthetic: bool


class SummaryTable(BaseModel):
    """The summaries drawn from one published table."""

    model_config = ConfigDict(frozen=True)

    name: str
    title: Bilingual
    summaries: tuple[Summary, ...]


class Delivery(BaseModel):
    """Files and rows of one source."""

    model_config = ConfigDict(frozen=True)

    source: Bilingual
    file_count: str
    rows_read: str
    rows_quarantined: str
    rows_loaded: str
    is_balanced: bool


def render_bulletin(
    connection: duckdb.DuckDBPyConnection, candidate: Candidate, verdict: Verdict, release_id: str, code_version: str
) -> str:
    """Render the page of a release from its own database; the same release gives the same page."""
    published = {table.full_name: table for table in candidate.tables}
    labels = Labels.read(connection, candidate)
    figures = _rows(connection, FIGURES) if FIGURES in published else []
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES_DIR), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    page = environment.get_template("bulletin.html").render(
        edition=candidate.edition,
        title=_edition_name(candidate.edition, labels),
        is_synthetic=is_synthetic(connection, candidate),
        sections=_sections(figures, labels),
        summary_tables=[
            _summary_table(_rows(connection, name), name, published[name].description, labels)
            for name in SUMMARIES
            if name in published
        ],
        deliveries=_deliveries(_rows(connection, BALANCE), labels) if BALANCE in published else [],
        has_figures=FIGURES in published,
        warning_count=len(verdict.warnings),
        release_id=release_id,
        candidate_hash=candidate.content_hash,
        code_version=code_version,
        database=f"ceping-{candidate.edition}.duckdb",
        storage_version=STORAGE_VERSION.removeprefix("v").removesuffix(".0"),
        table_count=len(candidate.tables),
    )
    return page.rstrip() + "\n"


def _rows(connection: duckdb.DuckDBPyConnection, table: str) -> list[Row]:
    cursor = connection.execute(f"select * from {table}")
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _edition_name(edition: int, labels: Labels) -> Bilingual:
    if labels.has("edition", str(edition)):
        return labels.name("edition", str(edition))
    return Bilingual(zh=f"{edition}年政务平台评估", en=f"{edition} evaluation of government platforms")


def _sections(figures: list[Row], labels: Labels) -> list[Section]:
    ordered = sorted(figures, key=lambda row: (row["trend"], row["figure_order"]))
    return [
        Section(
            trend=trend,
            title=labels.name("trend", str(trend)),
            figures=tuple(_figure_line(row, labels) for row in rows),
        )
        for trend, rows in groupby(ordered, key=lambda row: int(row["trend"]))
    ]


def _figure_line(row: Row, labels: Labels) -> FigureLine:
    verdict = row["verdict"]
    is_share = row["unit"] == "share"
    return FigureLine(
        name=Bilingual.of(row["name_zh"], row["name_en"]),
        definition=Bilingual.of(
            _ratio(row["numerator_text_zh"], row["denominator_text_zh"]),
            _ratio(row["numerator_text"], row["denominator_text"]),
        ),
        as_of=str(row["as_of"] or ""),
        note=Bilingual.of(row["note_zh"] or "", row["note"] or ""),
        computed=_value(row["computed"], is_share),
        unit=NO_TEXT if is_share or row["computed"] is None else labels.name("unit", row["unit"]),
        counts=_counts(row, is_share),
        published=_published(row, is_share, labels),
        verdict=verdict,
        verdict_text=labels.name("verdict", verdict),
        detail=_detail(row, is_share, labels),
        is_synthetic=bool(row["is_synthetic"]),
    )


def _ratio(numerator: str | None, denominator: str | None) -> str:
    return " ÷ ".join(text for text in (numerator, denominator) if text)


def _counts(row: Row, is_share: bool) -> Bilingual:
    """What a share was divided from, and out of how many a count was counted."""
    if row["numerator"] is None or row["denominator"] is None:
        return NO_TEXT
    if is_share:
        return Bilingual(zh=f"{row['numerator']:,} ÷ {row['denominator']:,}", en="")
    return Bilingual(zh=f"共 {row['denominator']:,}", en=f"of {row['denominator']:,}")


def _published(row: Row, is_share: bool, labels: Labels) -> Bilingual:
    """Write the printed value with its qualifier, as the bulletin writes it: 近 80%, nearly 80%."""
    if row["published"] is None:
        return Bilingual(zh=NOTHING, en="")
    printed = _printed(row["published"], is_share)
    qualifier = row["qualifier"]
    if qualifier in (None, "", "="):
        return Bilingual(zh=printed, en="")
    english = labels.name("qualifier", qualifier).en
    if qualifier in TRAILING_QUALIFIERS:
        return Bilingual(zh=f"{printed}（{qualifier}）", en=english)
    return Bilingual(zh=f"{qualifier} {printed}", en=f"{english} {printed}".strip())


def _detail(row: Row, is_share: bool, labels: Labels) -> Bilingual:
    """Say by how much a figure differs, or for want of what it is not computable."""
    if row["verdict"] == "differs" and row["difference"] is not None:
        if is_share:
            points = f"{row['difference'] * 100:+.1f}"
            return Bilingual(zh=f"相差 {points} 个百分点", en=f"{points} percentage points")
        amount = f"{row['difference']:+,.0f}"
        return Bilingual(zh=f"相差 {amount}", en=f"by {amount}")
    if row["verdict"] == "not_computable" and row["missing_input"]:
        return _missing(row["missing_input"], labels)
    return NO_TEXT


def _missing(missing_input: str, labels: Labels) -> Bilingual:
    """A reason in words of its own, or the sources of which no row was loaded."""
    if labels.has("missing_input", missing_input):
        return labels.name("missing_input", missing_input)
    names = [labels.name("source", source) for source in missing_input.split(", ")]
    chinese = "、".join(name.zh for name in names)
    english = ", ".join(name.en or name.zh for name in names)
    return Bilingual(zh=f"缺少{chinese}", en=f"missing {english}")


def _summary_table(rows: list[Row], name: str, description: str, labels: Labels) -> SummaryTable:
    english, chinese = split_description(description)
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        groups.setdefault((row["measure"], row["breakdown"]), []).append(row)
    ordered = sorted(groups, key=lambda key: (labels.place("measure", key[0]), labels.place("breakdown", key[1])))
    return SummaryTable(
        name=name,
        title=Bilingual(zh=chinese.rstrip("。"), en=english.rstrip(".")),
        summaries=tuple(_summary(name, *key, groups[key], labels) for key in ordered),
    )


def _summary(table: str, measure: str, breakdown: str, rows: list[Row], labels: Labels) -> Summary:
    what, by = labels.name("measure", measure), labels.name("breakdown", breakdown)
    ordered = sorted(rows, key=lambda row: [labels.place("group", part) for part in row["group_code"].split(":")])
    return Summary(
        table=table,
        title=Bilingual(zh=f"{what.zh}（{by.zh}）", en=f"{what.en or what.zh}, {by.en or by.zh}"),
        lines=tuple(_summary_line(row, labels, is_share=measure.endswith("_share")) for row in ordered[:MAX_ROWS]),
        hidden_count=max(0, len(rows) - MAX_ROWS),
        has_denominator=any(row["denominator"] is not None for row in rows),
        is_synthetic=any(row["is_synthetic"] for row in rows),
    )


def _summary_line(row: Row, labels: Labels, *, is_share: bool) -> SummaryLine:
    return SummaryLine(
        group=_group(row, labels),
        numerator=_value(row["numerator"], is_share=False),
        denominator=_value(row["denominator"], is_share=False),
        value=_value(row["value"], is_share),
    )


def _group(row: Row, labels: Labels) -> Bilingual:
    """The names of all parts of a group's code; the table itself names the last, which may be a division."""
    *outer, last = row["group_code"].split(":")
    names = [labels.name("group", part) for part in outer]
    zh = row["group_name_zh"] or last
    names.append(Bilingual(zh=zh, en=row["group_name_en"] or zh))
    return Bilingual.of(" · ".join(name.zh for name in names), " · ".join(name.en or name.zh for name in names))


def _deliveries(rows: list[Row], labels: Labels) -> list[Delivery]:
    """Add up the balance of every source, and of all of them where there are several."""
    ordered = sorted(rows, key=lambda row: row["source"])
    parts = [(source, list(group)) for source, group in groupby(ordered, key=lambda row: row["source"])]
    lines = [_delivery(labels.name("source", source), part) for source, part in parts]
    return [*lines, _delivery(Bilingual(zh="合计", en="Total"), rows)] if len(lines) > 1 else lines


def _delivery(source: Bilingual, rows: list[Row]) -> Delivery:
    return Delivery(
        source=source,
        file_count=f"{len(rows):,}",
        rows_read=_sum(rows, "rows_read"),
        rows_quarantined=_sum(rows, "rows_quarantined"),
        rows_loaded=_sum(rows, "rows_loaded"),
        is_balanced=all(row["is_balanced"] for row in rows),
    )


def _sum(rows: list[Row], column: str) -> str:
    return f"{sum(row[column] or 0 for row in rows):,}"


def _value(value: float | None, is_share: bool) -> str:
    """Write a computed value: a share as percent to a tenth, a count with thousands separators."""
    if value is None:
        return NOTHING
    if is_share:
        return f"{value * 100:.1f}%"
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}"


def _printed(value: float, is_share: bool) -> str:
    """Write a published value in the digits it was printed with: 0.557 is 55.7%, 0.8 is 80%."""
    if not is_share:
        return _value(value, is_share=False)
    percent = (Decimal(str(value)) * 100).normalize()
    return f"{percent:f}%"
