"""The pages of a release in a real browser, opened from disk as a reader opens them.

Skipped where there is no Chromium: it is looked for on the path, or named by CHROMIUM.
"""

import os
import shutil
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from pipelines.publication.quality import render_quality
from pipelines.publication.release import Release, publish
from pipelines.verdict import ExpectationOutcome, SuiteOutcome, Verdict
from tests.small_release import CODE, FIGURES, Tables, example_tables, make_candidate, verdict_for

PAGES = ("index.html", "quality.html", "dictionary.html")
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 900}
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
READABLE = 4.5
QUARANTINE_TYPES = {
    "source": "varchar", "file_name": "varchar", "sheet": "varchar", "row_number": "bigint", "column_name": "varchar",
    "reason_code": "varchar", "reason": "varchar", "reason_zh": "varchar",
}  # fmt: skip
WARNING = ExpectationOutcome(
    table="trends.figure", type="expect_table_row_count_to_equal", column=None, severity="warning",
    why="An editor looks at every figure that differs. | 与公布值不一致的数字须编辑过目。", expected="value = 0",
    reduction="disagreeing", passed=False, observed="1", unexpected_count=1,
    rows=[{"edition": "2017", "figure_id": "trend4.fusion_central_department", "computed": "0.5428571428571428"}],
)  # fmt: skip
# Contrast of every text with what lies behind it, as WCAG 2 counts it.
FAINTEST_TEXTS = """
() => {
  const rgb = colour => colour.match(/[\\d.]+/g).map(Number);
  const light = colour => {
    const [r, g, b] = rgb(colour).slice(0, 3).map(v => v / 255)
      .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = element => {
    for (let e = element; e; e = e.parentElement) {
      const colour = getComputedStyle(e).backgroundColor;
      if ((rgb(colour)[3] ?? 1) > 0) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const hasText = e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
  return [...document.body.querySelectorAll("*")].filter(hasText).map(e => {
    const [a, b] = [light(getComputedStyle(e).color), light(behind(e))];
    return [(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), e.textContent.trim().slice(0, 40)];
  }).sort((a, b) => a[0] - b[0]).slice(0, 3);
}
"""


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """A small published release with a warning, quarantined rows and tables of many columns."""
    home = tmp_path_factory.mktemp("pages") / "home"
    candidate = make_candidate(home, tables())
    held = verdict_for(candidate)
    suites = [
        SuiteOutcome.of(
            suite.table, suite.why, [suite.outcomes[0], *([WARNING] if suite.table == WARNING.table else [])]
        )
        for suite in held.suites
    ]
    verdict = Verdict(**{**dict(held), "suites": suites})
    (candidate.folder / "verdict.json").write_text(verdict.model_dump_json(), encoding="utf-8")
    (candidate.folder / "quality.html").write_text(render_quality(candidate, verdict), encoding="utf-8")
    return publish(candidate, verdict, home / "releases", CODE)


def tables() -> Tables:
    """The small example with a row in quarantine."""
    row = ("site_registry", "一季度.xlsx", "表一", 12, "level", "not_in_list", "Not allowed", "不在允许取值之内")
    return {**example_tables(), "audit.quarantine": (QUARANTINE_TYPES, [row])}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if chromium is None:
        pytest.skip("no Chromium: install one, or name it in CHROMIUM")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture(params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """An empty page that has neither network nor anything left of other pages."""
    context = browser.new_context(viewport=request.param, offline=True)
    yield context.new_page()
    context.close()


def opened(page: Page, path: Path) -> Page:
    page.goto(path.as_uri())
    return page


@pytest.mark.parametrize("name", PAGES)
def test_a_page_asks_for_nothing_else_and_complains_of_nothing(page: Page, release: Release, name: str) -> None:
    requests: list[str] = []
    complaints: list[Any] = []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(error.message))
    opened(page, release.folder / name)
    assert requests == [(release.folder / name).as_uri()]
    assert not complaints


@pytest.mark.parametrize("name", PAGES)
def test_a_page_says_at_its_head_that_its_data_are_synthetic(page: Page, release: Release, name: str) -> None:
    notice = opened(page, release.folder / name).get_by_role("note")
    assert notice.is_visible()
    assert "示例数据（合成）" in notice.inner_text()
    assert "Example data (synthetic)" in notice.inner_text()


@pytest.mark.parametrize("name", PAGES)
def test_no_page_scrolls_sideways(page: Page, release: Release, name: str) -> None:
    opened(page, release.folder / name)
    page.evaluate("document.querySelectorAll('details').forEach(details => { details.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("name", PAGES)
def test_a_page_can_be_read_aloud(page: Page, release: Release, name: str) -> None:
    opened(page, release.folder / name)
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    assert page.locator("th:not([scope])").count() == 0
    assert page.locator(".en:not([lang=en]):not(:has(code:only-child))").count() == 0
    levels = page.locator("h1, h2, h3").evaluate_all("titles => titles.map(title => Number(title.tagName[1]))")
    assert levels[0] == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))


@pytest.mark.parametrize("name", PAGES)
def test_every_text_stands_out_from_its_ground(page: Page, release: Release, name: str) -> None:
    (faintest, text), *_ = opened(page, release.folder / name).evaluate(FAINTEST_TEXTS)
    assert faintest >= READABLE, text


def test_every_figure_shows_what_was_computed_what_was_published_and_the_verdict(page: Page, release: Release) -> None:
    rows = opened(page, release.bulletin_path).locator("table.figures tbody tr")
    assert rows.count() == len(FIGURES)
    for row in rows.all():
        assert row.locator("th[scope=row]").is_visible()
        computed, published, verdict = (cell.inner_text().strip() for cell in row.get_by_role("cell").all())
        assert computed
        assert published
        assert verdict.split()[0] in {"一致", "不一致", "不可计算"}


def test_what_cannot_be_computed_says_why_in_words(page: Page, release: Release) -> None:
    text = opened(page, release.bulletin_path).locator("table.figures").all_inner_texts()
    assert any("缺少集约化政策的认定" in table for table in text)
    assert not any("no_row_in_scope" in table or "consolidation_policy" in table for table in text)


def test_the_bulletin_leads_to_the_quality_report(page: Page, release: Release) -> None:
    opened(page, release.bulletin_path).get_by_role("link", name="质量报告").click()
    assert page.url == release.quality_path.as_uri()
    assert page.get_by_text("通过", exact=False).first.is_visible()


def test_the_quality_report_lists_the_warning_and_its_rows(page: Page, release: Release) -> None:
    opened(page, release.quality_path)
    page.get_by_role("link", name="与公布值不一致的数字须编辑过目。").click()
    found = page.locator(":target")
    assert "提醒" in found.inner_text()
    rows = page.get_by_role("region", name="不符合的行")
    assert rows.is_visible()
    assert "trend4.fusion_central_department" in rows.inner_text()
    assert page.get_by_text("表一 › 12 › level").is_visible()
