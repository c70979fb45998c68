"""The policy record: an invented document per theme of the centre, and those of the provinces that followed."""

import datetime as dt
from typing import Any

import numpy as np
import polars as pl

from pipelines.example.calibration import read_calibration, read_divisions
from pipelines.example.order import dealt, is_named

CORPS = "XPCC"
FOLLOWED_WITHIN_DAYS = 90
KINDS = ("关于推进{}的实施方案", "关于做好{}工作的通知")


def make_policies(random: np.random.Generator, edition: int) -> pl.DataFrame:
    """One row per document; so many provinces follow each theme as its calibration says, within a quarter."""
    divisions = read_divisions(edition)
    provinces = divisions.filter((pl.col("level") == "province") & (pl.col("region_code") != CORPS))
    is_praised = provinces.select(is_named()).to_series().to_numpy()
    rows: list[dict[str, object]] = []
    for theme in read_calibration("themes", edition).iter_rows(named=True):
        rows.append(_document(theme, theme["issuer"], theme["issued_date"], edition, len(rows) + 1))
        followers = provinces["name_zh"].filter(dealt(theme["province_documents"], is_praised, random))
        for province in followers:
            days = int(random.integers(1, FOLLOWED_WITHIN_DAYS))
            issued = theme["issued_date"] + dt.timedelta(days=days)
            rows.append(_document(theme, f"{province}人民政府办公厅", issued, edition, len(rows) + 1))
    return pl.DataFrame(rows)


def _document(theme: dict[str, Any], issuer: str, issued: dt.date, edition: int, number: int) -> dict[str, object]:
    kind = KINDS[number % len(KINDS)].format(theme["phrase"])
    return {
        "发文字号": f"示例发〔{edition}〕{number}号",
        "标题": f"{kind}（示例{number}）",
        "发文机关": issuer,
        "成文日期": f"{issued:%Y-%m-%d}",
        "主题": theme["phrase"],
        "关键词": theme["phrase"],
        "是否合成数据": "是",
    }
