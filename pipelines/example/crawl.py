"""Crawl rows of the sampled sites, portals first; made in arrays, a block of sites at a time."""

from collections.abc import Iterator
from itertools import compress

import numpy as np
import numpy.typing as npt
import polars as pl

from pipelines.example.calibration import read_calibration
from pipelines.example.options import ExampleOptions
from pipelines.example.order import dealt
from pipelines.example.party import MOST_EFFECTIVE, is_praised_site, showpiece
from pipelines.example.robots import robot_owners
from pipelines.example.themes import OPEN_DATA_TOPIC, STREAM, themed, with_open_data

Flags = npt.NDArray[np.bool_]
ROWS_PER_BLOCK = 400_000
HOME_PROBES = 2
FIRST_FETCH = "{}-08-21T00:00:00"
CRAWL_SECONDS = 20 * 24 * 3600
DEAD_SITE_SHARE = 0.04
STALE_SITE_SHARE = 0.08
DEAD_LINK_SHARE = 0.03
UNANSWERED_PAGE_SHARE = 0.005
DATED_PAGE_SHARE = 0.6
FUSED_OTHER_SHARE = 0.35
# Portals of counties fail as other sites do; those of the levels above always have a page that answers.
LEVEL_OF_DEAD_PORTALS = "county"
HOME_DOWN_SHARE, SLOW_SHARE, SLOWNESS = 0.015, 0.03, 25
FRESHNESS_OF_PRAISED = 0.1
OUTCOMES = np.array(["域名解析失败", "超时", "拒绝连接", "证书错误", "其他错误"])
OUTCOME_WEIGHTS = np.array([0.4, 0.25, 0.15, 0.1, 0.1])
TOPICS = np.array(["政务公开", "办事服务", "互动交流", "通知公告", "政策解读", "领导活动", "统计数据", "公共服务"])
SEARCH_SHARES = {"central_department": 0.9, "province": 0.95, "key_city": 0.9, "prefecture": 0.7, "county": 0.5}
MOBILE_SHARE = 0.3
# On these pages of a site that has one stands its open-data portal.
OPEN_DATA_PAGES = (2, 3, 4)


def crawled_sites(
    sites: pl.DataFrame, party: pl.DataFrame, options: ExampleOptions, random: np.random.Generator
) -> pl.DataFrame:
    """The running sites that are crawled, with what the crawler will find: dead, slow, stale, links to new media.

    Those of the party come last. What the bulletin praises neither fails nor is stale.
    """
    running = sites.filter("is_running").with_row_index("order")
    is_other = pl.col("site_role") != "portal"
    by_lot = pl.Series(random.permutation(len(running)))
    ordered = running.sort(is_other, pl.when(is_other).then(by_lot).otherwise("order"))
    own = ordered.head(options.crawled - len(party)).with_columns(is_of_party=pl.lit(value=False))
    chosen = pl.concat([own, party.with_columns(is_of_party=pl.lit(value=True))], how="diagonal_relaxed")
    count = len(chosen)
    is_of_party = chosen["is_of_party"].to_numpy()
    is_portal = (chosen["site_role"] == "portal").to_numpy()
    is_spared = chosen.select(is_praised_site()).to_series().to_numpy()
    is_fused = np.where(
        is_portal & ~is_of_party,
        _fused_portals(chosen, is_spared, options.edition, random),
        is_of_party | (random.random(count) < FUSED_OTHER_SHARE),
    )
    may_die = ~is_spared & (~is_portal | (chosen["level"] == LEVEL_OF_DEAD_PORTALS).to_numpy())
    lot = np.random.default_rng([options.edition, options.seed, STREAM])
    searched = chosen["level"].replace_strict(SEARCH_SHARES, return_dtype=pl.Float64).to_numpy()
    return with_open_data(chosen, lot).select(
        "site_code",
        "site_name",
        "host",
        "level",
        "has_open_data",
        has_robot=pl.col("site_code").is_in(robot_owners(sites, options.edition).to_list()),
        has_search=pl.Series(is_spared | (lot.random(count) < searched)),
        is_mobile=pl.Series(is_spared | (lot.random(count) < MOBILE_SHARE)),
        is_dead=pl.Series(may_die & (random.random(count) < DEAD_SITE_SHARE)),
        is_home_down=pl.Series(~is_spared & (lot.random(count) < HOME_DOWN_SHARE)),
        is_slow=pl.Series(~is_spared & (lot.random(count) < SLOW_SHARE)),
        outage=pl.Series(random.choice(OUTCOMES, count, p=OUTCOME_WEIGHTS)),
        is_spared=pl.Series(is_spared),
        is_flawless=pl.col("site_code") == showpiece(MOST_EFFECTIVE),
        is_stale=pl.Series(~is_spared & (random.random(count) < STALE_SITE_SHARE)),
        links=_links(chosen["host"].to_list(), is_fused, is_spared, random),
    )


def _fused_portals(chosen: pl.DataFrame, is_spared: Flags, edition: int, random: np.random.Generator) -> Flags:
    """Mark so many government portals of each level as the calibrated share asks, to the nearest whole."""
    is_fused = np.zeros(len(chosen), dtype=bool)
    is_portal = (pl.col("site_role") == "portal") & ~pl.col("is_of_party")
    for level, portals, fused in read_calibration("fusion", edition).iter_rows():
        is_of_level = chosen.select(is_portal & (pl.col("level") == level)).to_series().to_numpy()
        places = np.flatnonzero(is_of_level)
        is_fused[places] = dealt(round(len(places) * fused / portals), is_spared[places], random)
    return is_fused


def _links(hosts: list[str], is_fused: Flags, is_spared: Flags, random: np.random.Generator) -> pl.Series:
    """Links to new media found on each site's pages; at least one where the site is fused, none where it is not."""
    table = read_calibration("links")
    shown = random.random((len(hosts), len(table))) < table["weight"].to_numpy()
    shown[~shown.any(axis=1), 0] = True
    shown[is_spared] = True
    shown[~is_fused] = False
    found = [
        [template.format(host=host, account=f"{number:08d}") for template in compress(table["link"], is_shown)]
        for number, (host, is_shown) in enumerate(zip(hosts, shown, strict=True), start=1)
    ]
    return pl.Series(found, dtype=pl.List(pl.String))


def crawl_blocks(crawled: pl.DataFrame, options: ExampleOptions, random: np.random.Generator) -> Iterator[pl.DataFrame]:
    """Crawl rows under the headers of the delivered files, so many sites at a time as make one file."""
    step = max(1, ROWS_PER_BLOCK // options.pages)
    for start in range(0, len(crawled), step):
        lot = np.random.default_rng([options.edition, options.seed, STREAM, start])
        yield _block(crawled[start : start + step], options, random, lot)


def _block(
    crawled: pl.DataFrame, options: ExampleOptions, random: np.random.Generator, lot: np.random.Generator
) -> pl.DataFrame:
    pages = options.pages
    count = len(crawled) * pages
    site = np.repeat(np.arange(len(crawled)), pages)
    page = np.tile(np.arange(pages), len(crawled))
    is_home = page < HOME_PROBES
    is_slow, is_flawless = crawled["is_slow"].to_numpy()[site], crawled["is_flawless"].to_numpy()[site]
    is_out = crawled["is_dead"].to_numpy()[site] | (is_home & crawled["is_home_down"].to_numpy()[site])
    is_unanswered = is_out | np.where(is_home, is_slow & (page == 0), random.random(count) < UNANSWERED_PAGE_SHARE)
    is_gone = ~is_unanswered & ~is_home & ~is_flawless & (random.random(count) < DEAD_LINK_SHARE)
    spacing = CRAWL_SECONDS // count
    seconds = np.arange(count) * spacing + random.integers(0, spacing, count)
    first = np.datetime64(FIRST_FETCH.format(options.edition), "ms")
    fetched = first + (seconds * 1000).astype("timedelta64[ms]")
    age = random.exponential(120, count) + np.where(crawled["is_stale"].to_numpy()[site], 30, 0)
    age *= np.select([is_flawless, crawled["is_spared"].to_numpy()[site]], [0.0, FRESHNESS_OF_PRAISED], 1.0)
    is_dated = ~is_unanswered & ~is_gone & ~is_home & (random.random(count) < DATED_PAGE_SHARE)
    published = (fetched - age.astype("timedelta64[D]")).astype("datetime64[D]")
    levels = crawled["level"].to_numpy()[site]
    topic = themed(TOPICS[random.integers(0, len(TOPICS), count)], published, levels, is_dated, options.edition, lot)
    topic[crawled["has_open_data"].to_numpy()[site] & np.isin(page, OPEN_DATA_PAGES)] = OPEN_DATA_TOPIC
    frame = crawled[site].with_columns(
        page=pl.Series(page),
        is_answered=pl.Series(~is_unanswered),
        is_out=pl.Series(is_out),
        status=pl.Series(np.where(is_gone, 404, 200)),
        fetched=pl.Series(fetched),
        published=pl.Series(published),
        is_dated=pl.Series(is_dated),
        topic=pl.Series(topic),
        milliseconds=pl.Series(
            (random.gamma(2.0, 180.0, count).astype(np.int64) + 20) * np.where(is_slow, SLOWNESS, 1)
        ),
        depth=pl.Series(np.where(is_home, 0, 1 + page % 3)),
    )
    return frame.select(**_delivered_columns())


def _delivered_columns() -> dict[str, pl.Expr]:
    is_home = pl.col("page") < HOME_PROBES
    path = pl.when(is_home).then(pl.lit("")).otherwise(pl.format("content/{}.html", "page"))
    url = pl.format("http://{}/{}", "host", path)
    answered = pl.col("is_answered")
    return {
        "网站标识码": pl.col("site_code"),
        "网址": url,
        "最终网址": pl.when(answered).then(url),
        "抓取时间": pl.col("fetched").dt.strftime("%Y-%m-%d %H:%M:%S"),
        "抓取结果": pl.when(answered).then(pl.lit("成功")).when("is_out").then("outage").otherwise(pl.lit("超时")),
        "状态码": pl.when(answered).then("status"),
        "层数": pl.col("depth"),
        "媒体类型": pl.when(answered).then(pl.lit("text/html")),
        "页面标题": pl.when(answered).then(
            pl.when(is_home).then("site_name").otherwise(pl.format("{}-{}", "topic", "site_name"))
        ),
        "发布日期": pl.when("is_dated").then(pl.col("published").dt.strftime("%Y-%m-%d")),
        "响应毫秒": pl.when(answered).then("milliseconds"),
        "新媒体链接": pl.when(answered).then(
            pl.when(pl.col("depth") <= 1).then("links").otherwise(pl.lit([], dtype=pl.List(pl.String)))
        ),
        "搜索框": _on_home("has_search", answered & is_home),
        "智能问答": _on_home("has_robot", answered & is_home),
        "移动端视口": _on_home("is_mobile", answered & is_home),
        "是否合成数据": pl.lit("是"),
    }


def _on_home(flag: str, is_looked_at: pl.Expr) -> pl.Expr:
    """What was found of a fact that is looked for on home pages alone; empty elsewhere."""
    return pl.when(is_looked_at).then(pl.when(flag).then(pl.lit("是")).otherwise(pl.lit("否")))
