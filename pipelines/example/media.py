"""New-media accounts of the portals, what they did month by month, and what three of them posted."""

import datetime as dt
from collections.abc import Iterator

import numpy as np
import polars as pl

from pipelines.example.options import ExampleOptions
from pipelines.example.order import in_drawn_order

PLATFORMS = ("微博", "微信", "客户端")
OWNER_SHARES = {"微博": 0.6, "微信": 0.6, "客户端": 0.2}
PORTALS_WITH_ACCOUNTS = 400
MONTHS = 8
POSTING_ACCOUNTS, POSTS = 3, 60
READ_CAP = 100_001
ARTICLES_A_PUBLICATION, HEADLINE_PERCENT = 3, 60
UNVERIFIED_EVERY = 50
FIRST_ID = 5_000_000_000
MATRIX_STREAM = 7


def make_accounts(sites: pl.DataFrame, random: np.random.Generator) -> pl.DataFrame:
    """One row per account of the first portals that run, in an order drawn, as the centre registers it."""
    running = sites.filter((pl.col("site_role") == "portal") & pl.col("is_running"))
    portals = in_drawn_order(running.head(PORTALS_WITH_ACCOUNTS), "site_code")
    parts = []
    for order, platform in enumerate(PLATFORMS):
        owners = portals.filter(pl.Series(random.random(len(portals)) < OWNER_SHARES[platform]))
        ids = pl.Series([str(FIRST_ID + order * 1_000_000 + number) for number in range(len(owners))])
        parts.append(
            owners.select(
                pl.lit(platform).alias("平台"),
                ids.alias("账号ID"),
                pl.col("site_name").str.replace("门户网站", "发布").alias("账号名称"),
                pl.col("site_code").alias("主办网站标识码"),
                pl.lit("是").alias("是否主账号"),
                pl.lit("正常").alias("运行状态"),
                pl.lit("是").alias("是否合成数据"),
            )
        )
    return pl.concat(parts)


def make_profiles(accounts: pl.DataFrame) -> pl.DataFrame:
    """One row an account of Weibo, as a crawler writes its user file; one in fifty is not verified."""
    order = pl.int_range(pl.len())
    return accounts.filter(pl.col("平台") == "微博").select(
        pl.col("账号ID").alias("用户id"),
        pl.col("账号名称").alias("昵称"),
        (1_000 + order * 37).alias("粉丝数"),
        pl.lit(100).alias("关注数"),
        (500 + order).alias("微博数"),
        (order % UNVERIFIED_EVERY != 0).cast(pl.String).str.to_titlecase().alias("是否认证"),
        pl.lit("是").alias("是否合成数据"),
    )


def make_matrix_accounts(accounts: pl.DataFrame, options: ExampleOptions) -> pl.DataFrame:
    """Further accounts of some bodies beside their main one; some are dormant and a few closed. None has data."""
    random = np.random.default_rng([options.edition, options.seed, MATRIX_STREAM])
    owners = accounts.filter(pl.col("平台") != "客户端")
    rows = owners.select(pl.exclude("账号ID"))[np.repeat(np.arange(len(owners)), random.binomial(3, 0.15, len(owners)))]
    count = len(rows)
    return rows.select(
        "平台",
        pl.Series("账号ID", [str(FIRST_ID + 9_000_000 + number) for number in range(count)]),
        pl.format("{}服务号{}", "账号名称", pl.Series(range(1, count + 1))).alias("账号名称"),
        "主办网站标识码",
        pl.lit("否").alias("是否主账号"),
        pl.Series("运行状态", random.choice(["正常", "休眠", "关停"], count, p=[0.7, 0.22, 0.08])),
        "是否合成数据",
    )


def make_months(accounts: pl.DataFrame, platform: str, random: np.random.Generator, edition: int) -> pl.DataFrame:
    """One row per account and month, with the columns a rating house's table has for the platform."""
    owners = accounts.filter(pl.col("平台") == platform)
    rows = owners.select("平台", "账号ID", "账号名称").join(
        pl.DataFrame({"起始日期": [dt.date(edition, month, 1) for month in range(1, MONTHS + 1)]}), how="cross"
    )
    count = len(rows)
    posts = random.poisson(30, count)
    reads = np.round(posts * random.lognormal(7, 1.2, count)).astype(np.int64)
    largest = np.minimum(np.round(reads * random.uniform(0.05, 0.4, count)), READ_CAP).astype(np.int64)
    likes = np.round(reads * 0.01).astype(np.int64)
    rows = rows.with_columns(周期=pl.lit("月"), 发布次数=pl.Series(posts), 是否合成数据=pl.lit("是"))
    if platform == "微博":
        counts = {"转发总数": likes // 2, "评论总数": likes // 3, "点赞总数": likes, "粉丝数": reads // 3}
    else:
        counts = {
            "发布篇数": posts * ARTICLES_A_PUBLICATION,
            "总阅读数": reads,
            "头条总阅读数": reads * HEADLINE_PERCENT // 100,
            "最大阅读数": largest,
            "总点赞数": likes,
            "头条总点赞数": likes * HEADLINE_PERCENT // 100,
            "最大点赞数": largest // 100,
            "在看数": likes // 4,
        }
    return rows.with_columns(pl.Series(name, values) for name, values in counts.items())


def make_posts(
    accounts: pl.DataFrame, options: ExampleOptions, random: np.random.Generator
) -> Iterator[tuple[str, pl.DataFrame]]:
    """Account id and posts, as a public crawler of Weibo writes a file each; the id is in the file name alone."""
    authors = accounts.filter(pl.col("平台") == "微博").head(POSTING_ACCOUNTS)["账号ID"].to_list()
    for author in authors:
        hours = np.sort(random.integers(0, 24 * 240, POSTS))
        times = [dt.datetime(options.edition, 1, 1) + dt.timedelta(hours=int(hour)) for hour in hours]
        numbers = random.integers(0, 2_000, (3, POSTS))
        yield (
            author,
            pl.DataFrame(
                {
                    "id": [
                        str(4_100_000_000_000_000 + int(author) % 1_000_000 * 1_000 + order) for order in range(POSTS)
                    ],
                    "bid": [f"F{options.seed % 1000:03}{order:05}" for order in range(POSTS)],
                    "正文": [f"示例微博第{order + 1}条 #政务公开#" for order in range(POSTS)],
                    "日期": [f"{time:%Y-%m-%d}" for time in times],
                    "工具": ["微博 weibo.com"] * POSTS,
                    "点赞数": numbers[0],
                    "评论数": numbers[1] // 4,
                    "转发数": numbers[2] // 2,
                    "话题": ["政务公开"] * POSTS,
                    "@用户": [""] * POSTS,
                    "完整日期": [f"{time:%Y-%m-%d %H:%M:%S}" for time in times],
                    "是否合成数据": ["是"] * POSTS,
                }
            ),
        )
