"""The platform census: real provincial-level units, an invented platform each, drawn by lot."""

import datetime as dt
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from pipelines.example.calibration import read_calibration, read_divisions
from pipelines.example.names import place_name
from pipelines.example.order import dealt, in_drawn_order, is_named, named_regions

CORPS = "XPCC"
# What of an online mall the integrated platforms offer, and how many of them do.
FEATURES = {
    "统一身份认证": 0.7,
    "事项搜索": 0.9,
    "办件进度查询": 0.8,
    "网上支付": 0.3,
    "快递送达": 0.35,
    "服务评价": 0.5,
}
CHECKED_ON = dt.date(2017, 7, 18)
STREAM = 8
LATE_AND_ANSWERED = 0.5
GENUINE = "genuine_channel"
ITEM_FLAWS = {
    "stages_only": "仅列环节事项数",
    "no_limits": "缺时限收费联系方式事项数",
    "unclear_materials": "材料不明确事项数",
    "no_forms": "缺表格下载事项数",
}


def make_censuses(random: np.random.Generator, edition: int) -> pl.DataFrame:
    """One row a unit and snapshot; who had a platform in an earlier snapshot has it in the later ones too.

    Those the bulletin praises are among the first to have one, with all that it offers.
    """
    units = read_divisions(edition).filter(pl.col("level") == "province").sort("region_code")
    provinces = units.filter(pl.col("region_code") != CORPS)["region_code"].to_list()
    drawn = [provinces[position] for position in random.permutation(len(provinces))]
    lot = [*named_regions(), *(province for province in drawn if province not in named_regions())]
    snapshots = [
        _snapshot(
            units,
            census["snapshot_date"],
            integrated={*lot[: census["provinces_integrated"]], *([CORPS] if census["is_corps_integrated"] else [])},
            three_level=set(lot[: census["provinces_three_level"]]),
        )
        for census in read_calibration("platforms", edition).iter_rows(named=True)
    ]
    return pl.concat(snapshots)


def _snapshot(units: pl.DataFrame, day: dt.date, integrated: set[str], three_level: set[str]) -> pl.DataFrame:
    codes = units["region_code"]
    is_integrated = codes.is_in(list(integrated))
    is_three_level = codes.is_in(list(three_level))
    number = pl.Series(range(1, len(units) + 1))
    names = pl.Series([f"{place_name(20_000 + order)}政务服务网（示例）" for order in number])
    yes_no = {True: "是", False: "否"}
    return pl.DataFrame(
        {
            "行政区划代码": codes,
            "地区": units["name_zh"],
            "截止日期": pl.repeat(day, len(units), eager=True),
            "是否建成一体化平台": is_integrated.replace_strict(yes_no),
            "平台名称": names,
            "平台网址": pl.Series([f"http://zwfw.p{order:02d}.example/" for order in number]),
            "覆盖省级": is_integrated.replace_strict(yes_no),
            "覆盖市级": (is_three_level | (is_integrated & (number % 2 == 0))).replace_strict(yes_no),
            "覆盖县级": is_three_level.replace_strict(yes_no),
            "是否合成数据": pl.repeat("是", len(units), eager=True),
        }
        | _features(codes, day)
    ).with_columns(pl.when(is_integrated).then(pl.col("平台名称", "平台网址", *FEATURES)))


def _features(codes: pl.Series, day: dt.date) -> dict[str, pl.Series]:
    random = np.random.default_rng([day.toordinal(), STREAM])
    is_named = codes.is_in(named_regions()).to_numpy()
    return {
        name: pl.Series(np.where(dealt(round(share * len(codes)), is_named, random), "是", "否"))
        for name, share in FEATURES.items()
    }


def make_platform_checks(seed: int) -> pl.DataFrame:
    """One row per platform of the check of 2017, with so many flaws as its notice reports, dealt out by lot."""
    random = np.random.default_rng([seed, STREAM])
    flaws = dict(read_calibration("platform_flaws").iter_rows())
    places = pl.concat([_checked_places(level) for level in read_calibration("platform_checks").iter_rows(named=True)])
    count = len(places)
    is_praised = places.select(is_named()).to_series().to_numpy()

    def having(quality: str) -> pl.Series:
        """Flaws first of all with those whom nobody praises, and what is good with those who are."""
        is_first = is_praised if quality == GENUINE else ~is_praised
        return pl.Series(dealt(round(flaws[quality] * count), is_first, random))

    is_late = having("late_reply")
    has_reply = ~is_late | pl.Series(random.random(count) < LATE_AND_ANSWERED)
    days = pl.Series(np.where(is_late, random.integers(6, 20, count), random.integers(1, 6, count)))
    items = places["items"].to_numpy()
    yes_no = {True: "是", False: "否"}
    return places.select(
        pl.format("{}政务服务网（示例）", "name").alias("平台名称"),
        pl.col("region_code").alias("行政区划代码"),
        pl.col("level_text").alias("层级"),
        pl.lit(CHECKED_ON).alias("检查日期"),
        (~having("not_integrated")).replace_strict(yes_no).alias("前端是否整合"),
        having("empty_columns").replace_strict(yes_no).alias("是否有空白栏目"),
        (~having("search_unusable")).replace_strict(yes_no).alias("搜索是否可用"),
        having(GENUINE).replace_strict(yes_no).alias("互动渠道是否真实有效"),
        has_reply.replace_strict(yes_no).alias("是否答复"),
        pl.when(has_reply).then(days).alias("答复工作日数"),
        pl.col("items").alias("检查事项数"),
        **{header: _spread_items(items, flaws[flaw], random) for flaw, header in ITEM_FLAWS.items()},
        是否合成数据=pl.lit("是"),
    )


def _checked_places(level: dict[str, Any]) -> pl.DataFrame:
    """The first divisions of a level in the order drawn, its items dealt out among their platforms."""
    count = level["platforms"]
    divisions = in_drawn_order(read_divisions().filter(pl.col("level") == level["level"])).head(count)
    share, rest = divmod(level["items"], count)
    return divisions.select(
        "region_code",
        name=pl.Series([place_name(22_000 + number) for number in range(count)]),
        level_text=pl.lit(level["level_text"]),
        items=pl.Series([share + (order < rest) for order in range(count)], dtype=pl.Int64),
    )


def _spread_items(items: npt.NDArray[np.int64], share: float, random: np.random.Generator) -> pl.Series:
    """How many items of each platform have a flaw that the given share of all of them has."""
    owner = np.repeat(np.arange(len(items)), items)
    chosen = random.permutation(owner)[: round(share * len(owner))]
    return pl.Series(np.bincount(chosen, minlength=len(items)))
