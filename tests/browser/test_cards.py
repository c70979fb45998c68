"""Cards, regions, search and comparison in a real browser, opened from disk as a reader opens them."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from pipelines.publication.site.language import CHINESE, ENGLISH, Language
from pipelines.questions.cards import read_card
from pipelines.releases.release import Release
from tests.browser.test_pages import OPEN_ALL, RULES

SUBJECTS = ("website:1", "website:2", "website:11")
VIEWS = (
    *(f"card.html?s={subject}" for subject in SUBJECTS),
    "compare.html?s=website:1&s=website:2&s=website:3",
    "find.html?q=门户",
    "card.html?s=website:404",
)
Opened = Callable[[Page, str], Page]


@pytest.fixture
def opened(release: Release) -> Opened:
    """Opens an address of the release and waits until its data have come."""

    def open_page(page: Page, address: str) -> Page:
        name, _, query = address.partition("?")
        page.goto(f"{(release.public / name).as_uri()}{'?' if query else ''}{query}")
        if query:
            page.locator("#card h1, #card table, #card p.gap, #found p").first.wait_for()
            page.wait_for_function("document.querySelector('#card table, #card p.gap, #found p[role=status]') !== null")
        return page

    return open_page


def both(addresses: tuple[str, ...]) -> list[str]:
    return [f"{language.folder}{address}" for language in (CHINESE, ENGLISH) for address in addresses]


@pytest.mark.parametrize("address", both(VIEWS))
def test_a_view_of_data_is_as_sound_as_a_page(page: Page, opened: Opened, address: str) -> None:
    complaints: list[Any] = []
    page.on("console", lambda message: complaints.append(message.text) if "website:404" not in address else None)
    page.on("pageerror", lambda error: complaints.append(error.message))
    opened(page, address).evaluate(OPEN_ALL)
    assert not complaints
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    found = Axe().run(page, options=RULES)
    assert not [(v["id"], [node["html"][:160] for node in v["nodes"][:3]]) for v in found.response["violations"]]
    assert page.locator("h1").count() == 1
    levels = page.locator("h1, h2, h3, h4").evaluate_all("titles => titles.map(title => Number(title.tagName[1]))")
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))
    wanted = "Example data (synthetic)" if address.startswith("en/") else "示例数据（合成）"
    assert wanted in page.get_by_role("note").first.inner_text()


def cells(page: Page) -> list[list[str]]:
    """The cells of all tables of the page but the bars, row by row."""
    return page.locator("#card tbody tr").evaluate_all(
        "rows => rows.map(row => [...row.cells].filter(cell => !cell.querySelector('svg'))"
        ".map(cell => cell.innerText.replace(/\\s+/g, ' ').trim()))"
    )


@pytest.mark.parametrize("language", [CHINESE, ENGLISH])
@pytest.mark.parametrize("subject", SUBJECTS)
def test_the_page_says_cell_by_cell_what_the_document_says(
    desk: Page, opened: Opened, release: Release, subject: str, language: Language
) -> None:
    opened(desk, f"{language.folder}card.html?s={subject}")
    (card,) = read_card(release, subject, language)
    tables = [table for section in card.sections for table in section.tables]
    told = [[" ".join(cell.split()) for cell in row] for table in tables[:-1] for row in table.rows]
    assert cells(desk) == told
    text = " ".join(desk.locator("#card").inner_text().split())
    for section in card.sections:
        for paragraph in section.paragraphs:
            assert paragraph in text


def test_any_subject_is_one_search_away(page: Page, opened: Opened, release: Release) -> None:
    opened(page, "index.html")
    box = page.get_by_role("searchbox", name="查找对象或地区")
    box.fill("第7号")
    page.locator("form.find a", has_text="第7号门户网站（示例）").click()
    page.locator("h1", has_text="第7号门户网站（示例）").wait_for()
    assert page.url == f"{(release.public / 'card.html').as_uri()}?s=website:7"


def test_any_subject_is_three_clicks_away(page: Page, opened: Opened) -> None:
    opened(page, "index.html")
    page.get_by_role("link", name="地区", exact=True).click()
    page.locator("main").get_by_role("link", name="北京", exact=True).click()
    page.locator("main").get_by_role("link", name="第6号门户网站（示例）").click()
    page.locator("h1", has_text="第6号门户网站（示例）").wait_for()


def test_names_in_ranks_and_series_lead_to_cards(desk: Page, opened: Opened) -> None:
    for address in ("ranks/influence.html", "series/series1.html"):
        opened(desk, address)
        desk.locator("main").get_by_role("link", name="第2号门户网站（示例）").first.click()
        desk.locator("h1", has_text="第2号门户网站（示例）").wait_for()


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("website:3", "第3号门户网站（示例）"),
        ("北京", "北京"),
        ("北京 门户", "第6号门户网站（示例）"),
        ("第１１号", "第11号门户网站（示例）"),
    ],
)
def test_names_codes_and_regions_are_found(page: Page, opened: Opened, query: str, first: str) -> None:
    opened(page, "index.html")
    page.get_by_role("searchbox").first.fill(query)
    expect(page.locator("form.find li a").first).to_have_text(first)


def test_the_search_is_used_with_keys_alone_and_says_what_it_found(desk: Page, opened: Opened) -> None:
    opened(desk, "en/index.html")
    box = desk.get_by_role("searchbox").first
    box.fill("第1")
    expect(desk.locator("form.find output")).to_have_text("3 found")
    box.press("ArrowDown")
    assert desk.evaluate("document.activeElement.textContent") == "第1号门户网站（示例）"
    desk.keyboard.press("Escape")
    expect(desk.locator("form.find ul")).to_be_hidden()
    box.press("Enter")
    desk.locator("#found li").first.wait_for()
    assert "/en/find.html?q=" in desk.url
    assert desk.locator("#found li").count() == 3


def test_subjects_are_compared_under_an_address_that_can_be_passed_on(page: Page, opened: Opened) -> None:
    opened(page, "card.html?s=website:1")
    page.get_by_role("link", name="与其他对象比较").click()
    page.locator("#add").fill("第2号")
    page.get_by_role("button", name="加入比较").first.click()
    page.locator(".chosen li").nth(1).wait_for()
    address = page.url
    assert address.endswith("compare.html?s=website:1&s=website:2")
    page.goto("about:blank")
    page.goto(address)
    page.locator(".chosen li").nth(1).wait_for()
    text = page.locator("#card").inner_text()
    for part in ("第1号门户网站（示例）", "第2号门户网站（示例）", "1 / 11", "2 / 11", "88.50", "81.50", "未采集"):
        assert part in text
    page.get_by_role("button", name="移除").first.click()
    page.wait_for_url("**/compare.html?s=website:2")


def test_who_has_no_card_is_told_so(desk: Page, opened: Opened) -> None:
    opened(desk, "card.html?s=website:404")
    assert "没有编号为 website:404 的体检报告" in desk.locator("#card").inner_text()


def test_a_name_that_tries_to_be_a_script_is_shown_as_it_is(desk: Page, hostile: Release) -> None:
    asked: list[str] = []
    desk.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    for view in ("card.html?s=website:1", "compare.html?s=website:1&s=website:5", "find.html?q=script"):
        name, _, query = view.partition("?")
        desk.goto(f"{(hostile.public / name).as_uri()}?{query}")
        desk.locator("#card table, #found li").first.wait_for()
        assert "<script>alert(1)</script>" in desk.locator("main").inner_text()
    assert not asked


def test_a_card_is_printed_whole(desk: Page, opened: Opened, tmp_path: Path) -> None:
    opened(desk, "card.html?s=website:1").emulate_media(media="print")
    assert not desk.get_by_role("searchbox").first.is_visible()
    for holder in desk.locator("#card .scroll").all():
        assert holder.evaluate("element => element.scrollWidth <= element.clientWidth + 1")
    assert desk.pdf(path=tmp_path / "card.pdf")


def test_without_scripts_a_card_says_where_else_to_look(browser: Any, release: Release) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((release.public / "card.html").as_uri())
    assert "此页需要脚本" in page.locator("main").inner_text()
    context.close()
