"""Tests of question-answering robots: which portals have one, which can be used, and what it answers."""

import datetime as dt
from typing import Any

import numpy as np
import polars as pl

from pipelines.example.calibration import read_calibration

QUESTIONS = ("如何办理居民身份证", "新生儿落户需要什么材料", "公积金怎么提取", "怎样申请公租房", "社保卡丢了怎么补办")
QUESTION_COUNT = 50
BEST_ACCURACY = 0.98
ANSWERED_BY_UNUSABLE = 0.2


def robot_owners(sites: pl.DataFrame, edition: int) -> pl.Series:
    """Codes of the portals that have a robot: the first ones of each level that run."""
    counts = read_calibration("robots", edition).select("level", "robots")
    return pl.concat([_portals(sites, level).head(count) for level, count in counts.iter_rows()])["site_code"]


def make_robot_tests(sites: pl.DataFrame, random: np.random.Generator, edition: int) -> pl.DataFrame:
    """One row per robot and question; a robot that cannot be used answers little, and nothing of it is right."""
    calibrated = read_calibration("robots", edition).iter_rows(named=True)
    parts = [_of_level(sites, level, random, edition) for level in calibrated]
    return pl.concat(parts)


def _portals(sites: pl.DataFrame, level: str) -> pl.DataFrame:
    return sites.filter((pl.col("site_role") == "portal") & pl.col("is_running") & (pl.col("level") == level))


def _of_level(
    sites: pl.DataFrame, calibrated: dict[str, Any], random: np.random.Generator, edition: int
) -> pl.DataFrame:
    owners = _portals(sites, calibrated["level"]).head(calibrated["robots"])["site_code"]
    robots = pl.DataFrame({"对象编码": owners, "number": np.arange(len(owners))})
    rows = robots.join(pl.DataFrame({"question": np.arange(QUESTION_COUNT)}), how="cross")
    count = len(rows)
    is_usable = rows["number"].to_numpy() < calibrated["usable"]
    is_best = (rows["number"].to_numpy() == 0) & (calibrated["level"] == "province")
    accuracy = np.where(is_best, BEST_ACCURACY, calibrated["mean_accuracy"])
    is_right = rows["question"].to_numpy() < np.round(accuracy * QUESTION_COUNT)
    is_answered = is_usable | (random.random(count) < ANSWERED_BY_UNUSABLE)
    started = dt.datetime(edition, 9, 4, 9)
    question = pl.col("question")
    return rows.with_columns(
        pl.Series("是否回答", np.where(is_answered, "是", "否")),
        pl.Series("是否正确", np.where(is_usable & is_right, "正确", "错误")),
        pl.Series("响应秒数", np.where(is_answered, np.round(random.gamma(2, 0.8, count), 1), np.nan)).fill_nan(None),
    ).select(
        pl.lit("网站").alias("对象类别"),
        "对象编码",
        pl.format("Q{}", (question + 1).cast(pl.String).str.zfill(2)).alias("问题编号"),
        pl.lit("办事").alias("问题类别"),
        question.replace_strict(_questions()).alias("问题"),
        pl.lit("列明条件、材料与办理地点").alias("标准答案"),
        pl.when(pl.col("是否回答") == "是").then(pl.lit("示例回答")).alias("回答"),
        "是否回答",
        pl.when(pl.col("是否回答") == "是").then("是否正确").alias("是否正确"),
        "响应秒数",
        (pl.lit(started) + pl.duration(minutes=question)).dt.strftime("%Y-%m-%d %H:%M:%S").alias("测试时间"),
        pl.lit("是").alias("是否合成数据"),
    )


def _questions() -> dict[int, str]:
    return {order: f"{QUESTIONS[order % len(QUESTIONS)]}（第{order + 1}问）" for order in range(QUESTION_COUNT)}
