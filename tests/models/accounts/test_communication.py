"""Communication indices of accounts and bodies, against published vectors and an independent computation."""

import csv
import datetime as dt
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipelines.ingest.contracts import Contract, load_contracts
from pipelines.reference.rows import seed_path
from pipelines.settings import SEEDS_DIR, Settings
from tests.fixtures.composing import rewrite
from tests.fixtures.deliveries import delimited, deliver
from tests.fixtures.warehouse import build_tables, ingest, rows_of

Counts = Mapping[str, int]
EDITION = 2017
BASE = {"总阅读数": 10_000, "发布篇数": 100, "最大阅读数": 300, "总点赞数": 4_000, "最大点赞数": 60}
V13 = {**BASE, "发布次数": 30, "头条总阅读数": 6_000, "头条总点赞数": 2_500}
V14 = {
    **{**V13, "总点赞数": 600, "头条总点赞数": 300, "最大点赞数": 40},
    **{"在看数": 400, "头条总在看数": 250, "最大在看数": 20},
    **{"转发总数": 500, "头条总转发数": 300, "最大转发数": 50},
}
SIMPLE = {"发布次数": 100, "转发总数": 500, "评论总数": 300, "总点赞数": 1_000}
FULL = {**SIMPLE, "原创数": 60, "原创转发数": 400, "原创评论数": 250}

# (account, platform, month, counts, version, score): the first value is published, the others are the arithmetic of
# the formulas as the public record gives them.
VECTORS = [
    ("v2", "微信", "2014-06-01", BASE, "V2.0", 411.4875078505686),
    ("v11", "微信", "2015-06-01", BASE, "V11", 472.35169400342863),
    ("v12", "微信", "2017-06-01", BASE, "V12.0", 303.9636970852502),
    ("v13", "微信", "2017-09-01", V13, "V13.0", 301.2508413720416),
    ("v14a", "微信", "2020-06-01", V14, "V14.2a", 350.91278000709815),
    ("v14b", "微信", "2021-06-01", V14, "V14.2b", 339.9303555715407),
    ("simple", "微博", "2017-06-01", SIMPLE, "simple", 935.0422568200776),
    ("full", "微博", "2018-06-01", FULL, "seven_inputs", 898.6891913857643),
    ("silent", "微信", "2017-06-01", dict.fromkeys(V13, 0), "V12.0", 0.0),
]
# Two formulas are never applied by themselves; a centre that wants them says from when.
ALTERNATIVES = {
    ("wci", "V14.2a"): {"valid_to": "2020-12-31"},
    ("wci", "V14.2b"): {"valid_from": "2021-01-01", "is_applied": "true"},
    ("bci", "simple"): {"valid_to": "2017-12-31"},
    ("bci", "seven_inputs"): {"valid_from": "2018-01-01", "is_applied": "true"},
}
DRAWN_ACCOUNTS = 24
TABLES = (
    "indices.fct_account_communication",
    "indices.fct_account_communication_term",
    "indices.fct_body_communication",
)
MONTHS = [dt.date(2017, month, 1) for month in (5, 6, 7, 9)]
RAISED = ("总阅读数", "总点赞数", "最大阅读数", "最大点赞数", "头条总阅读数", "头条总点赞数")
SITES = ("1100000001", "1200000001")
# In Beijing the first was posted on a Saturday evening and the second an hour later, on Sunday.
POSTS = [("2017-06-03 23:30:00", 3, 1, 40), ("2017-06-04 00:30:00", 7, 0, 12), ("2017-06-10 12:00:00", 2, 5, 9)]


def drawn_counts() -> Iterator[tuple[str, dict[str, int]]]:
    """Pairs of accounts: the second has twice as much of one count."""
    random = np.random.default_rng(2017)
    for number in range(DRAWN_ACCOUNTS):
        counts = {name: int(random.integers(1, 10 ** random.integers(1, 6))) for name in V13}
        yield f"drawn{number}", counts
        raised = RAISED[number % len(RAISED)]
        yield f"raised{number}", {**counts, raised: counts[raised] * 2}


def wci(counts: Counts, month: dt.date) -> float:
    """The index of a month of 2017, straight from the formulas of the two versions."""
    days = ((month.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - month).days
    reads, likes, articles = counts["总阅读数"], counts["总点赞数"], counts["发布篇数"]
    if month.month <= 6:
        by_reads = [(0.4, reads / days), (0.45, reads / articles), (0.15, counts["最大阅读数"])]
        by_likes = [(0.4, likes / days), (0.45, likes / articles), (0.15, counts["最大点赞数"])]
        spread = 0.8 * sum(weight * math.log(value + 1) for weight, value in by_reads)
        return 10 * (spread + 0.2 * sum(weight * math.log(10 * value + 1) for weight, value in by_likes)) ** 2
    headlines = counts["发布次数"]
    pairs = [
        (0.3, reads / days, likes / days),
        (0.3, reads / articles, likes / articles),
        (0.3, counts["头条总阅读数"] / headlines, counts["头条总点赞数"] / headlines),
        (0.1, counts["最大阅读数"], counts["最大点赞数"]),
    ]
    return 10 * sum(w * (0.85 * math.log(r + 1) + 0.15 * math.log(10 * z + 1)) for w, r, z in pairs) ** 2


def bci(posts: int, reposts: int, comments: int, likes: int) -> float:
    """The simple variant."""
    spread = 0.4 * math.log(reposts + 1) + 0.4 * math.log(comments + 1) + 0.2 * math.log(likes + 1)
    return 160 * (0.2 * math.log(posts + 1) + 0.8 * spread)


def of_any_year() -> Contract:
    """The contract of the counters for months of all the years that formulas are of."""
    contract = load_contracts()["account_activity"]
    columns = [
        column.model_copy(update={"years_before": 10, "years_after": 10}) if column.begins else column
        for column in contract.columns
    ]
    return contract.model_copy(update={"columns": tuple(columns)})


def deliver_periods(inbox: Path, rows: Sequence[tuple[str, str, str, str, Counts]]) -> None:
    names = sorted({name for *_, counts in rows for name in counts})
    body = [
        [platform, account, kind, start, *(str(counts[name]) if name in counts else "" for name in names)]
        for account, platform, kind, start, counts in rows
    ]
    deliver(inbox, "account_activity", "周期.csv", delimited(["平台", "账号ID", "周期", "起始日期", *names], body))


def deliver_registries(inbox: Path, accounts: Mapping[tuple[str, str], str]) -> None:
    sites = [[code, f"网站{code}", f"www.{code}.gov.cn", "省级", "门户网站"] for code in SITES]
    header = ["网站标识码", "网站名称", "首页网址", "层级", "网站类型"]
    deliver(inbox, "site_registry", "网站.csv", delimited(header, sites))
    rows = [[platform, account, f"账号{account}", site] for (platform, account), site in accounts.items()]
    deliver(inbox, "account_registry", "账号.csv", delimited(["平台", "账号ID", "账号名称", "主办网站标识码"], rows))


def write_formulas(folder: Path) -> Path:
    """The seeds in one folder, as a centre may keep them; the two formulas that wait for a date have one."""
    folder.mkdir()
    for path in SEEDS_DIR.rglob("*.csv"):
        (folder / path.name).write_bytes(path.read_bytes())
    with seed_path(SEEDS_DIR, "communication_formulas").open(encoding="utf-8", newline="") as stream:
        formulas = [row | ALTERNATIVES.get((row["formula_code"], row["version"]), {}) for row in csv.DictReader(stream)]
    rewrite(folder / "communication_formulas.csv", formulas)
    return folder


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("communication")
    inbox = folder / "inbox"
    months = [(account, "微信", str(month), counts) for account, counts in drawn_counts() for month in MONTHS]
    months += [vector[:4] for vector in VECTORS]
    months += [
        ("lacking", "微信", "2017-06-01", {name: BASE[name] for name in BASE if name != "最大点赞数"}),
        ("idle", "微信", "2017-06-01", {**BASE, "发布篇数": 0}),
        ("early", "微信", "2013-06-01", BASE),
    ]
    rows = [(account, platform, "月", start, counts) for account, platform, start, counts in months]
    rows += [("v13", "微信", "周", start, V13) for start in ("2017-06-18", "2017-06-25", "2017-07-02")]
    deliver_periods(inbox, rows)
    header = ["平台", "账号ID", "内容编号", "发布时间", "转发数", "评论数", "点赞数"]
    posts = [["微博", "poster", str(number), *map(str, post)] for number, post in enumerate(POSTS)]
    deliver(inbox, "account_post", "发布.csv", delimited(header, posts))
    owned = {(platform, account): SITES[account == "full"] for account, platform, *_ in rows}
    deliver_registries(inbox, {**owned, ("微博", "poster"): SITES[1]})
    settings = Settings(home=folder / "home", inbox=inbox, edition=EDITION, seeds=write_formulas(folder / "seeds"))
    ingest(settings, account_activity=of_any_year())
    build_tables(settings, *TABLES)
    return settings


Key = tuple[str, str, dt.date]


@pytest.fixture(scope="module")
def scores(built: Settings) -> dict[Key, dict[str, Any]]:
    rows = rows_of(built, "indices.fct_account_communication").iter_rows(named=True)
    return {(row["subject_id"].split(":")[1], row["period_kind"], row["period_start"]): row for row in rows}


@pytest.mark.parametrize(("account", "month", "version", "score"), [(v[0], v[2], v[4], v[5]) for v in VECTORS])
def test_each_version_gives_its_vector(
    scores: Mapping[Key, Mapping[str, Any]], account: str, month: str, version: str, score: float
) -> None:
    row = scores[account, "month", dt.date.fromisoformat(month)]
    assert row["score"] == pytest.approx(score, abs=1e-8)
    assert row["versions"] == version


def test_months_agree_with_an_independent_computation(scores: Mapping[Key, Mapping[str, Any]]) -> None:
    for account, counts in drawn_counts():
        for month in MONTHS:
            assert scores[account, "month", month]["score"] == pytest.approx(wci(counts, month), abs=1e-8)


def test_more_of_any_count_never_lowers_the_index(scores: Mapping[Key, Mapping[str, Any]]) -> None:
    for number in range(DRAWN_ACCOUNTS):
        for month in MONTHS:
            before, after = (scores[f"{kind}{number}", "month", month]["score"] for kind in ("drawn", "raised"))
            assert after >= before


def test_a_year_is_the_mean_of_its_months_and_says_which_version_covers_which(
    scores: Mapping[Key, Mapping[str, Any]],
) -> None:
    for account, counts in drawn_counts():
        row = scores[account, "year", dt.date(2017, 1, 1)]
        assert row["score"] == pytest.approx(np.mean([wci(counts, month) for month in MONTHS]), abs=1e-8)
        assert row["version_months"] == "V12.0: 05 06; V13.0: 07 09"
        assert (row["versions"], row["period_count"], row["scored_count"]) == ("V12.0, V13.0", 4, 4)


def test_a_week_is_scored_by_the_version_of_its_last_day(scores: Mapping[Key, Mapping[str, Any]]) -> None:
    starts = [dt.date(2017, 6, 18), dt.date(2017, 6, 25), dt.date(2017, 7, 2)]
    assert [scores["v13", "week", start]["versions"] for start in starts] == ["V12.0", "V13.0", "V13.0"]
    assert scores["v13", "week", starts[1]]["period_end"] == dt.date(2017, 7, 1)


def test_weeks_of_posts_run_from_sunday_to_saturday_in_beijing(scores: Mapping[Key, Mapping[str, Any]]) -> None:
    weeks = {key[2]: row for key, row in scores.items() if key[:2] == ("poster", "week")}
    (_, *first), (_, *second), (_, *third) = POSTS
    both = (reposts_of(second, third), second[1] + third[1], second[2] + third[2])
    assert set(weeks) == {dt.date(2017, 5, 28), dt.date(2017, 6, 4)}
    assert weeks[dt.date(2017, 5, 28)]["score"] == pytest.approx(bci(1, *first), abs=1e-8)
    assert weeks[dt.date(2017, 6, 4)]["score"] == pytest.approx(bci(2, *both), abs=1e-8)
    assert weeks[dt.date(2017, 6, 4)]["period_end"] == dt.date(2017, 6, 10)
    assert weeks[dt.date(2017, 6, 4)]["taken_from"] == "account_post"


def reposts_of(*posts: Sequence[int]) -> int:
    return sum(post[0] for post in posts)


def test_what_cannot_be_computed_says_why(scores: Mapping[Key, Mapping[str, Any]]) -> None:
    june = dt.date(2017, 6, 1)
    reasons = {
        account: (row["score"], row["null_reason"])
        for account, start in (("lacking", june), ("idle", june), ("early", dt.date(2013, 6, 1)))
        for row in [scores[account, "month", start]]
    }
    assert reasons == {
        "lacking": (None, "input_missing: max_like_count"),
        "idle": (None, "nothing_to_divide_by: article_count"),
        "early": (None, "no_version"),
    }


def test_a_body_has_the_total_the_mean_and_the_places_of_its_accounts(
    built: Settings, scores: Mapping[Key, Mapping[str, Any]]
) -> None:
    for kind, start in (("month", dt.date(2017, 7, 1)), ("year", dt.date(2017, 1, 1))):
        found = [
            row["score"]
            for (account, *key), row in scores.items()
            if key == [kind, start] and row["formula_code"] == "wci" and account != "full" and row["score"] is not None
        ]
        best = sorted(found, reverse=True)[:4]
        bodies = rows_of(built, "indices.fct_body_communication").filter(
            subject_id=f"website:{SITES[0]}", formula_code="wci", period_kind=kind, period_start=start
        )
        row = bodies.row(0, named=True)
        assert row["scored_count"] == len(found)
        assert row["total_score"] == pytest.approx(sum(found), abs=1e-6)
        assert row["mean_score"] == pytest.approx(np.mean(found), abs=1e-8)
        assert row["placed_score"] == pytest.approx(np.average(best, weights=[40, 20, 20, 20]), abs=1e-8)
        assert row["versions"] == ("V13.0" if kind == "month" else "V12.0, V13.0")


def test_terms_add_up_to_the_score(built: Settings, scores: Mapping[Key, Mapping[str, Any]]) -> None:
    terms = rows_of(built, "indices.fct_account_communication_term").filter(
        subject_id="wechat:v13", period_kind="month"
    )
    assert len(terms) == 8
    assert 10 * terms["weighted_value"].sum() ** 2 == pytest.approx(
        scores["v13", "month", dt.date(2017, 9, 1)]["score"], abs=1e-8
    )
