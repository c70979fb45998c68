"""A few bad rows, as real deliveries have. Each adds a row that no count of the edition may include."""

import json

import polars as pl

UNREGISTERED_SITE = "9912349999"


def with_registry_flaws(registry: pl.DataFrame) -> pl.DataFrame:
    """Add a site of an unknown division, one without a name, one of an unknown level, and a row twice."""
    last = registry.tail(1)
    unknown_division = last.with_columns(
        网站标识码=pl.lit("9999990001"), 行政区划代码=pl.lit("999999"), 首页网址=pl.lit("www.flaw1.example")
    )
    nameless = last.with_columns(
        网站标识码=pl.lit("6599990002"), 网站名称=pl.lit(None, pl.String), 首页网址=pl.lit("www.flaw2.example")
    )
    unknown_level = last.with_columns(
        网站标识码=pl.lit("6599990003"), 层级=pl.lit("街道办"), 首页网址=pl.lit("www.flaw3.example")
    )
    return pl.concat([registry, unknown_division, nameless, unknown_level, last])


def with_inspection_flaws(inspections: pl.DataFrame) -> pl.DataFrame:
    """Add a check on a day that does not exist and a check of a site nobody registered."""
    texts = inspections.with_columns(pl.col("检查日期").dt.strftime("%Y-%m-%d"))
    no_day = texts.tail(1).with_columns(检查日期=pl.lit("2017-13-45"))
    unregistered = texts.tail(1).with_columns(网站标识码=pl.lit(UNREGISTERED_SITE))
    return pl.concat([texts, no_day, unregistered])


def crawl_flaws(crawled: pl.DataFrame) -> list[str]:
    """Lines with an impossible status, an unknown outcome, an unregistered site, no address, and one cut short."""
    site = crawled.row(0, named=True)
    good: dict[str, object] = {
        "网站标识码": site["site_code"],
        "网址": f"http://{site['host']}/flaw.html",
        "抓取时间": "2017-09-01 08:00:00",
        "抓取结果": "成功",
        "状态码": 200,
        "层数": 1,
        "是否合成数据": "是",
    }
    flawed = [
        {**good, "状态码": 999},
        {**good, "抓取结果": "不知道"},
        {**good, "网站标识码": UNREGISTERED_SITE},
        {**good, "网址": None},
    ]
    lines = [json.dumps(row, ensure_ascii=False) for row in flawed]
    return [*lines, lines[0][: len(lines[0]) // 2]]
