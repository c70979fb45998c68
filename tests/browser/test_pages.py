"""The pages of a release in a real browser, opened from disk as a reader opens them."""

import csv
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from pipelines.releases.release import Release
from tests.browser.conftest import DESKTOP, PHONE
from tests.fixtures.small_site import NAUGHTY, figures

RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]},
    "resultTypes": ["violations"],
}
OPEN_ALL = "document.querySelectorAll('details').forEach(details => { details.open = true; })"


def opened(page: Page, path: Path) -> Page:
    page.goto(path.as_uri())
    return page


class Look(NamedTuple):
    """What a page says of itself, and what is wrong with it on a desk and on a phone."""

    overflowing: list[str]
    complaints: list[str]
    violations: list[tuple[str, list[str]]]
    requests: list[str]

    notice: str
    is_notice_visible: bool
    lang: str
    levels: list[int]
    heads_without_scope: int
    unnamed_charts: int
    ids: list[str]
    links: list[str]


@pytest.fixture(scope="module")
def looks(browser: Browser, pages: list[Path]) -> dict[Path, Look]:
    """Every page looked at once, in both widths.

    Pages of one folder are of one template: on a phone the longest of them meets WCAG for all, on a desk each does.
    """
    longest = {max(same, key=lambda path: path.stat().st_size) for same in of_one_template(pages)}
    context = browser.new_context(viewport=DESKTOP, offline=True)
    desk = context.new_page()
    requests: list[str] = []
    complaints: list[str] = []
    desk.on("request", lambda request: requests.append(request.url))
    desk.on("console", lambda message: complaints.append(message.text))
    desk.on("pageerror", lambda error: complaints.append(error.message))
    seen = {}
    for path in pages:
        seen[path] = look_at(desk, path, requests, complaints, is_checked_on_phone=path in longest)
    context.close()
    return seen


def of_one_template(pages: list[Path]) -> list[list[Path]]:
    """Pages that stand in a folder together; those at the top of a language are all of their own."""
    folders: dict[Path, list[Path]] = {}
    for path in pages:
        folders.setdefault(path if path.parent.name in ("public", "en", "internal") else path.parent, []).append(path)
    return list(folders.values())


def look_at(page: Page, path: Path, requests: list[str], complaints: list[str], *, is_checked_on_phone: bool) -> Look:
    """Open a page, and look at it on a desk and on a phone."""
    requests.clear()
    complaints.clear()
    page.set_viewport_size(DESKTOP)
    notice = opened(page, path).get_by_role("note").first
    titles = "titles => titles.map(title => Number(title.tagName[1]))"
    unnamed = "figure svg:not([role=img]), figure svg:not(:has(> title)), figure svg:not(:has(> desc))"
    said: dict[str, Any] = {
        "notice": notice.inner_text(),
        "is_notice_visible": notice.is_visible(),
        "lang": page.locator("html").get_attribute("lang") or "",
        "levels": page.locator("h1, h2, h3, h4").evaluate_all(titles),
        "heads_without_scope": page.locator("th:not([scope])").count(),
        "unnamed_charts": page.locator(unnamed).count(),
        "ids": page.evaluate("[...document.querySelectorAll('[id]')].map(element => element.id)"),
        "links": page.evaluate("[...document.links].map(link => link.href)"),
    }
    page.evaluate(OPEN_ALL)
    overflowing, violations = [], []
    for name, size in (("desk", DESKTOP), ("phone", PHONE)):
        page.set_viewport_size(size)
        if not page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"):
            overflowing.append(name)
        if name == "phone" and not is_checked_on_phone:
            continue
        # What the checker itself says to the console is no complaint of a page.
        told = list(complaints)
        found = Axe().run(page, options=RULES).response["violations"]
        violations += [(f"{name}: {v['id']}", [node["html"][:160] for node in v["nodes"][:3]]) for v in found]
        complaints[:] = told
    return Look(overflowing, list(complaints), violations, list(requests), **said)


def test_every_page_is_quiet_needs_no_network_fits_and_meets_wcag_aa(release: Release, looks: dict[Path, Look]) -> None:
    folder = release.folder.as_uri()
    for path, look in looks.items():
        assert not look.overflowing, path
        assert not look.complaints, path
        assert not look.violations, (path, look.violations)
        assert look.requests[0] == path.as_uri()
        assert not [url for url in look.requests if not url.startswith((folder, "data:"))], path


def test_every_page_says_at_its_head_that_its_data_are_synthetic(looks: dict[Path, Look]) -> None:
    for path, look in looks.items():
        assert look.is_notice_visible, path
        wanted = "Example data (synthetic)" if "en" in path.parts else "示例数据（合成）"
        assert wanted in look.notice, path


def test_every_page_can_be_read_aloud(looks: dict[Path, Look]) -> None:
    for path, look in looks.items():
        assert look.lang == ("en" if "en" in path.parts else "zh-CN"), path
        assert look.heads_without_scope == 0, path
        assert look.levels[0] == 1, path
        assert all(later - earlier <= 1 for earlier, later in pairwise(look.levels)), path
        assert look.unnamed_charts == 0, path
        assert len(set(look.ids)) == len(look.ids), path


def test_every_link_leads_somewhere(release: Release, looks: dict[Path, Look]) -> None:
    links = [(path, href) for path, look in looks.items() for href in look.links]
    assert links
    for path, href in links:
        address = urlsplit(href)
        target = Path(unquote(address.path))
        assert address.scheme == "file", (path, href)
        assert target.is_relative_to(release.folder), (path, href)
        assert target.is_file(), (path, href)
        if address.fragment:
            assert unquote(address.fragment).partition("?")[0] in looks[target].ids, (path, href)


def test_every_page_is_reached_from_the_notice(release: Release, looks: dict[Path, Look]) -> None:
    seen: set[Path] = set()
    waiting = [release.bulletin_path]
    while waiting:
        path = waiting.pop()
        if path in seen or path.suffix != ".html":
            continue
        seen.add(path)
        waiting += [Path(unquote(urlsplit(href).path)) for href in looks[path].links]
    assert {path for path in looks if path.is_relative_to(release.public)} == seen


def test_the_language_is_switched_and_kept(page: Page, release: Release) -> None:
    opened(page, release.bulletin_path)
    page.get_by_role("link", name="English").click()
    assert page.url == (release.public / "en" / "index.html").as_uri()
    assert page.locator("html").get_attribute("lang") == "en"
    page.get_by_role("link", name="Trends", exact=True).click()
    assert "/en/trends/" in page.url
    page.get_by_role("link", name="中文").click()
    assert page.url == (release.public / "trends" / page.url.rpartition("/")[2]).as_uri()
    assert page.locator("html").get_attribute("lang") == "zh-CN"


def test_the_notice_has_the_form_of_the_bulletin(desk: Page, release: Release) -> None:
    text = opened(desk, release.bulletin_path).locator("main").inner_text()
    for part in (
        "各有关单位",
        "自2002年起连续第16年",
        "软件测评",
        "综合评估",
        "第一系列",
        "第七系列",
        "第五",
        "29,431家",
    ):
        assert part in text, part
    assert desk.locator(".series").count() == 7
    assert "空缺" in desk.locator(".series").last.inner_text()
    assert "（暂缺）" in text


def test_every_number_of_the_trends_leads_to_its_origin(desk: Page, release: Release) -> None:
    opened(desk, release.bulletin_path)
    numbers = desk.locator("section[aria-labelledby=trends] a.number")
    assert numbers.count() >= 10
    prose = desk.locator("section[aria-labelledby=trends] p:not(.onward)").evaluate_all(
        "ps => ps.map(p => [...p.childNodes].filter(n => n.nodeType === 3).map(n => n.data).join(''))"
    )
    assert not any(character.isdigit() for text in prose for character in text.replace("19", ""))
    numbers.filter(has_text="29,431").click()
    # A release with pages of provenance leads there, any other to the line among the figures.
    assert "trend2.running_sites" in desk.url
    assert desk.get_by_text("正在运行的政府网站").first.is_visible()


def test_every_figure_shows_what_was_computed_what_was_published_and_the_verdict(page: Page, release: Release) -> None:
    rows = opened(page, release.public / "figures.html").locator("table.figures tbody tr")
    assert rows.count() == len(figures())
    for row in rows.all():
        assert row.locator("th[scope=row]").is_visible()
        computed, published, verdict = (cell.inner_text().strip() for cell in row.get_by_role("cell").all())
        assert computed
        assert published
        assert verdict.split()[0] in {"一致", "不可计算", "通报未公布"}


def first_column(page: Page, column: int) -> list[str]:
    return page.locator("table.sortable tbody tr:visible").evaluate_all(
        f"rows => rows.map(row => row.cells[{column}].firstChild.textContent.trim())"
    )


def test_a_table_sorts_by_number_with_mouse_and_keys(desk: Page, release: Release) -> None:
    opened(desk, release.public / "ranks" / "influence.html")
    ranks = [str(number) for number in range(1, 12)]
    assert first_column(desk, 0) == ranks
    head = desk.get_by_role("columnheader", name="得分")
    head.click()
    assert head.get_attribute("aria-sort") == "ascending"
    assert first_column(desk, 0) == ranks[::-1]
    head.press("Enter")
    assert head.get_attribute("aria-sort") == "descending"
    assert first_column(desk, 0) == ranks
    head.press(" ")
    assert first_column(desk, 0) == ranks[::-1]


def test_a_table_filters_by_words_and_by_choice(page: Page, release: Release) -> None:
    opened(page, release.public / "ranks" / "influence.html")
    output = page.locator(".tools output")
    assert output.inner_text() == "11 / 11 行"
    page.get_by_label("筛选").fill("第３号")
    assert first_column(page, 0) == ["3"]
    page.get_by_label("筛选").fill("")
    page.get_by_label("省份").select_option("北京")
    assert first_column(page, 0) == ["6"]
    assert output.inner_text() == "1 / 11 行"


def test_without_scripts_the_tables_are_whole(browser: Any, release: Release) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = opened(context.new_page(), release.public / "ranks" / "influence.html")
    assert page.locator("tbody tr").count() == 11
    assert not page.locator(".tools").first.is_visible()
    context.close()


def test_charts_are_drawn_with_chinese_text(desk: Page, release: Release) -> None:
    expected = {
        "trends/2.html": ("网站存量", "合格率", "京"),
        "trends/4.html": ("移动客户端",),
        "trends/5.html": ("准确率",),
    }
    for name, texts in expected.items():
        opened(desk, release.public / name)
        assert desk.locator("figure svg").count() > 0, name
        drawn = " ".join(desk.locator("figure").all_inner_texts()) + " ".join(
            desk.locator("svg text").all_text_contents()
        )
        for text in texts:
            assert text in drawn, (name, text)
        fonts = desk.locator("svg text").evaluate_all("texts => texts.map(text => text.getAttribute('font-family'))")
        assert all("Noto Sans CJK SC" in font for font in fonts if font), name
    opened(desk, release.public / "ranks" / "influence.html")
    assert desk.locator("figure svg").count() == 2


def test_the_print_shows_what_is_folded_and_no_menu(desk: Page, release: Release) -> None:
    opened(desk, release.public / "series" / "series1.html")
    desk.evaluate("dispatchEvent(new Event('beforeprint'))")
    desk.emulate_media(media="print")
    assert desk.locator("details:not([open])").count() == 0
    assert not desk.locator(".menu").is_visible()
    assert not desk.locator(".tools").first.is_visible()
    assert desk.get_by_role("note").is_visible()
    assert desk.pdf().startswith(b"%PDF")
    desk.evaluate("dispatchEvent(new Event('afterprint'))")
    assert desk.locator("details:not([open])").count() > 0


def test_hostile_names_show_as_text_on_every_page(desk: Page, hostile: Release) -> None:
    dialogs: list[str] = []
    complaints: list[str] = []
    desk.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    desk.on("pageerror", lambda error: complaints.append(error.message))
    seen: set[str] = set()
    for path in sorted(hostile.public.rglob("*.html")):
        opened(desk, path).evaluate(OPEN_ALL)
        text = desk.locator("body").inner_text()
        seen |= {name for name in NAUGHTY if name in text}
        assert desk.locator("img, iframe, body script").count() == 0, path
    assert not dialogs
    assert not complaints
    assert seen == set(NAUGHTY)


def test_the_report_of_quality_is_internal_and_has_a_menu_of_its_own(page: Page, release: Release) -> None:
    assert not opened(page, release.bulletin_path).get_by_role("link", name="质量", exact=True).count()
    opened(page, release.quality_path).get_by_role("link", name="质量", exact=True).click()
    assert page.url == release.quality_path.as_uri()
    assert page.get_by_text("通过", exact=False).first.is_visible()


def test_the_quality_report_lists_the_warning_and_leads_to_its_rows(page: Page, release: Release) -> None:
    opened(page, release.quality_path)
    page.get_by_role("link", name="与公布值不一致的数字须编辑过目。").click()
    found = page.locator(":target")
    assert "提醒" in found.inner_text()
    rows = found.get_by_role("region", name="不符合的行")
    assert rows.is_visible()
    assert "trend4.fusion_central_department" in rows.inner_text()
    page.get_by_role("link", name="质量", exact=True).click()
    page.get_by_role("link", name="隔离的行", exact=True).click()
    assert page.get_by_text("表一 › 12 › level").is_visible()


def test_what_is_chosen_in_a_table_stands_in_the_address(page: Page, release: Release) -> None:
    path = release.public / "ranks" / "influence.html"
    opened(page, path)
    if page.get_by_role("columnheader", name="得分").is_visible():
        page.get_by_role("columnheader", name="得分").press("Enter")
    page.get_by_label("筛选").fill("号")
    page.get_by_label("省份").select_option("北京")
    address = page.url
    order = first_column(page, 0)
    opened(page, release.bulletin_path)
    page.goto(address)
    assert page.get_by_label("筛选").input_value() == "号"
    assert page.get_by_label("省份").input_value() == "北京"
    assert first_column(page, 0) == order == ["6"]
    page.get_by_label("省份").select_option("")
    assert len(first_column(page, 0)) == 11


def test_a_table_is_saved_as_csv_with_its_numbers_and_no_formula(desk: Page, hostile: Release) -> None:
    opened(desk, hostile.public / "ranks" / "influence.html")
    with desk.expect_download() as found:
        desk.locator(".tools [data-save=csv]").first.click()
    rows = list(csv.reader(Path(found.value.path()).read_text(encoding="utf-8-sig").splitlines()))
    assert rows[0][:3] == ["名次", "对象", "省份"]
    assert len(rows) == 1 + len(NAUGHTY)
    assert not [cell for row in rows[1:] for cell in row if cell.startswith(("=", "@", "-2"))]
    assert float(rows[1][rows[0].index("得分")]) > 0
    assert all(0 <= float(row[rows[0].index("权重覆盖")]) <= 1 for row in rows[1:])


@pytest.mark.parametrize(("kind", "begins"), [("csv", b"\xef\xbb\xbf"), ("svg", b"<svg"), ("png", b"\x89PNG")])
def test_a_chart_is_saved_with_its_words(desk: Page, release: Release, kind: str, begins: bytes) -> None:
    figure = opened(desk, release.public / "trends" / "2.html").locator("figure").first
    with desk.expect_download() as found:
        figure.locator(f"[data-save={kind}]").click()
    saved = Path(found.value.path()).read_bytes()
    assert saved.startswith(begins)
    message = figure.locator("figcaption a").inner_text()
    assert kind == "png" or message[:12].encode() in saved


def test_a_chart_says_what_it_shows_and_answers_to_the_pointer(desk: Page, release: Release) -> None:
    opened(desk, release.public / "trends" / "2.html")
    for figure in desk.locator("figure").all():
        assert any(character.isdigit() for character in figure.locator("figcaption a").inner_text())
        told = figure.inner_text()
        assert "单位" in told
        assert "来源" in told
        assert figure.locator("figcaption a").get_attribute("href") == f"#{figure.get_attribute('id')}"
    bars = desk.locator("figure[id*=running_sites-level]")
    bars.scroll_into_view_if_needed()
    bars.hover()
    desk.wait_for_function("document.querySelector('figure[id*=running_sites-level] .picture > div svg')")
    bars.locator(".mark-rect path").first.hover()
    tip = desk.locator("#vg-tooltip-element")
    tip.wait_for(state="visible")
    assert "县级" in tip.inner_text() or "部门" in tip.inner_text() or "级" in tip.inner_text()
    assert bars.locator("svg[role=img] > title").count() == 1


def test_a_wide_table_is_printed_whole_and_is_cards_on_a_phone(browser: Browser, release: Release) -> None:
    # The width that is left of A4 in landscape.
    context = browser.new_context(viewport={"width": 950, "height": 700}, offline=True)
    desk = context.new_page()
    for name in ("ranks/influence.html", "series/series1.html"):
        opened(desk, release.public / name).emulate_media(media="print")
        desk.evaluate(OPEN_ALL)
        wide = "tables => tables.filter(t => t.scrollWidth > t.closest('.scroll').clientWidth + 1).length"
        assert desk.locator(".many table").evaluate_all(wide) == 0, name
    context.close()
    context = browser.new_context(viewport={"width": 390, "height": 844}, offline=True)
    phone = opened(context.new_page(), release.public / "ranks" / "influence.html")
    cell = phone.locator("table.sortable tbody tr").first.locator("td").nth(4)
    assert "得分" in cell.evaluate("cell => getComputedStyle(cell, '::before').content")
    assert phone.locator(".scroll").first.evaluate("scroll => scroll.scrollWidth <= scroll.clientWidth")
    context.close()


def test_the_page_of_changes_tells_of_the_last_release(desk: Page, release: Release) -> None:
    assert "这是本年度的第一个版本" in opened(desk, release.public / "changes.html").locator("main").inner_text()
