"""Trend tables against counts taken from the delivered files by other means."""

from collections import Counter, defaultdict
from datetime import date

import numpy as np
import polars as pl
import pytest
from statsmodels.duration.survfunc import SurvfuncRight  # type: ignore[import-untyped]
from statsmodels.stats.proportion import proportion_confint  # type: ignore[import-untyped]

from tests.fixtures.two_editions import EDITIONS, TwoEditions
from tests.models.trends import deliveries

DAYS = {2016: ("2015-12-31", "2016-06-30", "2016-12-31"), 2017: ("2016-12-31", "2017-03-01", "2017-09-01")}


def is_open(site: deliveries.Row, day: str) -> bool:
    if site["关停日期"] is not None:
        return site["开通日期"] <= day < site["关停日期"]
    return site["开通日期"] <= day and site["运行状态"] != "关停"


def is_of_the_party(site: deliveries.Row) -> bool:
    return site.get("系统") == "党务"


@pytest.mark.parametrize("edition", EDITIONS)
def test_the_stock_of_a_day_is_what_was_open_on_it(editions: TwoEditions, edition: int) -> None:
    sites = [site for site in deliveries.registry(editions.inboxes[edition]) if not is_of_the_party(site)]
    for day in DAYS[edition]:
        counted = sum(is_open(site, day) for site in sites)
        assert editions.cell("trend_2_site_flow", edition, "stock_sites", day)["value"] == counted > 0


def test_a_stock_is_the_one_before_with_openings_and_without_closures(editions: TwoEditions) -> None:
    flow = editions.cells("trend_2_site_flow").filter(pl.col("breakdown") == "stock_date")
    for edition in EDITIONS:
        days = flow.filter(pl.col("edition") == edition).pivot("measure", index="period", values="value").sort("period")
        stock, opened, closed = (days[f"{name}_sites"].to_list() for name in ("stock", "opened", "closed"))
        assert len(stock) >= 4
        for earlier in range(len(stock) - 1):
            assert stock[earlier] + opened[earlier + 1] - closed[earlier + 1] == stock[earlier + 1]
        assert sum(days["merged_sites"].drop_nulls()) > 0


def test_provinces_with_a_consolidation_policy_are_counted_from_the_record(editions: TwoEditions) -> None:
    issuers = {
        row["发文机关"].removesuffix("人民政府办公厅")
        for row in deliveries.policies(editions.inboxes[2017])
        if "集约化" in row["标题"] and row["发文机关"].endswith("人民政府办公厅")
    }
    cell = editions.cell("trend_2_consolidation_policy", 2017, "policy_share", "all")
    assert (cell["numerator"], cell["denominator"]) == (len(issuers), 31)


def test_intervals_are_those_of_wilson_and_only_samples_have_them(editions: TwoEditions) -> None:
    checks = editions.cells("trend_2_site_inspection").filter(pl.col("measure") == "pass_share")
    sampled = checks.filter(pl.col("group_code").str.contains("central_sample"))
    assert len(sampled) > 0
    for row in sampled.iter_rows(named=True):
        expected = proportion_confint(row["numerator"], row["denominator"], method="wilson")
        assert (row["interval_low"], row["interval_high"]) == pytest.approx(expected, abs=1e-8)
    others = checks.filter(~pl.col("group_code").str.contains("central_sample"))
    assert others["interval_low"].null_count() == len(others) > 0
    counted = editions.cells("trend_5_robot").filter(pl.col("measure").is_in(["usable_share", "best_accuracy_share"]))
    assert counted["interval_low"].null_count() == len(counted) > 0


@pytest.mark.parametrize("edition", EDITIONS)
def test_questions_of_one_robot_count_as_a_cluster(editions: TwoEditions, edition: int) -> None:
    """The variance of a ratio, by the jackknife over robots, which agrees with the linear one in so many of them."""
    robots = editions.rows("core.fct_robot").filter(
        pl.col("edition") == edition, "is_usable", pl.col("judged_count") > 0
    )
    right, asked = robots["correct_count"].to_numpy(), robots["judged_count"].to_numpy()
    without = (right.sum() - right) / (asked.sum() - asked)
    variance = (len(right) - 1) / len(right) * ((without - without.mean()) ** 2).sum()
    share = right.sum() / asked.sum()
    size = min(share * (1 - share) / variance, asked.sum())
    cell = editions.cell("trend_5_robot", edition, "accuracy_share", "all")
    assert cell["design"] == "cluster_sample"
    expected = proportion_confint(share * size, size, method="wilson")
    assert (cell["interval_low"], cell["interval_high"]) == pytest.approx(expected, abs=2e-3)


def test_tiers_are_never_merged_and_failures_have_their_reasons(editions: TwoEditions) -> None:
    failed = Counter(
        ("central_sample" if row["检查方式"] == "国办抽查" else "local_self_check", row["不合格原因"])
        for row in deliveries.checks(editions.inboxes[2017])
        if row["是否合格"] == "不合格" and row["检查日期"] >= "2017-07"
    )
    counted = editions.cells("trend_2_site_inspection").filter(
        (pl.col("edition") == 2017)
        & (pl.col("measure") == "failed_sites")
        & (pl.col("breakdown") == "period_tier_reason")
        & (pl.col("period") == "2017Q3")
    )
    assert sum(failed.values()) == sum(counted["value"])
    assert sorted(failed.values()) == sorted(counted["value"])
    groups = editions.cells("trend_2_site_inspection")["group_code"].to_list()
    assert all(":" in group for group in groups)


def test_a_theme_is_the_share_of_the_sites_that_published_in_the_month(editions: TwoEditions) -> None:
    published, themed = defaultdict(set), defaultdict(set)
    for page in deliveries.pages(editions.inboxes[2017]):
        if page["发布日期"] and page["页面标题"] and page["状态码"] == 200:
            published[page["发布日期"][:7]].add(page["网站标识码"])
            if "新媒体" in page["页面标题"]:
                themed[page["发布日期"][:7]].add(page["网站标识码"])
    assert sum(map(len, themed.values())) > 0
    for month in ("2017-04", "2017-06", "2017-08"):
        cell = editions.cell("trend_1_theme_uptake", 2017, "site_share", f"{month}:new_media")
        assert (cell["numerator"], cell["denominator"]) == (len(themed[month]), len(published[month]))
    assert editions.cell("trend_1_theme_uptake", 2017, "site_share", "2017-04:new_media")["numerator"] == 0


@pytest.mark.parametrize("table", ["trend_1_theme_uptake", "trend_1_theme_lag", "trend_2_site_quality"])
def test_beside_what_a_crawl_found_stands_of_how_many_sites_it_found_it(editions: TwoEditions, table: str) -> None:
    is_of_quality = table == "trend_2_site_quality"
    running = {
        site["网站标识码"]
        for site in deliveries.registry(editions.inboxes[2017])
        if site["运行状态"] not in ("关停", "关闭") and not (is_of_quality and is_of_the_party(site))
    }
    seen = {
        page["网站标识码"]
        for page in deliveries.pages(editions.inboxes[2017])
        if is_of_quality or (page["页面标题"] and page["状态码"] == 200 and (page["发布日期"] or "").startswith("2017"))
    }
    cell = editions.cell(table, 2017, "crawled_share", "all")
    assert (cell["numerator"], cell["denominator"]) == (len(seen & running), len(running))
    assert 0 < cell["value"] < 1


def test_the_lag_is_counted_from_the_first_document(editions: TwoEditions) -> None:
    issued = min(row["成文日期"] for row in deliveries.policies(editions.inboxes[2017]) if "新媒体" in row["标题"])
    first: dict[str, str] = {}
    since: set[str] = set()
    last = ""
    for page in deliveries.pages(editions.inboxes[2017]):
        day, site = page["发布日期"], page["网站标识码"]
        if day and page["页面标题"] and page["状态码"] == 200:
            last = max(last, day)
            since |= {site} if day >= issued else set()
            if "新媒体" in page["页面标题"] and day >= issued:
                first[site] = min(day, first.get(site, day))
    cell = editions.cell("trend_1_theme_lag", 2017, "uptaken_share", "new_media")
    assert (cell["numerator"], cell["denominator"]) == (len(first), len(since))
    assert 0 < len(first) < len(since)
    days = {site: (date.fromisoformat(day) - date.fromisoformat(issued)).days for site, day in first.items()}
    earliest = editions.cell("trend_1_theme_lag", 2017, "first_lag_days", "new_media")
    assert earliest["value"] == min(days.values())
    # Of all who could have, and not of those who did: a median of lags says nothing of who is still to come.
    followed = (date.fromisoformat(last) - date.fromisoformat(issued)).days
    lags, is_uptaken = [days.get(site, followed) for site in sorted(since)], [site in days for site in sorted(since)]
    survival = SurvfuncRight(np.array(lags) + 1.0, np.array(is_uptaken, dtype=int))
    for limit in (30, 60, 90):
        if followed >= limit:
            cell = editions.cell("trend_1_theme_lag", 2017, f"uptaken_{limit}_share", "new_media")
            within = sum(lag <= limit for lag in days.values())
            assert (cell["numerator"], cell["denominator"]) == (within, len(since))
            still_to_come = survival.surv_prob[survival.surv_times <= limit + 1][-1]
            assert cell["value"] == pytest.approx(1 - still_to_come, abs=1e-9)


def test_robots_are_right_as_often_as_their_answers(editions: TwoEditions) -> None:
    asked, answered, right = Counter[str](), Counter[str](), Counter[str]()
    for row in deliveries.robot_tests(editions.inboxes[2017]):
        asked[row["对象编码"]] += 1
        answered[row["对象编码"]] += row["是否回答"] == "是"
        right[row["对象编码"]] += row["是否正确"] == "正确"
    usable = [code for code in asked if answered[code] / asked[code] >= 0.5]
    accuracy = editions.cell("trend_5_robot", 2017, "accuracy_share", "all")
    assert accuracy["numerator"] == sum(right[code] for code in usable)
    assert accuracy["denominator"] == sum(asked[code] for code in usable)
    of_all = editions.cell("trend_5_robot", 2017, "right_share", "all")
    assert (of_all["numerator"], of_all["denominator"]) == (right.total(), asked.total())
    best = editions.cell("trend_5_robot", 2017, "best_accuracy_share", "all")
    assert best["value"] == max(right[code] / asked[code] for code in usable)


def test_bodies_have_one_main_account_and_some_a_matrix(editions: TwoEditions) -> None:
    rows = [row for row in deliveries.accounts(editions.inboxes[2017]) if row["运行状态"] != "关停"]
    by_body = Counter(row["主办网站标识码"] for row in rows)
    size = editions.cell("trend_4_account", 2017, "matrix_size", "all")
    assert (size["numerator"], size["denominator"]) == (len(rows), len(by_body))
    dormant = editions.cell("trend_4_account", 2017, "dormant_share", "all")
    assert dormant["numerator"] == sum(row["运行状态"] == "休眠" for row in rows) > 0
    mains = Counter((row["主办网站标识码"], row["平台"]) for row in rows if row["是否主账号"] == "是")
    assert editions.cell("trend_4_account", 2017, "most_main_accounts", "all")["value"] == max(mains.values())


def test_open_data_portals_are_those_whose_pages_say_so(editions: TwoEditions) -> None:
    running = {
        row["网站标识码"]
        for row in deliveries.registry(editions.inboxes[2017])
        if row["运行状态"] != "关停" and row["网站类型"] == "门户网站"
    }
    found = {
        page["网站标识码"]
        for page in deliveries.pages(editions.inboxes[2017])
        if page["页面标题"] and "政府数据资源" in page["页面标题"] and page["状态码"] == 200
    }
    assert editions.cell("trend_5_portal", 2017, "open_data_portals", "all")["value"] == len(found & running) > 0
