"""The files beside registry and crawl: accounts, robots, what units and experts send in, policies, outside indices."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl

from pipelines.example import applications
from pipelines.example.calibration import read_divisions
from pipelines.example.files import write_gb18030_csv, write_json_lines, write_utf8_csv, write_workbook
from pipelines.example.flaws import declaration_flaws, with_review_flaws, with_robot_flaws
from pipelines.example.media import make_accounts, make_months, make_posts, make_profiles
from pipelines.example.options import EDITION, ExampleOptions
from pipelines.example.robots import make_robot_tests
from pipelines.example.survey import QUESTIONNAIRE, by_text, make_responses

# Its own stream of chance, so that more of it changes nothing in the crawl.
STREAM = 4
Progress = Callable[[str], None]


def write_evidence(out: Path, sites: pl.DataFrame, options: ExampleOptions, progress: Progress) -> None:
    """Write each of the sources into its folder of the inbox."""
    random = np.random.default_rng([EDITION, options.seed, STREAM])
    _write_media(out, sites, options, random, progress)
    _write_robots(out, sites, options, random, progress)
    _write_applications(out, sites, options, random, progress)
    _write_frames(out, sites, random, progress)
    _write_survey(out, sites, random, progress)


def _write_media(
    out: Path, sites: pl.DataFrame, options: ExampleOptions, random: np.random.Generator, progress: Progress
) -> None:
    accounts = make_accounts(sites, random)
    write_workbook(_folder(out, "account_registry") / "新媒体账号登记表.xlsx", "新媒体账号登记表", {"账号": accounts})
    write_utf8_csv(_folder(out, "account_profile") / f"users_{EDITION}-09-30.csv", make_profiles(accounts))
    months = {platform: make_months(accounts, platform, random) for platform in ("微博", "微信")}
    write_workbook(_folder(out, "account_activity") / "账号月度数据.xlsx", "新媒体账号月度数据", months)
    folder = _folder(out, "account_post")
    posts = 0
    for author, rows in make_posts(accounts, options, random):
        write_utf8_csv(folder / f"{author}.csv", rows)
        posts += len(rows)
    progress(f"accounts         {len(accounts):>10,} accounts, {posts:,} posts")


def _write_robots(
    out: Path, sites: pl.DataFrame, options: ExampleOptions, random: np.random.Generator, progress: Progress
) -> None:
    tests = make_robot_tests(sites, random)
    delivered = with_robot_flaws(tests) if options.flaws else tests
    write_gb18030_csv(_folder(out, "robot_test") / "智能问答测试.csv", delivered)
    progress(f"robot_test       {len(delivered):>10,} questions")


def _write_applications(
    out: Path, sites: pl.DataFrame, options: ExampleOptions, random: np.random.Generator, progress: Progress
) -> None:
    declarations = applications.make_declarations(sites, random)
    flawed = declaration_flaws(declarations) if options.flaws else []
    write_json_lines(_folder(out, "declaration") / "网上申报.jsonl.gz", declarations, flawed)
    nominations = applications.make_nominations(sites, random)
    write_workbook(_folder(out, "nomination") / "推荐表.xlsx", "推荐表", nominations)
    reviews = applications.make_reviews(sites, random)
    delivered = with_review_flaws(reviews) if options.flaws else reviews
    write_workbook(_folder(out, "expert_review") / "专家评审表.xlsx", "专家评审表", {"评分": delivered})
    progress(f"applications     {len(declarations) + len(flawed):>10,} declarations, {len(delivered):,} review scores")


def _write_frames(out: Path, sites: pl.DataFrame, random: np.random.Generator, progress: Progress) -> None:
    indicators = applications.make_external_indicators(sites, random)
    write_utf8_csv(_folder(out, "external_indicator") / "外部指标.csv", indicators)
    policies = applications.make_policies(read_divisions())
    write_gb18030_csv(_folder(out, "policy_document") / "政策文件台账.csv", policies)
    progress(f"frames           {len(indicators):>10,} outside values, {len(policies)} policy documents")


def _write_survey(out: Path, sites: pl.DataFrame, random: np.random.Generator, progress: Progress) -> None:
    responses = make_responses(sites, random)
    half = len(responses) // 2
    folder = _folder(out, "survey_response")
    early = by_text(responses.head(half), random)
    write_workbook(folder / f"{QUESTIONNAIRE}_按文本_{half}_{half}.xlsx", QUESTIONNAIRE, {"Sheet1": early})
    write_gb18030_csv(folder / f"{QUESTIONNAIRE}_按序号_{half}_{half}.csv", responses.tail(half))
    progress(f"survey_response  {len(responses):>10,} respondents")


def _folder(out: Path, source: str) -> Path:
    folder = out / source
    folder.mkdir()
    return folder
