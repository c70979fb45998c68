"""What an analyst who knows Polars would write: crawl lines to indicators a site, streaming, and nothing else.

Broken lines are those without their closing brace; rows with an impossible cell are filtered out and forgotten.
"""

import sys
from pathlib import Path

import polars as pl

LINE = pl.Struct(
    {
        "网站标识码": pl.String,
        "网址": pl.String,
        "抓取时间": pl.String,
        "抓取结果": pl.String,
        "状态码": pl.Int64,
        "层数": pl.Int64,
        "发布日期": pl.String,
        "新媒体链接": pl.List(pl.String),
    }
)
CHANNELS = {
    "weibo": r"weibo\.com/|weibo\.cn/",
    "wechat": r"weixin\.qq\.com/",
    "app": r"\.apk$|apps\.apple\.com/|itunes\.apple\.com/|/app/download",
    "video": r"miaopai\.com/|v\.qq\.com/|douyin\.com/",
}
OUTCOMES = ("成功", "域名解析失败", "超时", "拒绝连接", "证书错误", "其他错误")


def main() -> None:
    """Write the indicators of the crawl files of an inbox to a Parquet file."""
    inbox, out = Path(sys.argv[1]), Path(sys.argv[2])
    pages = read_pages(sorted((inbox / "site_crawl").iterdir()))
    counted = count(pages).join(count_links(pages), on="subject_id", how="left")
    links = pl.col(*(f"{channel}_link_count" for channel in CHANNELS))
    counted.with_columns(pl.when(pl.col("available_count") > 0).then(links.fill_null(0))).collect(
        engine="streaming"
    ).write_parquet(out)


def read_pages(paths: list[Path]) -> pl.LazyFrame:
    """The believable pages, each address and time once."""
    lines = pl.scan_lines(paths, name="line").filter(pl.col("line").str.ends_with("}"))
    cells = lines.select(pl.col("line").str.json_decode(LINE)).unnest("line")
    return (
        cells.filter(
            pl.col("网址").is_not_null(),
            pl.col("抓取结果").is_in(OUTCOMES),
            pl.col("状态码").is_null() | pl.col("状态码").is_between(100, 599),
        )
        .unique(["网址", "抓取时间"])
        .with_columns(
            subject_id="website:" + pl.col("网站标识码"),
            fetched_at=pl.col("抓取时间").str.to_datetime("%Y-%m-%d %H:%M:%S"),
            published_date=pl.col("发布日期").str.to_date("%Y-%m-%d"),
            is_home=pl.col("层数") == 0,
            is_answered=pl.col("抓取结果") == "成功",
        )
        .with_columns(is_available=pl.col("is_answered") & (pl.col("状态码") < 400).fill_null(value=True))
    )


def count(pages: pl.LazyFrame) -> pl.LazyFrame:
    """Counts and days a site."""
    home, available = pl.col("is_home"), pl.col("is_available")
    return pages.group_by("subject_id").agg(
        page_count=pl.len().cast(pl.Int64),
        home_available_count=(home & available).sum().cast(pl.Int64),
        available_count=available.sum().cast(pl.Int64),
        timeout_count=(pl.col("抓取结果") == "超时").sum().cast(pl.Int64),
        dead_link_count=(~home & ~available).sum().cast(pl.Int64),
        latest_published_date=pl.col("published_date").filter(available).max(),
        crawled_until_date=pl.col("fetched_at").max().dt.date(),
    )


def count_links(pages: pl.LazyFrame) -> pl.LazyFrame:
    """Distinct links a site and channel."""
    links = (
        pages.filter("is_available", pl.col("新媒体链接").list.len() > 0)
        .select("subject_id", link=pl.col("新媒体链接"))
        .explode("link")
        .unique()
    )
    return links.group_by("subject_id").agg(
        pl.col("link").str.to_lowercase().str.contains(pattern).sum().cast(pl.Int64).alias(f"{channel}_link_count")
        for channel, pattern in CHANNELS.items()
    )


if __name__ == "__main__":
    main()
