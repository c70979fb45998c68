"""What the HTML of a page holds, as text: its title, meta tags, language, links, dates, and what is found by patterns.

What counts as a search box, a robot or a new-media link is not decided here: those patterns are rows of seeds and come
with the contract's columns.
"""

import datetime as dt
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property, lru_cache
from html import unescape
from urllib.parse import urljoin

from ahocorasick_rs import BytesAhoCorasick
from selectolax.lexbor import LexborHTMLParser, LexborNode

from pipelines.ingest.contracts import Column, Contract, DataType

# The patterns of a column, and what type of thing they find.
Patterns = tuple[DataType, tuple[str, ...]]

TAGS_WITH_TRACES = ("a", "area", "img", "iframe", "form", "input", "script")
LIST_ITEMS, NESTED_ITEMS = "li, dd, tr", "li li, dd dd, tr tr"
TEXT_OF_LINK = "text="
# Within drawings and formulas a title is no title of the page, but in the parts of them that are HTML again.
DRAWN = {"svg", "math"}
HTML_IN_DRAWINGS = {"foreignobject", "desc", "title", "mi", "mo", "mn", "ms", "mtext", "annotation-xml"}
WILDCARDS = {"%": ".*", "_": "."}
WORDS_OF_PATTERN = re.compile(r"([^%_=\s]+)(=?)")
RARE_BYTES = 3
# The Kelvin sign, and the capital i with a dot: in lower case they are k, and i with another dot.
LETTERS_LIKE_ASCII = "\u212a\u0130"
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
DATE_OR_END = re.compile(rf"{END_OF_ITEM}|{YEAR}(?:-|/|\.|年){MONTH}(?:-|/|\.|月){DAY}", re.ASCII)
BLANKS_AND_COLONS = re.compile(r"[\s:：]+")


class Page:
    """A parsed page. What costs much is asked of it once, and only where something may be found."""

    def __init__(self, html: str, address: str, words: "Words") -> None:
        self.html = html
        self.address = address
        self.words = words
        self.tree = LexborHTMLParser(html)

    def tags(self, selector: str) -> list[LexborNode]:
        """The tags that fit, in their order."""
        return self.tree.css(selector)

    @cached_property
    def named(self) -> list[LexborNode]:
        """The tags that say what holds for all of the page; to look for two kinds costs as much as for one."""
        return self.tags("meta[name], base[href]")

    @cached_property
    def title(self) -> LexborNode | None:
        """The title of the page; one of a drawing is none."""
        first = self.tree.css_first("title")
        if first is None or _is_of_html(first):
            return first
        return next(filter(_is_of_html, self.tags("title")), None)

    @cached_property
    def text(self) -> str:
        """The text of the body."""
        return text_of(self.tree.body) if self.tree.body is not None else ""

    @cached_property
    def written(self) -> bytes:
        """All that stands on the page, in lower case: as it is written, as it is meant, and without its tags."""
        meant = [unescape(self.html)] if "&" in self.html else []
        text = "\n".join([self.html, *meant, *map(text_of, self.tags("html"))])
        # To lower all letters costs ten times more; of those beyond ASCII these alone become a letter of a word.
        return (text.lower() if any(letter in text for letter in LETTERS_LIKE_ASCII) else text).encode().lower()

    @cached_property
    def found(self) -> set[str]:
        """The words looked for that stand on the page."""
        return self.words.found_in(self.written)

    def holds(self, word: str) -> bool:
        """Whether a word in lower case stands on the page."""
        if word in self.words.together:
            return word in self.found
        return word.encode() in self.written

    def may_hold(self, pattern: str) -> bool:
        """Whether a tag may fit a pattern: its words must stand somewhere."""
        return all(map(self.holds, _words(pattern)))

    def may_say(self, word: str) -> bool:
        """Whether the text of the page may hold a word, blanks and tags within it left out: its letters stand there.

        Letters that have no case, that is, as only those stand there as they are looked for.
        """
        return all(letter in self.html for letter in _letters(word)) or "&" in self.html


class Words:
    """The words of all patterns. Those that are long enough to be rare are looked for in one pass."""

    def __init__(self, patterns: Iterable[Patterns]) -> None:
        words = {word for kind, likes in patterns for like in likes for word in _asked_for(kind, like)}
        self.together = dict.fromkeys(sorted(word for word in words if len(word.encode()) >= RARE_BYTES))
        self._found_by = BytesAhoCorasick([word.encode() for word in self.together])
        self._in_order = list(self.together)

    def found_in(self, text: bytes) -> set[str]:
        """The words that stand in a text."""
        matches = self._found_by.find_matches_as_indexes(text, overlapping=True)
        return {self._in_order[number] for number, _, _ in matches}


def _asked_for(kind: DataType, pattern: str) -> Sequence[str]:
    """The words a page is asked for: those of a tag, or of an address; for a date's it is looked through apart."""
    match kind:
        case "boolean":
            return _words(pattern)
        case "string[]":
            return [_longest_part(pattern)]
        case _:
            return []


@cache
def _words_of(patterns: tuple[Patterns, ...]) -> Words:
    return Words(patterns)


@cache
def _words(pattern: str) -> tuple[str, ...]:
    """The words of a tag that a pattern asks for, but for names of tags and attributes: any page holds those."""
    _, blank, rest = pattern.partition(" ")
    return tuple(word for word, is_name in WORDS_OF_PATTERN.findall(rest if blank else pattern) if not is_name)


@cache
def _letters(word: str) -> tuple[str, ...]:
    return tuple(letter for letter in word if unicodedata.category(letter) == "Lo")


def text_of(tag: LexborNode) -> str:
    """The text of a tag and of all within it."""
    return tag.text(deep=True)


def page_facts(html: str, address: str, contract: Contract) -> dict[str, str | None]:
    """The cells of a contract's columns that a page of HTML has a value for; null where it has none.

    Booleans are ``true`` or ``false``, lists and objects JSON.
    """
    found = ((column.data_type, column.found_patterns) for column in contract.columns if column.found_patterns)
    page = Page(html, address, _words_of(tuple(found)))
    root = page.tree.root
    meta = _meta(page)
    dated = {"listed_dates": json.dumps(list(_listed_dates(page)))}
    plain = {
        "title": _line(text_of(page.title)) if page.title is not None else None,
        "html_lang": _line(_attribute(root, "lang") or _attribute(root, "xml:lang")) if root is not None else None,
        "has_viewport": str("viewport" in meta).lower(),
    }
    tagged = tagged_cells(meta, contract)
    return plain | dated | tagged | _found(page, contract, tagged)


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


def _is_of_html(tag: LexborNode) -> bool:
    """Whether a tag is one of HTML, and none of a drawing or a formula."""
    holder = tag.parent
    while holder is not None and holder.tag not in HTML_IN_DRAWINGS:
        if holder.tag in DRAWN:
            return False
        holder = holder.parent
    return True


def _attribute(tag: LexborNode, name: str) -> str | None:
    return tag.attributes.get(name)


def _attributes(tag: LexborNode) -> dict[str, str | None]:
    """The attributes of a tag; those of a drawing without the prefix that names where they come from."""
    attributes = tag.attributes
    if any(":" in name for name in attributes) and not _is_of_html(tag):
        return {name.removeprefix("xlink:").removeprefix("xml:"): value for name, value in attributes.items()}
    return attributes


def _href(tag: LexborNode) -> str:
    return (_attributes(tag).get("href") or "").strip()


def _meta(page: Page) -> dict[str, str]:
    """The first content of each named meta tag that is not blank; names in lower case."""
    meta: dict[str, str] = {}
    for tag in page.named:
        if tag.tag != "meta":
            continue
        attributes = tag.attributes
        content = _line(attributes.get("content"))
        name = (attributes.get("name") or "").strip().lower()
        if name == "viewport" or content is not None:
            meta.setdefault(name, content or "")
    return meta


def _tagged(column: Column, meta: Mapping[str, str]) -> str | None:
    if column.meta_tag is not None:
        content = meta.get(column.meta_tag.lower())
        return (_date_in(content) if content and column.data_type == "date" else None) or content
    held = {name: meta[name.lower()] for name in column.meta_tags if meta.get(name.lower())}
    return json.dumps(held, ensure_ascii=False) if held else None


def _found(page: Page, contract: Contract, tagged: dict[str, str | None]) -> dict[str, str | None]:
    """What patterns find: a list of addresses, whether any tag fits, or the date after certain words."""
    found: dict[str, str | None] = {}
    for column in contract.columns:
        if not column.found_patterns:
            continue
        if column.data_type == "string[]":
            found[column.name] = json.dumps(_links(page, column.found_patterns), ensure_ascii=False)
        elif column.data_type == "boolean":
            found[column.name] = str(_has_trace(page, column.found_patterns)).lower()
        elif column.data_type == "date" and tagged.get(column.name) is None:
            found[column.name] = _date_after(page, column.found_patterns)
    return found


@cache
def _compiled(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """Patterns of LIKE as one regular expression of a whole text."""
    parts = ("".join(WILDCARDS.get(letter) or re.escape(letter) for letter in pattern) for pattern in patterns)
    return re.compile("|".join(parts), re.DOTALL)


def _has_trace(page: Page, patterns: tuple[str, ...]) -> bool:
    """Whether a tag fits one of the patterns; only those are looked at that may."""
    likely = tuple(pattern for pattern in patterns if page.may_hold(pattern))
    names = {name for pattern in likely for name in _tags_of(pattern)}
    if not names:
        return False
    pattern = _compiled(likely)
    return any(pattern.fullmatch(_trace(tag)) for tag in page.tags(", ".join(sorted(names))))


def _tags_of(pattern: str) -> Sequence[str]:
    """The tags that can fit a pattern: the one it begins with, or any that is looked at."""
    name, blank, _ = pattern.partition(" ")
    if not blank or set(name) & WILDCARDS.keys():
        return TAGS_WITH_TRACES
    return [name] if name in TAGS_WITH_TRACES else []


def _trace(tag: LexborNode) -> str:
    """A tag that patterns may ask for, in lower case: its name, its attributes in order of name, a link's text."""
    attributes = [f"{name}={_line(value) or ''}" for name, value in sorted(_attributes(tag).items())]
    text = [f"{TEXT_OF_LINK}{_line(text_of(tag)) or ''}"] if tag.tag == "a" else []
    return " ".join([str(tag.tag), *attributes, *text]).lower()


def _links(page: Page, patterns: tuple[str, ...]) -> list[str]:
    """Addresses the page links to that fit, each once."""
    base = next((tag for tag in page.named if tag.tag == "base"), None)
    root = _joined(page.address, _attributes(base).get("href") or "") if base is not None else page.address
    return _fitting(root, map(_href, _links_that_may_fit(page, patterns, root.lower())), _compiled(patterns))


def _links_that_may_fit(page: Page, patterns: tuple[str, ...], root: str) -> list[LexborNode]:
    """The links that bring a word which fits need, or the rest of one that the address of the page ends in."""
    words = [_longest_part(pattern) for pattern in patterns]
    if any(not PLAIN_WORD.fullmatch(word) or word in root for word in words):
        return page.tags("a[href], area[href]")
    rests = [word[end:] for word in words for end in range(1, len(word)) if root.endswith(word[:end])]
    held = filter(page.holds, dict.fromkeys([*words, *rests]))
    selector = ", ".join(f'{tag}[href*="{part}" i]' for part in held for tag in ("a", "area"))
    return page.tags(selector) if selector else []


@cache
def _longest_part(pattern: str) -> str:
    return max(re.split("[%_]", pattern), key=len)


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


def _listed_dates(page: Page) -> Iterator[str]:
    """The first date of each item of a list; an item as long as a paragraph is layout, and so is one with others."""
    holders = _holders(page)
    items = page.tags(LIST_ITEMS)
    texts = (text_of(item) for item in items if not holders or item.mem_id not in holders)
    # To look through all of them at once costs half of looking through each.
    together = END_OF_ITEM.join(text for text in texts if len(text) <= LONGEST_ITEM)
    is_dated = False
    for found in DATE_OR_END.findall(together):
        if found == END_OF_ITEM:
            is_dated = False
        elif not is_dated and (day := _day(found)) is not None:
            is_dated = True
            yield day


def _holders(page: Page) -> set[int]:
    """The items that hold another of their kind, by their place in memory."""
    holders: set[int] = set()
    for item in page.tags(NESTED_ITEMS):
        holder = item.parent
        # What holds one that is known is known as well: else a list in a list in a list would cost its depth each time.
        while holder is not None and not (holder.tag == item.tag and holder.mem_id in holders):
            if holder.tag == item.tag:
                holders.add(holder.mem_id)
            holder = holder.parent
    return holders


def _date_after(page: Page, patterns: tuple[str, ...]) -> str | None:
    if not any(page.may_say(_longest_part(pattern)) for pattern in patterns):
        return None
    run_together = "".join(page.text.split()).replace(":", "").replace("：", "").lower()
    if not any(_longest_part(pattern) in run_together for pattern in patterns):
        return None
    pattern = _compiled(patterns)
    for match in DATE.finditer(page.text):
        before = BLANKS_AND_COLONS.sub("", page.text[max(0, match.start() - WORDS_BEFORE_A_DATE) : match.start()])
        if pattern.fullmatch(before.lower()):
            return _date(*match.groups())
    return None


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


def _line(text: str | None) -> str | None:
    """A text in one line; null where nothing is left of it."""
    return " ".join(text.split()) or None if text else None
