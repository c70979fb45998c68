"""Spot checks: which running sites were inspected when, by whom, and with what result."""

from collections.abc import Iterator

import numpy as np
import polars as pl

from pipelines.example.calibration import read_calibration
from pipelines.example.options import ExampleOptions

REASONS = ["站点无法访问", "首页不更新", "栏目不更新", "严重错误", "互动回应差", "评分不达标"]


def make_inspections(
    sites: pl.DataFrame, options: ExampleOptions, random: np.random.Generator
) -> Iterator[tuple[str, str, pl.DataFrame]]:
    """File name, title and rows of each round of spot checks, in the calibrated proportion to the running sites."""
    running = sites.filter("is_running")["site_code"]
    stock = read_calibration("stock", options.edition)["running_sites"].sum()
    for check in read_calibration("inspections", options.edition).iter_rows(named=True):
        count = round(check["inspected_sites"] * options.sites / stock)
        passed = round(count * check["passed_sites"] / check["inspected_sites"])
        chosen = running.gather(np.sort(random.permutation(len(running))[:count]))
        is_passed = random.permutation(np.arange(count) < passed)
        days = random.integers(0, (check["last_day"] - check["first_day"]).days + 1, count)
        rows = pl.DataFrame(
            {
                "网站标识码": chosen,
                "检查日期": np.datetime64(check["first_day"]) + days.astype("timedelta64[D]"),
                "检查方式": pl.repeat(check["tier_text"], count, eager=True),
                "是否合格": np.where(is_passed, "合格", "不合格"),
                "不合格原因": pl.Series(np.where(is_passed, "", random.choice(REASONS, count))).replace("", None),
                "检查单位": pl.repeat(check["inspector"], count, eager=True),
                "是否合成数据": pl.repeat("是", count, eager=True),
            }
        )
        yield check["file_name"], check["title"], rows
