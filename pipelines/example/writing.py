"""The example inbox as a whole: which rows go to which file."""

import json
import shutil
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import numpy as np
import polars as pl

from pipelines.errors import CepingError
from pipelines.example.crawl import crawl_blocks, crawled_sites
from pipelines.example.evidence import write_evidence
from pipelines.example.files import write_gb18030_csv, write_json_lines, write_workbook
from pipelines.example.flaws import crawl_flaws, with_inspection_flaws, with_registry_flaws
from pipelines.example.inspections import make_inspections
from pipelines.example.options import EDITION, ExampleOptions
from pipelines.example.party import make_party_sites
from pipelines.example.platforms import make_censuses, make_platform_checks
from pipelines.example.sites import make_sites

MARKER = ".ceping-example.json"
SHEETS = {
    "国务院部门": ("central_department",),
    "省级": ("province",),
    "地市级": ("key_city", "prefecture"),
    "县级及以下": ("county",),
}
PARTY_SITES = "党务网站登记表.xlsx"
CSV_PROVINCES = ("65", "XP")
Progress = Callable[[str], None]


def write_example(out: Path, options: ExampleOptions, progress: Progress) -> None:
    """Write the inbox to ``out``, replacing an example written there before.

    The same options give the same bytes. Raises ``CepingError`` where the folder holds anything else.
    """
    _refuse_foreign(out)
    unfinished = out.with_name(f".{out.name}.writing")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    (unfinished / MARKER).write_text(json.dumps({"is_synthetic": True, **asdict(options)}) + "\n", encoding="utf-8")
    _write_sources(unfinished, options, progress)
    shutil.rmtree(out, ignore_errors=True)
    unfinished.rename(out)
    progress(f"Synthetic example files written to {out}: invented names, real frame; nothing in them is fact.")


def _refuse_foreign(out: Path) -> None:
    if out.is_file() or (out.is_dir() and any(out.iterdir()) and not (out / MARKER).is_file()):
        raise CepingError(f"{out} holds files that are not an example written by ceping; choose another folder")


def _write_sources(out: Path, options: ExampleOptions, progress: Progress) -> None:
    random = np.random.default_rng([options.edition, options.seed])
    sites = make_sites(options, random)
    party = make_party_sites(options)
    _write_registry(_folder(out, "site_registry"), sites, party, options)
    progress(f"site_registry    {len(sites) + len(party):>10,} sites, {options.sites + len(party):,} of them running")
    rows = _write_crawl(_folder(out, "site_crawl"), sites, party, options, random)
    progress(f"site_crawl       {rows:>10,} pages of {min(options.crawled, options.sites):,} sites")
    censuses = make_censuses(random, options.edition)
    path = _folder(out, "platform_census") / "政务服务平台普查表.xlsx"
    write_workbook(path, "省级“互联网+政务服务”平台普查表", {"普查": censuses})
    progress(f"platform_census  {len(censuses):>10,} rows")
    if options.edition == EDITION:
        checks = make_platform_checks(options.seed)
        path = _folder(out, "platform_check") / "政务服务平台检查表.xlsx"
        write_workbook(path, "“互联网+政务服务”平台检查", {"检查": checks})
        progress(f"platform_check   {len(checks):>10,} platforms, {checks['检查事项数'].sum():,} items")
    rows = _write_inspections(_folder(out, "site_inspection"), sites, options, random)
    progress(f"site_inspection  {rows:>10,} checks")
    write_evidence(out, sites, party, options, progress)


def _folder(out: Path, source: str) -> Path:
    folder = out / source
    folder.mkdir()
    return folder


def _write_registry(folder: Path, sites: pl.DataFrame, party: pl.DataFrame, options: ExampleOptions) -> None:
    is_in_csv = pl.col("region_code").str.head(2).is_in(CSV_PROVINCES).fill_null(value=False)
    sheets = {
        name: _registry_rows(sites.filter(~is_in_csv & pl.col("level").is_in(levels)))
        for name, levels in SHEETS.items()
    }
    western = _registry_rows(sites.filter(is_in_csv))
    if options.flaws:
        western = with_registry_flaws(western)
    write_workbook(folder / "网站登记表.xlsx", "参评网站登记表", sheets)
    write_gb18030_csv(folder / "网站登记表（新疆、兵团）.csv", western)
    if not party.is_empty():
        write_workbook(folder / PARTY_SITES, "党务网站登记表", {"党务网站": _registry_rows(party, "党务")})


def _registry_rows(sites: pl.DataFrame, system: str = "政务") -> pl.DataFrame:
    return sites.select(
        pl.col("site_code").alias("网站标识码"),
        pl.col("site_name").alias("网站名称"),
        pl.col("host").alias("首页网址"),
        pl.col("organiser_name").alias("主办单位"),
        pl.col("region_code").alias("行政区划代码"),
        pl.col("level_text").alias("层级"),
        pl.lit(system).alias("系统"),
        pl.col("role_text").alias("网站类型"),
        pl.col("status_text").alias("运行状态"),
        pl.col("opened_date").dt.strftime("%Y-%m-%d").alias("开通日期"),
        pl.col("closed_date").dt.strftime("%Y-%m-%d").alias("关停日期"),
        pl.col("merged_into").alias("并入网站标识码"),
        pl.lit("是").alias("是否合成数据"),
    )


def _write_crawl(
    folder: Path, sites: pl.DataFrame, party: pl.DataFrame, options: ExampleOptions, random: np.random.Generator
) -> int:
    crawled = crawled_sites(sites, party, options, random)
    rows = 0
    for number, block in enumerate(crawl_blocks(crawled, options, random), start=1):
        flawed = crawl_flaws(crawled) if options.flaws and number == 1 else []
        write_json_lines(folder / f"抓取结果-{number:03d}.jsonl.gz", block, flawed)
        rows += len(block) + len(flawed)
    return rows


def _write_inspections(folder: Path, sites: pl.DataFrame, options: ExampleOptions, random: np.random.Generator) -> int:
    total = 0
    for name, title, rows in make_inspections(sites, options, random):
        is_flawed = options.flaws and total == 0
        delivered = with_inspection_flaws(rows) if is_flawed else rows
        write_workbook(folder / name, title, {"抽查结果": delivered})
        total += len(delivered)
    return total
