"""What units send in, what rating houses publish of those who stand for a title, and the record of policies."""

import datetime as dt

import numpy as np
import polars as pl
from stdnum.cn import uscc

from pipelines.example.entrants import SERVICE_PLATFORM, running_portals
from pipelines.example.options import EDITION
from pipelines.example.order import named_regions
from pipelines.example.party import WIDEST_SPREAD, is_praised_site, showpiece

APPLICANTS_OF_EACH_LEVEL = 32
SERIES = 7
PLATFORM_SERIES = 2
INNOVATION = "innovation.index"
PRAISED_FROM, WIDEST_VALUE = 88, 99.5
OUTSIDE_INDICATORS = ("influence.reach", "influence.search", INNOVATION)
UNIT_CODE_PREFIX = "11"


def applicants(sites: pl.DataFrame, party: pl.DataFrame) -> pl.DataFrame:
    """The portals that apply: the first ones of each level that run, and those of the party."""
    return pl.concat([running_portals(sites, APPLICANTS_OF_EACH_LEVEL), party], how="diagonal_relaxed")


def make_declarations(units: pl.DataFrame, random: np.random.Generator) -> pl.DataFrame:
    """One row per declaration, as the online form saves it; whom to ask is in it and must go no further."""
    count = len(units)
    days = random.integers(0, 30, count)
    times = [
        dt.datetime(EDITION, 8, 1, 9) + dt.timedelta(days=int(day), minutes=order) for order, day in enumerate(days)
    ]
    return units.select(
        pl.col("organiser_name").alias("申报单位"),
        pl.Series("统一社会信用代码", [_unit_code(number) for number in range(count)]),
        pl.lit("网站").alias("对象类别"),
        pl.col("site_code").alias("对象编码"),
        pl.Series("申报系列", random.integers(1, SERIES + 1, count)),
        pl.Series("申报时间", [f"{time:%Y-%m-%d %H:%M:%S}" for time in times]),
        pl.Series("联系人", [f"示例联系人{number:03}" for number in range(count)]),
        pl.Series("联系电话", [f"1997777{number:04}" for number in range(count)]),
        pl.Series("电子邮箱", [f"contact{number:03}@example.invalid" for number in range(count)]),
        pl.Series("年访问量", random.integers(100_000, 50_000_000, count)),
        pl.Series("年信息发布量", random.integers(500, 60_000, count)),
        pl.Series("在线办理事项数", random.integers(10, 1_500, count)),
        pl.Series("年答复来信数", random.integers(20, 9_000, count)),
        pl.lit("本年度优化栏目设置，推进一网通办（示例材料）。").alias("案例材料"),
        pl.lit("否").alias("是否撤回"),
        pl.lit("是").alias("是否合成数据"),
    )


def make_external_indicators(units: pl.DataFrame, entrants: pl.DataFrame, random: np.random.Generator) -> pl.DataFrame:
    """One row a subject, indicator and month of an invented rating house: applicants, and who stands for series 2.

    What the bulletin praises has a value near the top.
    """
    portals = units.select(kind=pl.lit("网站"), code="site_code", is_praised=is_praised_site())
    platforms = entrants.filter((pl.col("series") == PLATFORM_SERIES) & (pl.col("kind") != "网站")).select(
        "kind",
        "code",
        is_praised=(pl.col("kind") == SERVICE_PLATFORM) & pl.col("code").str.head(6).is_in(named_regions()),
    )
    rows = pl.concat(
        [
            portals.join(pl.DataFrame({"指标编码": OUTSIDE_INDICATORS}), how="cross"),
            platforms.with_columns(pl.lit(INNOVATION).alias("指标编码")),
        ],
        how="diagonal",
    )
    values = random.beta(4, 2, len(rows)) * 100
    raised = PRAISED_FROM + values * (WIDEST_VALUE - PRAISED_FROM - 2) / 100
    raised[rows.select(pl.col("code") == showpiece(WIDEST_SPREAD)).to_series().to_numpy()] = WIDEST_VALUE
    return rows.select(
        pl.col("kind").alias("对象类别"),
        pl.col("code").alias("对象编码"),
        "指标编码",
        pl.lit(f"{EDITION}-08-01").alias("起始日期"),
        pl.Series("指标值", np.round(np.where(rows["is_praised"], raised, values), 2)),
        pl.lit("分").alias("单位"),
        pl.lit("示例评级机构").alias("发布机构"),
        pl.lit("V1").alias("方法版本"),
        pl.lit("是").alias("是否合成数据"),
    )


def _unit_code(number: int) -> str:
    """An invented unified social credit code of an organ of state with its right check digit."""
    body = f"{UNIT_CODE_PREFIX}990000{number:09}"
    return body + str(uscc.calc_check_digit(body))
