"""The bulletin: the page of a release that anyone reads, Chinese first with the English beside it.

Belongs here: which published rows the page shows and how values are written. Does not belong here: any rule. Every
number stands in a published table; what a table lacks is left out. Text from data is escaped by the template engine.
"""

import csv
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic import BaseModel, ConfigDict

from pipelines.candidate import Candidate
from pipelines.publication.manifest import is_synthetic
from pipelines.publication.snapshot import STORAGE_VERSION, split_description
from pipelines.settings import SEEDS_DIR
from pipelines.verdict import Verdict

Row = dict[str, Any]

TEMPLATES_DIR = Path(__file__).parent / "templates"
MAX_ROWS = 40
NOTHING = "—"
FIGURES = "trends.figure"
BALANCE = "audit.row_balance"
SUMMARIES = (
    "trends.trend_2_site_stock",
    "trends.trend_2_site_inspection",
    "trends.trend_3_platform_coverage",
    "trends.trend_4_channel_fusion",
)

# Labels of the page, Chinese and English. What has none is shown by its code.
TRENDS = {
    1: ("党政网络信息化", "Party and government online"),
    2: ("政府网站管理与集约化", "Government sites: management and consolidation"),
    3: ("“互联网＋政务服务”", "Internet + government services"),
    4: ("政务新媒体", "Government new media"),
    5: ("大数据与人工智能", "Big data and artificial intelligence"),
}
VERDICTS = {
    "agrees": ("一致", "agrees"),
    "differs": ("不一致", "differs"),
    "not_computable": ("不可计算", "not computable"),
    "unpublished": ("通报未公布", "not published"),
}
UNITS = {"sites": "家", "provinces": "个省份", "platforms": "个平台", "systems": "个系统"}
MEASURES = {
    "running_sites": ("正在运行的网站", "Running sites"),
    "inspected_sites": ("抽查网站", "Sites inspected"),
    "inspected_share": ("抽查比例", "Share inspected"),
    "pass_share": ("合格率", "Pass rate"),
    "integrated_platforms": ("一体化平台", "Integrated platforms"),
    "three_level_platforms": ("省市县三级全覆盖平台", "Platforms covering three levels"),
    "fused_share": ("与新媒体融合的比例", "Share integrated with new media"),
    "weibo_share": ("链接微博的比例", "Share linking to Weibo"),
    "wechat_share": ("链接微信的比例", "Share linking to WeChat"),
    "app_share": ("链接移动客户端的比例", "Share linking to an app"),
    "video_share": ("链接微视频的比例", "Share linking to short video"),
}
BREAKDOWNS = {
    "total": ("合计", "total"),
    "level": ("按层级", "by level"),
    "province": ("按省份", "by province"),
    "level_role": ("按层级与类型", "by level and role"),
    "unit_class": ("按单位类别", "by class of unit"),
    "unit": ("按单位", "by unit"),
    "period_tier": ("按时期与方式", "by period and tier"),
    "period_tier_level": ("按时期、方式与层级", "by period, tier and level"),
    "period_tier_province": ("按时期、方式与省份", "by period, tier and province"),
}
# These stand after the number they qualify; the others before it.
TRAILING_QUALIFIERS = {"余", "约数"}


class Bilingual(BaseModel):
    """A text in both languages."""

    model_config = ConfigDict(frozen=True)

    zh: str
    en: str


class FigureLine(BaseModel):
    """One figure as the page shows it."""

    model_config = ConfigDict(frozen=True)

    name: Bilingual
    definition: str
    as_of: str
    note: str
    computed: str
    unit: Bilingual
    counts: str
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

    source: str
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
    figures = _rows(connection, FIGURES) if FIGURES in published else []
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES_DIR), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    page = environment.get_template("bulletin.html").render(
        edition=candidate.edition,
        title=_edition_name(candidate.edition),
        is_synthetic=is_synthetic(connection, candidate),
        sections=_sections(figures),
        summary_tables=[
            _summary_table(_rows(connection, name), name, published[name].description)
            for name in SUMMARIES
            if name in published
        ],
        deliveries=_deliveries(_rows(connection, BALANCE)) if BALANCE in published else [],
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


def _edition_name(edition: int) -> Bilingual:
    for row in _seed("editions"):
        if row["edition"] == str(edition):
            return Bilingual(zh=row["name_zh"], en=row["name_en"])
    return Bilingual(zh=f"{edition}年政务平台评估", en=f"{edition} evaluation of government platforms")


@cache
def _seed(name: str) -> tuple[Mapping[str, str], ...]:
    with (SEEDS_DIR / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return tuple(csv.DictReader(stream))


def _sections(figures: list[Row]) -> list[Section]:
    ordered = sorted(figures, key=lambda row: (row["trend"], _seed_order(row["figure_id"]), row["figure_id"]))
    return [
        Section(trend=trend, title=_trend_title(trend), figures=tuple(_figure_line(row) for row in rows))
        for trend, rows in groupby(ordered, key=lambda row: int(row["trend"]))
    ]


def _seed_order(figure_id: str) -> int:
    """Place of the figure in ``figures.csv``, which keeps the bulletin's own order."""
    places = {row["figure_id"]: place for place, row in enumerate(_seed("figures"))}
    return places.get(figure_id, len(places))


def _trend_title(trend: int) -> Bilingual:
    zh, en = TRENDS.get(trend, (f"趋势 {trend}", f"Trend {trend}"))
    return Bilingual(zh=zh, en=en)


def _figure_line(row: Row) -> FigureLine:
    unit = row["unit"]
    verdict = row["verdict"]
    zh, en = VERDICTS.get(verdict, (verdict, verdict))
    is_share = unit == "share"
    return FigureLine(
        name=Bilingual(zh=row["name_zh"], en=row["name_en"]),
        definition=" ÷ ".join(text for text in (row["numerator_text"], row["denominator_text"]) if text),
        as_of=str(row["as_of"] or ""),
        note=row["note"] or "",
        computed=_value(row["computed"], is_share),
        unit=Bilingual(zh="", en="")
        if is_share or row["computed"] is None
        else Bilingual(zh=UNITS.get(unit, ""), en=unit),
        counts=_counts(row),
        published=_published(row, is_share),
        verdict=verdict,
        verdict_text=Bilingual(zh=zh, en=en),
        detail=_detail(row, is_share),
        is_synthetic=bool(row["is_synthetic"]),
    )


def _counts(row: Row) -> str:
    """Numerator and denominator, where the value does not say as much."""
    if row["numerator"] is None or row["denominator"] is None:
        return ""
    return f"{row['numerator']:,} ÷ {row['denominator']:,}"


def _published(row: Row, is_share: bool) -> Bilingual:
    """Write the printed value with its qualifier, as the bulletin writes it: 近 80%, nearly 80%."""
    if row["published"] is None:
        return Bilingual(zh=NOTHING, en="")
    printed = _printed(row["published"], is_share)
    qualifier = row["qualifier"]
    if qualifier in (None, "", "="):
        return Bilingual(zh=printed, en="")
    english = {seed["qualifier"]: seed["name_en"] for seed in _seed("qualifiers")}.get(qualifier, "")
    if qualifier in TRAILING_QUALIFIERS:
        return Bilingual(zh=f"{printed}（{qualifier}）", en=english)
    return Bilingual(zh=f"{qualifier} {printed}", en=f"{english} {printed}".strip())


def _detail(row: Row, is_share: bool) -> Bilingual:
    """Say by how much a figure differs, or for want of what it is not computable."""
    if row["verdict"] == "differs" and row["difference"] is not None:
        if is_share:
            points = f"{row['difference'] * 100:+.1f}"
            return Bilingual(zh=f"相差 {points} 个百分点", en=f"{points} percentage points")
        amount = f"{row['difference']:+,.0f}"
        return Bilingual(zh=f"相差 {amount}", en=f"by {amount}")
    if row["verdict"] == "not_computable" and row["missing_input"]:
        return Bilingual(zh=f"缺少 {row['missing_input']}", en=f"missing {row['missing_input']}")
    return Bilingual(zh="", en="")


def _summary_table(rows: list[Row], name: str, description: str) -> SummaryTable:
    english, chinese = split_description(description)
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        groups.setdefault((row["measure"], row["breakdown"]), []).append(row)
    return SummaryTable(
        name=name,
        title=Bilingual(zh=chinese.rstrip("。"), en=english.rstrip(".")),
        summaries=tuple(_summary(name, measure, breakdown, part) for (measure, breakdown), part in groups.items()),
    )


def _summary(table: str, measure: str, breakdown: str, rows: list[Row]) -> Summary:
    measure_zh, measure_en = MEASURES.get(measure, (measure, measure))
    breakdown_zh, breakdown_en = BREAKDOWNS.get(breakdown, (breakdown, breakdown))
    return Summary(
        table=table,
        title=Bilingual(zh=f"{measure_zh}（{breakdown_zh}）", en=f"{measure_en}, {breakdown_en}"),
        lines=tuple(_summary_line(row, is_share=measure.endswith("_share")) for row in rows[:MAX_ROWS]),
        hidden_count=max(0, len(rows) - MAX_ROWS),
        has_denominator=any(row["denominator"] is not None for row in rows),
        is_synthetic=any(row["is_synthetic"] for row in rows),
    )


def _summary_line(row: Row, *, is_share: bool) -> SummaryLine:
    code = row["group_code"]
    english = row["group_name_en"] or ""
    return SummaryLine(
        group=Bilingual(zh=row["group_name_zh"] or code, en="" if english == row["group_name_zh"] else english),
        numerator=_value(row["numerator"], is_share=False),
        denominator=_value(row["denominator"], is_share=False),
        value=_value(row["value"], is_share),
    )


def _deliveries(rows: list[Row]) -> list[Delivery]:
    """Add up the balance of every source, and of all of them where there are several."""
    ordered = sorted(rows, key=lambda row: row["source"])
    parts = [(source, list(group)) for source, group in groupby(ordered, key=lambda row: row["source"])]
    lines = [_delivery(source, part) for source, part in parts]
    return [*lines, _delivery("合计 Total", rows)] if len(lines) > 1 else lines


def _delivery(source: str, rows: list[Row]) -> Delivery:
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
