"""What an analyst who knows pandas would write: crawl lines to indicators a site, in memory, and nothing else.

A line that is not JSON is skipped; rows with an impossible cell are filtered out and forgotten.
"""

import gzip
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd  # type: ignore[import-untyped]

COLUMNS = ["网站标识码", "网址", "抓取时间", "抓取结果", "状态码", "层数", "发布日期", "新媒体链接"]
CHANNELS = {
    "weibo": r"weibo\.com/|weibo\.cn/",
    "wechat": r"weixin\.qq\.com/",
    "app": r"\.apk$|apps\.apple\.com/|itunes\.apple\.com/|/app/download",
    "video": r"miaopai\.com/|v\.qq\.com/|douyin\.com/",
}
OUTCOMES = ["成功", "域名解析失败", "超时", "拒绝连接", "证书错误", "其他错误"]


def main() -> None:
    """Write the indicators of the crawl files of an inbox to a Parquet file."""
    inbox, out = Path(sys.argv[1]), Path(sys.argv[2])
    pages = read_pages(sorted((inbox / "site_crawl").iterdir()))
    counted = count(pages).join(count_links(pages), how="left").reset_index()
    links = [f"{channel}_link_count" for channel in CHANNELS]
    counted[links] = counted[links].fillna(0).where(counted["available_count"] > 0).astype("Int64")
    counted.to_parquet(out)


def read_pages(paths: list[Path]) -> pd.DataFrame:
    """The believable pages, each address and time once."""
    pages = pd.concat([pd.DataFrame.from_records(list(_lines(path)), columns=COLUMNS) for path in paths])
    pages = pages[
        pages["网址"].notna()
        & pages["抓取结果"].isin(OUTCOMES)
        & (pages["状态码"].isna() | pages["状态码"].between(100, 599))
    ]
    pages = pages.drop_duplicates(["网址", "抓取时间"])
    is_answered = pages["抓取结果"] == "成功"
    return pages.assign(
        subject_id="website:" + pages["网站标识码"],
        fetched_at=pd.to_datetime(pages["抓取时间"], format="%Y-%m-%d %H:%M:%S"),
        published_date=pd.to_datetime(pages["发布日期"], format="%Y-%m-%d"),
        is_home=pages["层数"] == 0,
        is_available=is_answered & ((pages["状态码"] < 400) | pages["状态码"].isna()),
    )


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        for line in stream:
            try:
                yield json.loads(line)
            except json.JSONDecodeError:
                continue


def count(pages: pd.DataFrame) -> pd.DataFrame:
    """Counts and days a site."""
    flags = pages.assign(
        is_home_available=pages["is_home"] & pages["is_available"],
        is_timeout=pages["抓取结果"] == "超时",
        is_dead_link=~pages["is_home"] & ~pages["is_available"],
        available_date=pages["published_date"].where(pages["is_available"]),
    )
    counted = flags.groupby("subject_id").agg(
        page_count=("is_home", "size"),
        home_available_count=("is_home_available", "sum"),
        available_count=("is_available", "sum"),
        timeout_count=("is_timeout", "sum"),
        dead_link_count=("is_dead_link", "sum"),
        latest_published_date=("available_date", "max"),
        crawled_until_date=("fetched_at", "max"),
    )
    days = ["latest_published_date", "crawled_until_date"]
    counted[days] = counted[days].apply(lambda column: column.dt.date)
    return counted


def count_links(pages: pd.DataFrame) -> pd.DataFrame:
    """Distinct links a site and channel."""
    links = pages.loc[pages["is_available"], ["subject_id", "新媒体链接"]].explode("新媒体链接").dropna()
    links = links.drop_duplicates()
    lowered = links["新媒体链接"].astype("str").str.lower()
    found = {f"{channel}_link_count": lowered.str.contains(pattern) for channel, pattern in CHANNELS.items()}
    return pd.DataFrame(found).groupby(links["subject_id"]).sum()


if __name__ == "__main__":
    main()
