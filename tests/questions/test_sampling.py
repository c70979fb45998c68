"""Samples are as small as the margin allows, the same for the same seed, and weigh as their probabilities say."""

import shutil
from collections import Counter
from itertools import product
from math import sqrt
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm
from statsmodels.stats.proportion import proportion_confint  # type: ignore[import-untyped]
from typer.testing import CliRunner

from pipelines.cli.commands import app
from pipelines.errors import CepingError
from pipelines.questions.sample_list import Wish, list_sample, plan_and_draw
from pipelines.questions.sampling import Plan, Stratum, draw, plan_sample
from pipelines.questions.subjects import running_subjects
from pipelines.settings import Settings
from tests.fixtures.deliveries import delimited, deliver
from tests.fixtures.names import HOME
from tests.fixtures.small_release import publish_warehouse
from tests.fixtures.warehouse import build_tables, ingest, rows_of

Z95 = 1.959963984540054


def simulated_variance(strata: list[Stratum], counts: dict[str, int], draws: int = 20_000) -> float:
    """The variance of the share of all over many samples drawn without putting back."""
    random = np.random.default_rng(1)
    total = sum(stratum.size for stratum in strata)
    share = np.zeros(draws)
    for stratum in strata:
        good = round(stratum.size * stratum.prior)
        found = random.hypergeometric(good, stratum.size - good, counts[stratum.code], draws)
        share += stratum.size / total * found / counts[stratum.code]
    return float(share.var())


def test_the_margin_of_a_plan_is_that_of_the_samples_it_draws() -> None:
    strata = [Stratum("a", 400, 0.9), Stratum("b", 100, 0.5), Stratum("c", 10, 0.2)]
    for allocation in ("neyman", "proportional"):
        plan = plan_sample(strata, 0.05, allocation=allocation)
        expected = norm.ppf(0.975) * sqrt(simulated_variance(strata, dict(plan.counts)))
        assert plan.margin == pytest.approx(expected, rel=0.03)
        assert plan.margin <= 0.05


def test_a_sample_without_strata_is_cochrans() -> None:
    """n0 = z² p (1 - p) N / ((N - 1) e²), n = n0 / (1 + n0 / N): 370 of 10,000 at 5%."""
    plan = plan_sample([Stratum("all", 10_000, 0.5)], 0.05)
    assert plan.counts == {"all": 370} == {"all": plan.simple_count}


@st.composite
def small_strata(draw: st.DrawFn) -> list[Stratum]:
    sizes = draw(st.lists(st.integers(1, 9), min_size=1, max_size=3))
    return [Stratum(f"s{n}", size, draw(st.sampled_from([0.05, 0.3, 0.5, 0.9]))) for n, size in enumerate(sizes)]


@settings(max_examples=60)
@given(strata=small_strata(), margin=st.sampled_from([0.02, 0.1, 0.2, 0.4]))
def test_no_smaller_sample_would_keep_the_margin(strata: list[Stratum], margin: float) -> None:
    plan = plan_sample(strata, margin)
    assert plan.margin <= margin + 1e-12
    choices = [range(min(2, stratum.size), stratum.size + 1) for stratum in strata]
    enough = (
        sum(counts)
        for counts in product(*choices)
        if Plan(tuple(strata), {s.code: n for s, n in zip(strata, counts, strict=True)}, 0.95, 0).margin
        <= margin - 1e-9
    )
    assert sum(plan.counts.values()) <= min(enough, default=sum(stratum.size for stratum in strata))


def test_the_same_seed_draws_the_same_and_who_joins_moves_nobody() -> None:
    members = {"a": [f"s{number}" for number in range(100)], "b": ["x", "y"]}
    counts = {"a": 10, "b": 2}
    first = draw(members, counts, "2017")
    assert draw({"a": members["a"][::-1], "b": ["y", "x"]}, counts, "2017") == first
    assert draw(members, counts, "2018") != first
    joined = draw({**members, "a": [*members["a"], "new"]}, counts, "2017")
    assert set(joined["a"]) - {"new"} <= set(first["a"])


def test_everybody_is_drawn_about_equally_often() -> None:
    members = {"a": [f"s{number}" for number in range(20)]}
    drawn = Counter(subject for seed in range(2_000) for subject in draw(members, {"a": 5}, str(seed))["a"])
    assert min(drawn.values()) > 400
    assert max(drawn.values()) < 600


@pytest.mark.parametrize(
    ("strata", "margin", "text"),
    [
        ([], 0.1, "nobody is in scope"),
        ([Stratum("a", 5, 1.0)], 0.1, "expected shares between 0 and 1, found prior of a 1"),
        ([Stratum("a", 5, 0.5)], 0.0, "expected shares between 0 and 1, found margin 0"),
    ],
)
def test_what_no_sample_can_be_planned_by_is_one_error(strata: list[Stratum], margin: float, text: str) -> None:
    with pytest.raises(CepingError, match=text):
        plan_sample(strata, margin)


REGISTRY = ["网站标识码", "网站名称", "首页网址", "层级", "类型"]


def registry_row(number: int) -> list[str]:
    level, code = ("省级", "3300") if number < 30 else ("县级", "330102")
    return [f"{code}{number:0{10 - len(code)}}", f"站{number}", f"s{number}.example", level, "门户"]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A release of 120 sites, 40 of which were inspected: 30 passed."""
    folder = tmp_path_factory.mktemp("sample")
    settings = Settings(home=folder / HOME, inbox=folder / "inbox", edition=2017)
    sites = [registry_row(number) for number in range(120)]
    deliver(settings.inbox_dir, "site_registry", "表.csv", delimited(REGISTRY, sites))
    header = ["网站标识码", "检查日期", "检查方式", "是否合格"]
    checks = [
        [row[0], "2017-02-01", "国办抽查", "不合格" if n % 4 == 0 else "合格"] for n, row in enumerate(sites[10:50])
    ]
    deliver(settings.inbox_dir, "site_inspection", "抽查.csv", delimited(header, checks))
    ingest(settings)
    build_tables(settings, "core.dim_subject", "core.fct_site_inspection")
    publish_warehouse(settings)
    return settings


def test_before_a_release_the_newest_candidate_says_who_is_evaluated(home: Settings, tmp_path: Path) -> None:
    unpublished = Settings(home=tmp_path / HOME, edition=2017)
    shutil.copytree(home.candidates_dir, unpublished.candidates_dir)
    [candidate] = [path.name for path in unpublished.candidates_dir.iterdir()]
    unpublished.newest_candidate_path.write_text(candidate, encoding="utf-8")
    assert running_subjects(unpublished).equals(running_subjects(home))


def wish(**changes: object) -> Wish:
    return Wish(**{"source": "site_inspection", "by": ("level",), "margin": 0.1, **changes})  # type: ignore[arg-type]


def test_what_was_inspected_before_says_how_many_are_needed(home: Settings) -> None:
    sample = plan_and_draw(home, wish())
    known = {stratum.code: (stratum.size, stratum.prior) for stratum in sample.plan.strata}
    assert known == {"province": (30, (15 + 0.5) / 21), "county": (90, (15 + 0.5) / 21)}
    assert sample.known_from.startswith("inspections in release 2017-")
    assert plan_and_draw(home, wish(prior=0.5)).known_from == "said"
    assert plan_and_draw(home, wish(source="site_crawl")).known_from == "nothing known"
    counts = Counter(sample.drawn["stratum"].to_list())
    assert counts == sample.plan.counts
    assert plan_and_draw(home, wish()).drawn.equals(sample.drawn)
    assert not plan_and_draw(home, wish(seed="other")).drawn.equals(sample.drawn)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"by": ("size",)}, "there is no stratum size to draw by; there are kind, level, province"),
        ({"source": "robot_test"}, "there is no source robot_test to draw by; there are site_inspection, site_crawl"),
        ({"kinds": ("app",)}, "there is no kind of subject app to draw by; there are website"),
        ({"roles": ("nobody",)}, "nobody is in scope of the sample"),
    ],
)
def test_what_cannot_be_drawn_is_one_error(home: Settings, changes: dict[str, object], text: str) -> None:
    with pytest.raises(CepingError, match=text):
        plan_and_draw(home, wish(**changes))


def test_a_crawl_list_has_the_addresses(home: Settings) -> None:
    begun = list_sample(plan_and_draw(home, wish(source="site_crawl")), "site_crawl")
    assert begun.told == ("对象名称",)
    assert {"stratum", "inclusion_probability"} <= set(begun.rows[0])
    assert {str(row["url"]).endswith(".example") for row in begun.rows} == {True}


def fill_in(path: Path, passed: set[str]) -> dict[str, tuple[str, float]]:
    """Inspect everybody on the list; returns stratum and probability of each."""
    book = openpyxl.load_workbook(path)
    sheet = book["填报"]
    place = {str(cell.value): number for number, cell in enumerate(sheet[3], start=1)}
    listed = {}
    for row in range(4, sheet.max_row + 1):
        code = sheet.cell(row, place["网站标识码"]).value
        listed[code] = (sheet.cell(row, place["抽样层"]).value, sheet.cell(row, place["入样概率"]).value)
        for name, value in (
            ("检查日期", "2017-08-01"),
            ("检查方式", "抽样调查"),
            ("是否合格", "合格" if code in passed else "不合格"),
        ):
            sheet.cell(row, place[name], value)
    book.save(path)
    return listed


def test_a_drawn_list_comes_back_and_the_share_is_weighted(home: Settings, tmp_path: Path) -> None:
    """Recomputed here with numpy: each stratum counts as many as it has, by the variance of a stratified sample."""
    path = tmp_path / "inbox" / "site_inspection" / "抽样.xlsx"
    environment = {name: value for name, value in home.environment().items() if name.startswith("CEPING")}
    arguments = ["sample", "site_inspection", "--margin", "0.12", "--by", "level", "--prior", "0.6", "--out", str(path)]
    done = CliRunner().invoke(app, arguments, env=environment)
    assert done.exit_code == 0, done.output
    assert "2 strata, neyman; shares: said" in done.output
    passed = {row[0] for n in range(120) for row in [registry_row(n)] if n < 25 or n % 2}
    listed = fill_in(path, passed)
    settings = Settings(home=tmp_path / "home", inbox=tmp_path / "inbox", edition=2017)
    deliver(settings.inbox_dir, "site_registry", "表.csv", delimited(REGISTRY, [registry_row(n) for n in range(120)]))
    ingest(settings)
    build_tables(settings, "trends.trend_cell")
    cells = rows_of(settings, "trends.trend_cell").filter(measure="pass_share", breakdown="period_tier")
    cell = cells.row(0, named=True)
    by_stratum = {
        stratum: np.array([code in passed for code, (own, _) in listed.items() if own == stratum], dtype=float)
        for stratum in ("province", "county")
    }
    sizes = {"province": 30, "county": 90}
    share = sum(sizes[name] / 120 * values.mean() for name, values in by_stratum.items())
    variance = sum(
        (sizes[name] / 120) ** 2 * (1 - len(values) / sizes[name]) * values.var(ddof=1) / len(values)
        for name, values in by_stratum.items()
    )
    effective = share * (1 - share) / variance
    low, high = proportion_confint(share * effective, effective, method="wilson")
    assert (cell["numerator"], cell["denominator"]) == (sum(map(sum, by_stratum.values())), len(listed))
    found = [cell["value"], cell["interval_low"], cell["interval_high"]]
    assert found == pytest.approx([share, low, high], abs=1e-7)
    assert (len(cells), cell["design"]) == (1, "stratified_sample")
    assert cell["numerator"] / cell["denominator"] != pytest.approx(share, abs=1e-4)


def test_a_margin_that_wants_everybody_says_that_it_is_a_full_count(home: Settings) -> None:
    environment = {name: value for name, value in home.environment().items() if name.startswith("CEPING")}
    done = CliRunner().invoke(app, ["sample", "site_inspection", "--margin", "0.0001"], env=environment)
    assert "120 of 120: a full count, without a sampling error" in done.output
    assert "nothing was written; --out FILE lists who was drawn" in done.output


def test_pages_of_a_drawn_crawl_are_weighted_and_a_site_is_one_bundle_of_them(home: Settings, tmp_path: Path) -> None:
    """Recomputed with numpy: a ratio over sites in strata. Pages taken for rows drawn singly would halve its error."""
    sample = plan_and_draw(home, wish(source="site_crawl", margin=0.2, prior=0.5))
    rows, counts = [], []
    for number, site in enumerate(list_sample(sample, "site_crawl").rows):
        code, url, stratum = str(site["site_code"]), str(site["url"]), str(site["stratum"])
        pages, dead = 3 + number % 4, (3 + number % 4 if number % 3 == 0 else 0)
        counts.append((stratum, dead, pages))
        rows.append([code, url, "2017-08-01 10:00:00", "ok", "200", "0", stratum, str(site["inclusion_probability"])])
        rows += [
            [code, f"{url}/{page}", "2017-08-01 10:00:00", "ok", "404" if page < dead else "200", "1", "", ""]
            for page in range(pages)
        ]
    settings = Settings(home=tmp_path / "home", inbox=tmp_path / "inbox", edition=2017)
    deliver(settings.inbox_dir, "site_registry", "表.csv", delimited(REGISTRY, [registry_row(n) for n in range(120)]))
    header = ["网站标识码", "网址", "抓取时间", "抓取结果", "状态码", "层数", "抽样层", "入样概率"]
    deliver(settings.inbox_dir, "site_crawl", "抓取.csv", delimited(header, rows))
    ingest(settings)
    build_tables(settings, "trends.trend_cell")
    cells = rows_of(settings, "trends.trend_cell").filter(trend_table="trend_2_site_quality", breakdown="total")
    cell = cells.filter(measure="dead_link_share").row(0, named=True)
    sizes = {"province": 30, "county": 90}
    found = {
        name: np.array([(dead, pages) for own, dead, pages in counts if own == name], dtype=float) for name in sizes
    }
    totals = sum(sizes[name] * pages.mean(axis=0) for name, pages in found.items())
    share = totals[0] / totals[1]
    variance = sum(
        sizes[name] ** 2 * (1 - len(pages) / sizes[name]) / len(pages) * (pages @ [1, -share]).var(ddof=1)
        for name, pages in found.items()
    )
    effective = share * (1 - share) / (variance / totals[1] ** 2)
    low, high = proportion_confint(share * effective, effective, method="wilson")
    found_cells = [cell["value"], cell["interval_low"], cell["interval_high"]]
    assert found_cells == pytest.approx([share, low, high], abs=1e-7)
    assert (cell["numerator"], cell["denominator"]) == tuple(np.sum([row[1:] for row in counts], axis=0))
    assert (high - low) / 2 > 1.5 * Z95 * sqrt(share * (1 - share) / cell["denominator"])
    designs = dict(cells.select("measure", "design").rows())
    assert designs["home_available_share"] == designs["dead_link_share"] == "stratified_sample"
    assert designs["crawled_share"] == "full_count"
