"""What the HTML of a page holds, as text: its title, meta tags, language, links, dates, and what is found by patterns.

What counts as a search box, a robot or a new-media link is not decided here: those patterns are rows of seeds and come
with the contract's columns.
"""

import datetime as dt
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from urllib.parse import urljoin

from resiliparse.parse.html import ElementNode, HTMLTree

from pipelines.ingest.contracts import Column, Contract

TAGS_WITH_TRACES = "a, area, img, iframe, form, input, script"
LIST_ITEMS = "li:not(:has(li)), dd:not(:has(dd)), tr:not(:has(tr))"
LONGEST_ITEM = 300
WORDS_BEFORE_A_DATE = 12
DATE = re.compile(
    r"(?<!\d)((?:19|20)\d{2})(?:-|/|\.|年)(0?[1-9]|1[0-2])(?:-|/|\.|月)(0[1-9]|[12]\d|3[01]|[1-9])(?!\d)", re.ASCII
)
BLANKS_AND_COLONS = re.compile(r"[\s:：]+")


@dataclass(frozen=True)
class Page:
    """A parsed page, and the address its links are relative to."""

    tree: HTMLTree
    address: str


def page_facts(html: str, address: str, contract: Contract) -> dict[str, str | None]:
    """The cells of a contract's columns that a page of HTML has a value for; null where it has none.

    Booleans are ``true`` or ``false``, lists and objects JSON.
    """
    tree = HTMLTree.parse(html)
    root = next(iter(_tags(tree, "html")), None)
    meta = _meta(tree)
    dated = {"listed_dates": json.dumps([date.isoformat() for date in _listed_dates(tree)])}
    plain = {
        "title": _line(tree.title),
        "html_lang": _line(root.getattr("lang") or root.getattr("xml:lang")) if root is not None else None,
        "has_viewport": str("viewport" in meta).lower(),
    }
    tagged = tagged_cells(meta, contract)
    return plain | dated | tagged | _found(Page(tree, address), contract, tagged)


def tagged_cells(meta: Mapping[str, str], contract: Contract) -> dict[str, str | None]:
    """The cells of columns that are looked for in meta tags, whose names are in lower case."""
    return {column.name: _tagged(column, meta) for column in contract.columns if column.meta_tag or column.meta_tags}


def linked_cells(address: str, hrefs: Iterable[str], contract: Contract) -> dict[str, str | None]:
    """The cells of columns that list what a page links to."""
    return {
        column.name: json.dumps(_fitting(address, hrefs, _compiled(column.found_patterns)), ensure_ascii=False)
        for column in contract.columns
        if column.found_patterns and column.data_type == "string[]"
    }


def _tags(tree: HTMLTree, selector: str) -> Sequence[ElementNode]:
    """The tags that fit. All are taken at once: the library's list searches the page again for each it gives."""
    return tree.document.query_selector_all(selector)[:] if tree.document is not None else ()


def _meta(tree: HTMLTree) -> dict[str, str]:
    """The first content of each named meta tag that is not blank; names in lower case."""
    meta: dict[str, str] = {}
    for tag in _tags(tree, "meta[name]"):
        content = _line(tag.getattr("content"))
        name = (tag.getattr("name") or "").strip().lower()
        if name == "viewport" or content is not None:
            meta.setdefault(name, content or "")
    return meta


def _tagged(column: Column, meta: Mapping[str, str]) -> str | None:
    if column.meta_tag is not None:
        content = meta.get(column.meta_tag.lower())
        date = _date_in(content) if content and column.data_type == "date" else None
        return date.isoformat() if date else content
    held = {name: meta[name.lower()] for name in column.meta_tags if meta.get(name.lower())}
    return json.dumps(held, ensure_ascii=False) if held else None


def _found(page: Page, contract: Contract, tagged: dict[str, str | None]) -> dict[str, str | None]:
    """What patterns find: a list of addresses, whether any tag fits, or the date after certain words."""
    traces = list(_traces(page.tree))
    found: dict[str, str | None] = {}
    for column in contract.columns:
        if not column.found_patterns:
            continue
        pattern = _compiled(column.found_patterns)
        if column.data_type == "string[]":
            found[column.name] = json.dumps(_links(page, pattern), ensure_ascii=False)
        elif column.data_type == "boolean":
            found[column.name] = str(any(pattern.fullmatch(trace) for trace in traces)).lower()
        elif column.data_type == "date" and tagged.get(column.name) is None:
            found[column.name] = _date_after(page.tree, pattern)
    return found


@cache
def _compiled(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """Patterns of LIKE as one regular expression of a whole text."""
    wildcards = {"%": ".*", "_": "."}
    parts = ("".join(wildcards.get(letter) or re.escape(letter) for letter in pattern) for pattern in patterns)
    return re.compile("|".join(parts), re.DOTALL)


def _traces(tree: HTMLTree) -> Iterator[str]:
    """Each tag that patterns may ask for, in lower case: its name, its attributes in order of name, a link's text."""
    for tag in _tags(tree, TAGS_WITH_TRACES):
        attributes = [f"{name}={_line(tag.getattr(name)) or ''}" for name in sorted(tag.attrs)]
        text = [f"text={_line(tag.text) or ''}"] if tag.tag == "a" else []
        yield " ".join([str(tag.tag), *attributes, *text]).lower()


def _links(page: Page, pattern: re.Pattern[str]) -> list[str]:
    """Addresses the page links to that fit, each once."""
    base = next(iter(_tags(page.tree, "base[href]")), None)
    root = _joined(page.address, base.getattr("href") or "") if base is not None else page.address
    tags = _tags(page.tree, "a[href], area[href]")
    return _fitting(root, ((tag.getattr("href") or "").strip() for tag in tags), pattern)


def _fitting(root: str, hrefs: Iterable[str], pattern: re.Pattern[str]) -> list[str]:
    # Of hundreds of links a handful fits; joining addresses costs more than all the rest.
    likely = (href for href in dict.fromkeys(hrefs) if pattern.fullmatch(f"{root}{href}".lower()))
    links = (_joined(root, href) for href in likely)
    return list(dict.fromkeys(link for link in links if pattern.fullmatch(link.lower())))


def _joined(address: str, link: str) -> str:
    """An absolute address; what is no address at all stays as it stands."""
    try:
        return urljoin(address, link)
    except ValueError:
        return link


def _listed_dates(tree: HTMLTree) -> Iterator[dt.date]:
    """The first date of each item of a list; an item as long as a paragraph is layout."""
    for item in _tags(tree, LIST_ITEMS):
        text = item.text or ""
        date = _date_in(text) if len(text) <= LONGEST_ITEM else None
        if date is not None:
            yield date


def _date_after(tree: HTMLTree, pattern: re.Pattern[str]) -> str | None:
    text = (tree.body.text if tree.body is not None else None) or ""
    for match in DATE.finditer(text):
        before = BLANKS_AND_COLONS.sub("", text[max(0, match.start() - WORDS_BEFORE_A_DATE) : match.start()])
        if pattern.fullmatch(before.lower()):
            date = next(_dates([match]), None)
            return date.isoformat() if date else None
    return None


def _date_in(text: str) -> dt.date | None:
    return next(_dates(DATE.finditer(text)), None)


def _dates(matches: Iterable[re.Match[str]]) -> Iterator[dt.date]:
    for match in matches:
        year, month, day = map(int, match.groups())
        try:
            yield dt.date(year, month, day)
        except ValueError:
            continue


def _line(text: str | None) -> str | None:
    """A text in one line; null where nothing is left of it."""
    return " ".join(text.split()) or None if text else None
