"""What the HTML of a page holds, as text: its title, meta tags, language, links, dates, and what is found by patterns.

What counts as a search box, a robot or a new-media link is not decided here: those patterns are rows of seeds and come
with the columns that are sought.
"""

import datetime as dt
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from html.entities import html5
from urllib.parse import urljoin

from selectolax.lexbor import LexborNode

from pipelines.ingest.pages.page import Page, attributes_of, is_of_html, line, text_of
from pipelines.ingest.pages.page_text import PageText
from pipelines.ingest.pages.patterns import Words, compiled, longest_part, tags_of, words_of_tag
from pipelines.ingest.pages.sought import Sought, SoughtColumn

NAMED, LINKS = ("meta[name]", "title"), ("a[href]", "area[href]")
BEGINNING_OF_BASE = "<base"
# An item that holds others of its kind is layout.
LIST_ITEMS = ("li:not(:has(li))", "dd:not(:has(dd))", "tr:not(:has(tr))")
TEXT_OF_LINK = "text="
# What may stand in a selector as it is.
PLAIN_WORD = re.compile(r"[a-z0-9.:/?=&-]+")
LONGEST_ITEM = 300
WORDS_BEFORE_A_DATE = 12
# That no digit stands before the year is asked after its first two: to look back from every letter costs more.
YEAR, MONTH = r"(?:19|20)(?<!\d\d\d)\d{2}", r"(?:0?[1-9]|1[0-2])"
DAY = r"(?:0[1-9]|[12]\d|3[01]|[1-9])(?!\d)"
DATE = re.compile(rf"({YEAR})(?:-|/|\.|年)({MONTH})(?:-|/|\.|月)({DAY})", re.ASCII)
# Stands in no text of a page.
END_OF_ITEM = "\0"
FIRST_DATES = re.compile(rf"({YEAR}(?:-|/|\.|年){MONTH}(?:-|/|\.|月){DAY})[^{END_OF_ITEM}]*", re.ASCII)
AS_JSON = json.JSONEncoder(ensure_ascii=False).encode
BLANKS_AND_COLONS = re.compile(r"[\s:：]+")


class Traces:
    """A column that says whether any tag fits a pattern."""

    def __init__(self, patterns: Sequence[str]) -> None:
        self._patterns = [(pattern, words_of_tag(pattern), frozenset(tags_of(pattern))) for pattern in patterns]
        self.words = frozenset(word for _, words, _ in self._patterns for word in words)
        self._have_words = all(words for _, words, _ in self._patterns)
        # Of links alone the text is looked at, which may have tags within.
        self.words_of_texts = frozenset(word for _, words, tags in self._patterns if "a" in tags for word in words)

    def likely(self, page: Page) -> tuple[tuple[str, ...], set[str]]:
        """The patterns that a tag may fit, as their words stand on the page, and the tags that may."""
        if self._have_words and self.words.isdisjoint(page.found):
            return (), set()
        likely = [(pattern, tags) for pattern, words, tags in self._patterns if words <= page.found]
        return tuple(pattern for pattern, _ in likely), {tag for _, tags in likely for tag in tags}


class Links:
    """A column that lists the addresses which fit."""

    def __init__(self, patterns: tuple[str, ...]) -> None:
        self.pattern = compiled(patterns)
        self.words = dict.fromkeys(map(longest_part, patterns))
        # Addresses of pages end in a slash where not in a name: what may follow it is looked for with all words.
        self.after_slash = [word.removeprefix("/") for word in self.words if word.startswith("/")]
        self._is_plain = all(map(PLAIN_WORD.fullmatch, self.words))
        self._rests: dict[str, list[str]] = {}
        for word in self.words:
            for end in range(1, len(word)):
                self._rests.setdefault(word[:end], []).append(word[end:])
        self._longest = max(map(len, self.words))

    def selectors(self, page: Page, root: str) -> Sequence[str]:
        """Those of links that bring a word which fits need, or the rest of one that the address of the page ends in."""
        if not self._is_plain or any(word in root for word in self.words):
            return LINKS
        endings = (root[-size:] for size in range(1, min(len(root) + 1, self._longest)))
        rests = [rest for ending in endings for rest in self._rests.get(ending, ()) if page.holds(rest)]
        held = dict.fromkeys([*(word for word in self.words if word in page.found), *rests])
        return [f'{tag}[href*="{part}" i]' for part in held for tag in ("a", "area")]


class DatesAfter:
    """A column that takes the date right after certain words."""

    def __init__(self, patterns: tuple[str, ...]) -> None:
        self._pattern = compiled(patterns)
        self._words = {word: _letters(word) for word in map(longest_part, patterns)}

    def first_on(self, page: Page) -> str | None:
        """The first such date, as ISO 8601 writes it."""
        if not any(map(page.may_say, self._words.values())):
            return None
        run_together = "".join(page.text.split()).replace(":", "").replace("：", "").lower()
        if not any(word in run_together for word in self._words):
            return None
        for match in DATE.finditer(page.text):
            before = BLANKS_AND_COLONS.sub("", page.text[max(0, match.start() - WORDS_BEFORE_A_DATE) : match.start()])
            if self._pattern.fullmatch(before.lower()):
                return _date(*match.groups())
        return None


class Search:
    """What is sought on pages, made ready once."""

    def __init__(self, columns: Sequence[SoughtColumn]) -> None:
        self.tagged = [column for column in columns if column.meta_tag or column.meta_tags]
        by_type = {
            data_type: {column.name: column.patterns for column in columns if column.data_type == data_type}
            for data_type in ("boolean", "string[]", "date")
        }
        self.traces = {name: Traces(patterns) for name, patterns in by_type["boolean"].items() if patterns}
        self.links = {name: Links(patterns) for name, patterns in by_type["string[]"].items() if patterns}
        self.dates = {name: DatesAfter(patterns) for name, patterns in by_type["date"].items() if patterns}
        of_tags = (word for traces in self.traces.values() for word in traces.words)
        of_links = (word for links in self.links.values() for word in (*links.words, *links.after_slash))
        of_texts = (word for traces in self.traces.values() for word in traces.words_of_texts)
        self.words = Words([BEGINNING_OF_BASE, *of_tags, *of_links], of_texts)


@cache
def search_for(sought: Sought) -> Search:
    """What a contract looks for on pages, made ready."""
    return Search(sought.columns)


@cache
def _letters(word: str) -> tuple[str, ...]:
    """The letters of a word that have neither case nor a name: they stand on a page as they are, or by number."""
    named = set("".join(html5.values()))
    return tuple(letter for letter in word if unicodedata.category(letter) == "Lo" and letter not in named)


def page_facts(text: PageText, address: str, search: Search) -> dict[str, str | None]:
    """The cells of the columns sought that a page of HTML has a value for; null where it has none.

    Booleans are ``true`` or ``false``, lists and objects JSON.
    """
    page = Page(text, search.words)
    base = _root(page, address)
    likely = {name: traces.likely(page) for name, traces in search.traces.items()}
    tags = {tag for _, tags in likely.values() for tag in tags}
    of_links = [selector for links in search.links.values() for selector in links.selectors(page, base.lower())]
    found = page.tags([*NAMED, *tags, *of_links])
    meta = _meta(found)
    tagged = tagged_cells(meta, search)
    root = page.tree.root
    return {
        "title": next((line(text_of(tag)) for tag in found if tag.tag == "title" and is_of_html(tag)), None),
        "html_lang": line(root.attributes.get("lang") or root.attributes.get("xml:lang")) if root is not None else None,
        "has_viewport": str("viewport" in meta).lower(),
        "listed_dates": _list_of_plain(_listed_dates(page)),
        **tagged,
        **{name: str(_has_trace(found, *patterns)).lower() for name, patterns in likely.items()},
        **linked_cells(base, list(_hrefs(found)), search),
        **{name: dates.first_on(page) for name, dates in search.dates.items() if tagged.get(name) is None},
    }


def tagged_cells(meta: Mapping[str, str], search: Search) -> dict[str, str | None]:
    """The cells of columns that are looked for in meta tags, whose names are in lower case."""
    return {column.name: _tagged(column, meta) for column in search.tagged}


def linked_cells(root: str, hrefs: Sequence[str], search: Search) -> dict[str, str | None]:
    """The cells of columns that list what a page links to, its addresses beginning at a root."""
    return {name: AS_JSON(_fitting(root, hrefs, links.pattern)) for name, links in search.links.items()}


def _root(page: Page, address: str) -> str:
    """What addresses on a page begin at."""
    base = page.tree.css_first("base[href]") if page.holds(BEGINNING_OF_BASE) else None
    return address if base is None else _joined(address, attributes_of(base).get("href") or "")


def _meta(found: Iterable[LexborNode]) -> dict[str, str]:
    """The first content of each named meta tag that is not blank; names in lower case."""
    meta: dict[str, str] = {}
    for tag in found:
        if tag.tag != "meta":
            continue
        attributes = tag.attributes
        content = line(attributes.get("content"))
        name = (attributes.get("name") or "").strip().lower()
        if name == "viewport" or content is not None:
            meta.setdefault(name, content or "")
    return meta


def _tagged(column: SoughtColumn, meta: Mapping[str, str]) -> str | None:
    if column.meta_tag is not None:
        content = meta.get(column.meta_tag.lower())
        return (_date_in(content) if content and column.data_type == "date" else None) or content
    held = {name: meta[name.lower()] for name in column.meta_tags if meta.get(name.lower())}
    return AS_JSON(held) if held else None


def _has_trace(found: Iterable[LexborNode], patterns: tuple[str, ...], tags: set[str]) -> bool:
    """Whether one of the tags of these names fits one of the patterns."""
    pattern = compiled(patterns)
    return any(pattern.fullmatch(_trace(tag)) for tag in found if tag.tag in tags)


def _trace(tag: LexborNode) -> str:
    """A tag that patterns may ask for, in lower case: its name, its attributes in order of name, a link's text."""
    attributes = [f"{name}={line(value) or ''}" for name, value in sorted(attributes_of(tag).items())]
    text = [f"{TEXT_OF_LINK}{line(text_of(tag)) or ''}"] if tag.tag == "a" else []
    return " ".join([str(tag.tag), *attributes, *text]).lower()


def _hrefs(found: Iterable[LexborNode]) -> Iterable[str]:
    """The addresses among what was found; there may be links that are looked at for something else."""
    for tag in found:
        if tag.tag in ("a", "area"):
            attributes = attributes_of(tag)
            if "href" in attributes:
                yield (attributes["href"] or "").strip()


def _fitting(root: str, hrefs: Iterable[str], pattern: re.Pattern[str]) -> list[str]:
    """Addresses that fit, each once."""
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


def _list_of_plain(texts: Sequence[str]) -> str:
    """Texts in which nothing needs a backslash, as JSON."""
    return '["' + '", "'.join(texts) + '"]' if texts else "[]"


def _listed_dates(page: Page) -> list[str]:
    """The first date of each item of a list; an item as long as a paragraph is layout, and so is one with others."""
    texts = [text for text in map(LexborNode.text_lexbor, page.tags(LIST_ITEMS)) if len(text) <= LONGEST_ITEM]
    # To look through all of them at once costs half of looking through each.
    found = FIRST_DATES.findall(END_OF_ITEM.join(texts))
    days = {date: _day(date) for date in set(found)}
    listed = map(days.get, found) if None not in days.values() else map(_date_in, texts)
    return [day for day in listed if day is not None]


def _date_in(text: str) -> str | None:
    """The first day that a text names, as ISO 8601 writes it."""
    return next((day for match in DATE.finditer(text) if (day := _date(*match.groups())) is not None), None)


@lru_cache(maxsize=1 << 14)
def _day(date: str) -> str | None:
    """The day that a date means, if there is one: a list names the same days over and over."""
    return _date_in(date)


def _date(year: str, month: str, day: str) -> str | None:
    try:
        return dt.date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None
