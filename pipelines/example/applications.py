"""What units and experts send in: declarations, nominations, reviews, and what rating houses publish of the sites."""

import datetime as dt

import numpy as np
import polars as pl
from stdnum.cn import uscc

from pipelines.example.options import EDITION

APPLICANTS = 160
SERIES = 7
EXPERTS, REVIEWED = 9, 40
CRITERIA = (
    "influence.design",
    "influence.layout",
    "influence.colour",
    "influence.opinion",
    "innovation.management",
    "innovation.design",
    "innovation.case",
)
OUTSIDE_INDICATORS = ("influence.reach", "influence.search", "innovation.index")
UNIT_CODE_PREFIX = "11"


def applicants(sites: pl.DataFrame) -> pl.DataFrame:
    """The portals that apply, the first ones of those that run."""
    return sites.filter((pl.col("site_role") == "portal") & pl.col("is_running")).head(APPLICANTS)


def make_declarations(sites: pl.DataFrame, random: np.random.Generator) -> pl.DataFrame:
    """One row a declaration, as the online form saves it; whom to ask is in it and must go no further."""
    units = applicants(sites)
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


def make_nominations(sites: pl.DataFrame, random: np.random.Generator) -> dict[str, pl.DataFrame]:
    """Sheet by sheet: what units say of themselves, and what experts say of them."""
    units = applicants(sites)
    recommended = units.gather(np.sort(random.permutation(len(units))[: len(units) // 2]))
    experts = pl.Series([f"E{number % EXPERTS + 1:02}" for number in range(len(recommended))])
    return {
        "单位自荐": _nominated(units, "自荐", units["organiser_name"], random),
        "专家推荐": _nominated(recommended, "专家推荐", experts, random),
    }


def _nominated(units: pl.DataFrame, kind: str, nominators: pl.Series, random: np.random.Generator) -> pl.DataFrame:
    return units.select(
        pl.lit(kind).alias("推荐方式"),
        nominators.alias("推荐人"),
        pl.Series("推荐系列", random.integers(1, SERIES + 1, len(units))),
        pl.lit("网站").alias("对象类别"),
        pl.col("site_code").alias("对象编码"),
        pl.col("site_name").alias("对象名称"),
        pl.lit("公开及时，服务便捷（示例）").alias("推荐理由"),
        pl.lit(dt.date(EDITION, 8, 20)).alias("推荐日期"),
        pl.lit("是").alias("是否合成数据"),
    )


def make_reviews(sites: pl.DataFrame, random: np.random.Generator) -> pl.DataFrame:
    """One row an expert, subject and criterion; the first expert recuses from the first subject."""
    subjects = applicants(sites).head(REVIEWED).select("site_code", quality=pl.int_range(pl.len()))
    rows = (
        subjects.join(pl.DataFrame({"expert": np.arange(1, EXPERTS + 1)}), how="cross")
        .join(pl.DataFrame({"criterion": CRITERIA}), how="cross")
        .with_columns(is_recused=(pl.col("expert") == 1) & (pl.col("quality") == 0))
    )
    severity = rows["expert"].to_numpy() * 0.7
    scores = np.clip(
        np.round(92 - rows["quality"].to_numpy() * 0.6 - severity + random.normal(0, 3, len(rows)), 1), 0, 100
    )
    return rows.select(
        pl.format("E{}", pl.col("expert").cast(pl.String).str.zfill(2)).alias("专家编号"),
        pl.lit(1).alias("评审系列"),
        pl.lit("网站").alias("对象类别"),
        pl.col("site_code").alias("对象编码"),
        pl.col("criterion").alias("评审指标"),
        pl.when(~pl.col("is_recused")).then(pl.Series(scores)).alias("评分"),
        pl.when("is_recused").then(pl.lit("是")).otherwise(pl.lit("否")).alias("是否回避"),
        pl.when(pl.col("is_recused")).then(None).otherwise(pl.lit("是")).alias("是否推荐"),
        pl.lit(dt.date(EDITION, 10, 12)).alias("评审日期"),
        pl.lit("是").alias("是否合成数据"),
    )


def make_external_indicators(sites: pl.DataFrame, random: np.random.Generator) -> pl.DataFrame:
    """One row a subject, indicator and month of an invented rating house."""
    units = applicants(sites).select("site_code")
    rows = units.join(pl.DataFrame({"指标编码": OUTSIDE_INDICATORS}), how="cross")
    return rows.select(
        pl.lit("网站").alias("对象类别"),
        pl.col("site_code").alias("对象编码"),
        "指标编码",
        pl.lit(f"{EDITION}-08-01").alias("起始日期"),
        pl.Series("指标值", np.round(random.beta(4, 2, len(rows)) * 100, 2)),
        pl.lit("分").alias("单位"),
        pl.lit("示例评级机构").alias("发布机构"),
        pl.lit("V1").alias("方法版本"),
        pl.lit("是").alias("是否合成数据"),
    )


def make_policies(divisions: pl.DataFrame) -> pl.DataFrame:
    """One row an invented document, of the centre and of every other province."""
    provinces = divisions.filter(pl.col("level") == "province").sort("region_code")["name_zh"].to_list()[::2]
    issuers = ["国务院办公厅", *(f"{province}人民政府办公厅" for province in provinces)]
    return pl.DataFrame(
        {
            "发文字号": [f"示例发〔{EDITION}〕{number}号" for number in range(1, len(issuers) + 1)],
            "标题": [f"关于政府网站集约化建设的通知（示例{number}）" for number in range(1, len(issuers) + 1)],
            "发文机关": issuers,
            "成文日期": [f"{EDITION}-{1 + number % 8:02}-15" for number in range(len(issuers))],
            "主题": ["集约化"] * len(issuers),
            "关键词": ["集约化;一网通办"] * len(issuers),
            "是否合成数据": ["是"] * len(issuers),
        }
    )


def _unit_code(number: int) -> str:
    """An invented unified social credit code of an organ of state with its right check digit."""
    body = f"{UNIT_CODE_PREFIX}990000{number:09}"
    return body + str(uscc.calc_check_digit(body))
