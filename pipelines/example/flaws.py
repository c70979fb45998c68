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


def with_robot_flaws(tests: pl.DataFrame) -> pl.DataFrame:
    """Add a question to a site nobody registered, and one of which nobody can say whether it was answered."""
    last = tests.tail(1)
    unknown = last.with_columns(对象编码=pl.lit("3399990001"))
    undecided = last.with_columns(问题编号=pl.lit("Q99"), 是否回答=pl.lit("不清楚"))
    return pl.concat([tests, unknown, undecided])


def declaration_flaws(declarations: pl.DataFrame) -> list[str]:
    """A declaration with a wrong check digit, and one that differs from an earlier one of the same second."""
    first = declarations.head(1)
    code = first["统一社会信用代码"].item()
    wrong = code[:-1] + ("0" if code[-1] != "0" else "1")
    misspelt = first.with_columns(统一社会信用代码=pl.lit(wrong), 申报时间=pl.lit("2017-09-02 10:00:00"))
    contradicting = first.with_columns(年访问量=pl.col("年访问量") + 1)
    return [frame.write_ndjson().strip() for frame in (misspelt, contradicting)]


def with_review_flaws(reviews: pl.DataFrame) -> pl.DataFrame:
    """Add a score beyond the scale."""
    beyond = reviews.tail(1).with_columns(评审指标=pl.lit("influence.beyond"), 评分=pl.lit(101.0))
    return pl.concat([reviews, beyond])
