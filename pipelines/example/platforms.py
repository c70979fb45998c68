"""The platform census: real provincial-level units, an invented platform each, drawn by lot."""

import datetime as dt

import numpy as np
import polars as pl

from pipelines.example.calibration import read_calibration, read_divisions
from pipelines.example.names import place_name

CORPS = "XPCC"


def make_censuses(random: np.random.Generator, edition: int) -> pl.DataFrame:
    """One row a unit and snapshot; who had a platform in an earlier snapshot has it in the later ones too."""
    units = read_divisions(edition).filter(pl.col("level") == "province").sort("region_code")
    provinces = units.filter(pl.col("region_code") != CORPS)["region_code"].to_list()
    lot = [provinces[position] for position in random.permutation(len(provinces))]
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
    ).with_columns(pl.when(is_integrated).then(pl.col("平台名称", "平台网址")))
