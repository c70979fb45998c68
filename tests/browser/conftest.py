"""One browser and two small releases for all tests of pages: a plain one, and one whose names are hostile.

Skipped where there is no Chromium: it is looked for on the path, or named by CHROMIUM.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from pipelines.gate.report import render_quality
from pipelines.gate.verdict import ExpectationOutcome, SuiteOutcome, Verdict
from pipelines.releases.publish import publish
from pipelines.releases.release import Release
from pipelines.releases.releases import Releases
from tests.fixtures.small_release import CODE, Tables, make_candidate, publish_tables, verdict_for
from tests.fixtures.small_site import NAUGHTY, site_tables

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 900}
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
QUARANTINE_TYPES = {
    "source": "varchar", "file_name": "varchar", "sheet": "varchar", "row_number": "bigint", "column_name": "varchar",
    "reason_code": "varchar", "reason": "varchar", "reason_zh": "varchar", "edition": "smallint",
    "is_repaired": "boolean",
}  # fmt: skip
WARNING = ExpectationOutcome(
    table="trends.figure", type="never", column=None, severity="warning",
    why="An editor looks at every figure that differs. | 与公布值不一致的数字须编辑过目。", expected="no row",
    rule="disagreeing", passed=False, observed="1 rows", unexpected_count=1,
    rows=[{"edition": "2017", "figure_id": "trend4.fusion_central_department", "computed": "0.5428571428571428"}],
)  # fmt: skip


def tables() -> Tables:
    """Every table the site knows, and a row in quarantine."""
    row = (
        "site_registry",
        "一季度.xlsx",
        "表一",
        12,
        "level",
        "not_in_list",
        "Not allowed",
        "不在允许取值之内",
        2017,
        False,
    )
    return {**site_tables(), "audit.quarantine": (QUARANTINE_TYPES, [row])}


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """A small published release with every page, a warning, quarantined rows and tables of many columns."""
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
    return publish(candidate, verdict, Releases(home / "releases"), CODE)


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """The same with names that try to be markup, scripts and formulas."""
    return publish_tables(tmp_path_factory.mktemp("hostile") / "home", site_tables(NAUGHTY))


@pytest.fixture(scope="session")
def pages(release: Release) -> list[Path]:
    """Every page of the release."""
    return sorted(release.folder.rglob("*.html"))


@pytest.fixture(scope="session")
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


@pytest.fixture
def desk(browser: Browser) -> Iterator[Page]:
    """The same on a desk only."""
    context = browser.new_context(viewport=DESKTOP, offline=True)
    yield context.new_page()
    context.close()
