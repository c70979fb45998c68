"""The files beside registry and crawl: accounts, robots, what units and experts send in, policies, outside indices."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl

from pipelines.example import applications, panel, record
from pipelines.example.entrants import entrants, more_sites
from pipelines.example.files import write_gb18030_csv, write_json_lines, write_utf8_csv, write_workbook
from pipelines.example.flaws import declaration_flaws, with_review_flaws, with_robot_flaws
from pipelines.example.media import make_accounts, make_matrix_accounts, make_months, make_posts, make_profiles
from pipelines.example.options import EDITION, ExampleOptions
from pipelines.example.policies import make_policies
from pipelines.example.robots import make_robot_tests
from pipelines.example.survey import QUESTIONNAIRE, by_text, make_responses

# Its own stream of chance, so that more of it changes nothing in the crawl.
STREAM = 4
MORE_SITES = "外文版与政务服务平台登记表.xlsx"
Progress = Callable[[str], None]


def write_evidence(
    out: Path, sites: pl.DataFrame, party: pl.DataFrame, options: ExampleOptions, progress: Progress
) -> None:
    """Write each of the sources into its folder of the inbox; an earlier edition has no applications and answers."""
    random = np.random.default_rng([options.edition, options.seed, STREAM])
    accounts = make_accounts(sites, random)
    _write_media(out, accounts, options, random, progress)
    _write_robots(out, sites, options, random, progress)
    _write_policies(out, options, progress)
    if options.edition == EDITION:
        others = more_sites()
        standing = entrants(sites, party, others, accounts)
        write_workbook(out / "site_registry" / MORE_SITES, "参评网站登记表", {"外文版与平台": _registered(others)})
        reviews = panel.make_reviews(standing, random)
        applicants = applications.applicants(sites, party)
        _write_applications(out, applicants, standing, reviews, options, random, progress)
        _write_indicators(out, applicants, standing, random, progress)
        _write_survey(out, make_responses(sites, party, random), random, progress)
        _write_record(out, standing, reviews, progress)


def _write_media(
    out: Path, accounts: pl.DataFrame, options: ExampleOptions, random: np.random.Generator, progress: Progress
) -> None:
    registered = pl.concat([accounts, make_matrix_accounts(accounts, options)], how="diagonal")
    write_workbook(_folder(out, "account_registry") / "新媒体账号登记表.xlsx", "新媒体账号登记表", {"账号": registered})
    write_utf8_csv(_folder(out, "account_profile") / f"users_{options.edition}-09-30.csv", make_profiles(accounts))
    months = {platform: make_months(accounts, platform, random, options.edition) for platform in ("微博", "微信")}
    write_workbook(_folder(out, "account_activity") / "账号月度数据.xlsx", "新媒体账号月度数据", months)
    folder = _folder(out, "account_post")
    posts = 0
    for author, rows in make_posts(accounts, options, random):
        write_utf8_csv(folder / f"{author}.csv", rows)
        posts += len(rows)
    progress(f"accounts         {len(registered):>10,} accounts, {posts:,} posts")


def _write_robots(
    out: Path, sites: pl.DataFrame, options: ExampleOptions, random: np.random.Generator, progress: Progress
) -> None:
    tests = make_robot_tests(sites, random, options.edition)
    delivered = with_robot_flaws(tests) if options.flaws else tests
    write_gb18030_csv(_folder(out, "robot_test") / "智能问答测试.csv", delivered)
    progress(f"robot_test       {len(delivered):>10,} questions")


def _write_applications(
    out: Path,
    applicants: pl.DataFrame,
    standing: pl.DataFrame,
    reviews: pl.DataFrame,
    options: ExampleOptions,
    random: np.random.Generator,
    progress: Progress,
) -> None:
    declarations = applications.make_declarations(applicants, random)
    flawed = declaration_flaws(declarations) if options.flaws else []
    write_json_lines(_folder(out, "declaration") / "网上申报.jsonl.gz", declarations, flawed)
    nominations = panel.make_nominations(standing)
    write_workbook(_folder(out, "nomination") / "推荐表.xlsx", "推荐表", nominations)
    delivered = with_review_flaws(reviews) if options.flaws else reviews
    write_workbook(_folder(out, "expert_review") / "专家评审表.xlsx", "专家评审表", {"评分": delivered})
    progress(f"applications     {len(declarations) + len(flawed):>10,} declarations, {len(delivered):,} review scores")


def _write_policies(out: Path, options: ExampleOptions, progress: Progress) -> None:
    policies = make_policies(np.random.default_rng([options.edition, options.seed, STREAM, 1]), options.edition)
    write_gb18030_csv(_folder(out, "policy_document") / "政策文件台账.csv", policies)
    progress(f"policy_document  {len(policies):>10,} documents")


def _write_indicators(
    out: Path, applicants: pl.DataFrame, standing: pl.DataFrame, random: np.random.Generator, progress: Progress
) -> None:
    indicators = applications.make_external_indicators(applicants, standing, random)
    write_utf8_csv(_folder(out, "external_indicator") / "外部指标.csv", indicators)
    progress(f"indicators       {len(indicators):>10,} outside values")


def _write_survey(out: Path, responses: pl.DataFrame, random: np.random.Generator, progress: Progress) -> None:
    half = len(responses) // 2
    folder = _folder(out, "survey_response")
    early = by_text(responses.head(half), random)
    write_workbook(folder / f"{QUESTIONNAIRE}_按文本_{half}_{half}.xlsx", QUESTIONNAIRE, {"Sheet1": early})
    write_gb18030_csv(folder / f"{QUESTIONNAIRE}_按序号_{half}_{half}.csv", responses.tail(half))
    progress(f"survey_response  {len(responses):>10,} respondents")


def _write_record(out: Path, standing: pl.DataFrame, reviews: pl.DataFrame, progress: Progress) -> None:
    history = record.make_history(standing)
    write_workbook(_folder(out, "award_history") / "往届获奖名单.xlsx", "往届获奖名单", {"名单": history})
    appeals = record.make_appeals(standing, reviews)
    write_workbook(_folder(out, "appeal") / "申诉登记表.xlsx", "申诉登记表", {"申诉": appeals})
    citations = record.make_citations(standing)
    write_workbook(_folder(out, "citation") / "获奖理由.xlsx", "获奖理由", {"理由": citations})
    progress(f"record           {len(history):>10,} earlier wins, {len(appeals)} appeals, {len(citations)} citations")


def _registered(others: pl.DataFrame) -> pl.DataFrame:
    return others.select(
        pl.col("site_code").alias("网站标识码"),
        pl.col("kind").alias("对象类别"),
        pl.col("site_name").alias("网站名称"),
        pl.col("host").alias("首页网址"),
        pl.col("organiser_name").alias("主办单位"),
        pl.col("region_code").alias("行政区划代码"),
        pl.lit("省级").alias("层级"),
        pl.lit("政务").alias("系统"),
        pl.lit("门户网站").alias("网站类型"),
        pl.lit("正常").alias("运行状态"),
        pl.lit("是").alias("是否合成数据"),
    )


def _folder(out: Path, source: str) -> Path:
    folder = out / source
    folder.mkdir()
    return folder
