"""The expert panels: who nominates whom, and what each expert gives each subject on each criterion."""

import datetime as dt

import numpy as np
import polars as pl

from pipelines.example.entrants import PARTY_GROUP
from pipelines.example.options import EDITION
from pipelines.example.party import STRONGEST_MOBILISER

CRITERIA = {
    1: (
        "influence.design",
        "influence.layout",
        "influence.colour",
        "influence.opinion",
        "innovation.management",
        "innovation.design",
        "innovation.case",
    ),
    2: ("innovation.management", "innovation.design", "innovation.case"),
    3: ("overall",),
    4: ("overall",),
    5: (
        *(f"foreign.local.{name}" for name in ("profile", "news", "topics")),
        *(f"foreign.functions.{name}" for name in ("bodies", "leaders")),
        *(f"foreign.law.{name}" for name in ("documents", "interpretation")),
        *(f"foreign.{name}" for name in ("visa", "business", "education.profile", "other_services")),
        *(f"foreign.investment.{name}" for name in ("environment", "guide", "policies", "industries", "parks")),
        "foreign.quality",
    ),
    6: ("media.service", "media.guidance", "media.matrix"),
    7: ("media.service", "media.guidance", "media.matrix"),
}
# What the panel of series 1 is asked of a site of the party, which has a framework of its own.
PARTY_CRITERIA = (
    *(f"influence.{name}" for name in ("design", "layout", "colour", "opinion")),
    *(f"party.information.{name}" for name in ("basic", "business", "rest")),
    "party.interaction",
    "party.influence",
)
EXPERTS = {1: 9, 2: 5, 3: 5, 4: 5, 5: 5, 6: 5, 7: 5}
BEST, STEP, SEVERITY, NOISE = 94.0, 1.2, 0.7, 2.0
RECOMMENDED_FROM = 74.0
# Experts who recuse, one who differs from the panel about a subject, and a score that nobody else would give.
RECUSED = ((1, "central_department", 0, 1), (1, "province", 2, 4), (6, "微博", 1, 2))
DISSENTING = ((1, "province", 1, 7), (1, "key_city", 0, 9))
# Sites of the party below the centre stand as far behind; what moves people most has more from everybody.
PARTY_GAP, MOVED = 12.0, 10.0
MOVING = (f"{PARTY_GROUP}central_department", STRONGEST_MOBILISER, ("party.interaction", "party.influence"))
WILD = ((1, "key_city", 3, 8, "influence.design", 31.0),)
UNNOMINATED_SERIES, NOMINATED = 5, 7


def make_nominations(entrants: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Sheet by sheet: what bodies write of themselves, and what two experts write of each of the better half.

    One expert nominates a subject of which the same expert recuses later, one subject has another name in the
    experts' sheet, and two foreign-language sites are nominated by experts alone.
    """
    alone = (pl.col("series") == UNNOMINATED_SERIES) & (pl.col("order") >= NOMINATED)
    selves = entrants.filter(~alone).with_columns(nominator=pl.col("organiser"))
    half = entrants.filter(alone | (pl.col("order") <= pl.col("order").max().over("series", "group") // 2))
    experts = pl.concat([half.with_columns(nominator=_expert(pl.col("order") + shift)) for shift in (0, 3)])
    short = pl.col("name").str.replace("（示例）", "", literal=True)
    renamed = (pl.col("series") == 1) & (pl.col("group") == "province") & (pl.col("order") == 0)
    experts = experts.with_columns(name=pl.when(renamed).then(short).otherwise("name"))
    return {"单位自荐": _nominated(selves, "自荐"), "专家推荐": _nominated(experts, "专家推荐")}


def _nominated(rows: pl.DataFrame, kind: str) -> pl.DataFrame:
    return rows.select(
        pl.lit(kind).alias("推荐方式"),
        pl.col("nominator").alias("推荐人"),
        pl.col("series").alias("推荐系列"),
        pl.col("kind").alias("对象类别"),
        pl.col("code").alias("对象编码"),
        pl.col("name").alias("对象名称"),
        pl.lit("公开及时，服务便捷（示例）").alias("推荐理由"),
        pl.lit(dt.date(EDITION, 8, 20)).alias("推荐日期"),
        pl.lit("是").alias("是否合成数据"),
    )


def _expert(number: pl.Expr) -> pl.Expr:
    """The number of an expert of the series, as the panel's list has it: E01 to E09, E21 to E25, and so on."""
    count = pl.col("series").replace_strict(EXPERTS, return_dtype=pl.Int64)
    tens = pl.when(pl.col("series") == 1).then(0).otherwise(pl.col("series") * 10)
    return pl.format("E{}", (tens + number % count + 1).cast(pl.String).str.zfill(2))


def make_reviews(entrants: pl.DataFrame, random: np.random.Generator) -> pl.DataFrame:
    """One row per expert, subject and criterion; who recuses gives neither a score nor a recommendation."""
    experts = pl.DataFrame(
        [(series, expert) for series, count in EXPERTS.items() for expert in range(1, count + 1)],
        schema={"series": pl.Int32, "expert": pl.Int64},
        orient="row",
    )
    asked_of = {False: CRITERIA, True: CRITERIA | {1: PARTY_CRITERIA}}
    criteria = pl.DataFrame(
        [(series, party, name) for party, asked in asked_of.items() for series in asked for name in asked[series]],
        schema={"series": pl.Int32, "is_of_party": pl.Boolean, "criterion": pl.String},
        orient="row",
    )
    rows = entrants.with_columns(is_of_party=pl.col("group").str.starts_with(PARTY_GROUP))
    rows = rows.join(experts, on="series", maintain_order="left")
    rows = rows.join(criteria, on=["series", "is_of_party"], maintain_order="left")
    rows = _scored(rows, random).with_columns(is_recused=_is_one_of(RECUSED))
    by_expert = pl.col("score").mean().over("series", "code", "expert")
    recommended = (by_expert >= RECOMMENDED_FROM) & ~_is_one_of(DISSENTING)
    return rows.select(
        _expert(pl.col("expert") - 1).alias("专家编号"),
        pl.col("series").alias("评审系列"),
        pl.col("kind").alias("对象类别"),
        pl.col("code").alias("对象编码"),
        pl.col("criterion").alias("评审指标"),
        pl.when(~pl.col("is_recused")).then("score").alias("评分"),
        _yes(pl.col("is_recused")).alias("是否回避"),
        pl.when(~pl.col("is_recused")).then(_yes(recommended)).alias("是否推荐"),
        pl.lit(dt.date(EDITION, 10, 12)).alias("评审日期"),
        pl.lit("是").alias("是否合成数据"),
    )


def _scored(rows: pl.DataFrame, random: np.random.Generator) -> pl.DataFrame:
    """Scores that fall with the place in the group and with the severity of the expert, and vary a little."""
    central, place, criteria = MOVING
    is_of_party = pl.col("group").str.starts_with(PARTY_GROUP)
    is_moving = (pl.col("group") == central) & (pl.col("order") == place) & pl.col("criterion").is_in(criteria)
    gap = pl.when(is_of_party & (pl.col("group") != central)).then(PARTY_GAP).otherwise(0.0)
    level = rows.select(gap - pl.when(is_moving).then(MOVED).otherwise(0.0)).to_series().to_numpy()
    true = BEST - level - rows["order"].to_numpy() * STEP - rows["expert"].to_numpy() * SEVERITY
    scores = pl.Series(np.clip(np.round(true + random.normal(0, NOISE, len(rows)), 1), 0, 100))
    rows = rows.with_columns(score=scores)
    for series, group, order, expert, criterion, score in WILD:
        is_wild = _is_one_of(((series, group, order, expert),)) & (pl.col("criterion") == criterion)
        rows = rows.with_columns(score=pl.when(is_wild).then(score).otherwise("score"))
    return rows


def _is_one_of(cases: tuple[tuple[int, str, int, int], ...]) -> pl.Expr:
    """Whether a row is of one of the cases: series, group, place in the group, expert."""
    return pl.any_horizontal(
        (pl.col("series") == series)
        & (pl.col("group") == group)
        & (pl.col("order") == order)
        & (pl.col("expert") == expert)
        for series, group, order, expert in cases
    )


def _yes(condition: pl.Expr) -> pl.Expr:
    return pl.when(condition).then(pl.lit("是")).otherwise(pl.lit("否"))
