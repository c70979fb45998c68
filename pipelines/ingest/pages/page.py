"""A page of HTML, parsed. What costs much is asked of it once, and only where something may be found."""

from collections.abc import Iterable
from functools import cached_property
from html import unescape

from selectolax.lexbor import LexborHTMLParser, LexborNode

from pipelines.ingest.pages.page_text import PageText
from pipelines.ingest.pages.patterns import LETTERS_LIKE_ASCII, Words

# Within drawings and formulas a title is no title of the page, but in the parts of them that are HTML again.
DRAWN = {"svg", "math"}
HTML_IN_DRAWINGS = {"foreignobject", "desc", "title", "mi", "mo", "mn", "ms", "mtext", "annotation-xml"}


class Page:
    """A parsed page, and the words looked for that stand on it."""

    def __init__(self, page: PageText, words: Words) -> None:
        self.html = page.text
        self.source = page.in_utf8
        self.words = words
        self.tree = LexborHTMLParser(self.source)

    def tags(self, selectors: Iterable[str]) -> list[LexborNode]:
        """The tags that fit any of these, in their order; to look for several kinds costs as much as for one."""
        return self.tree.css(", ".join(selectors))

    @cached_property
    def text(self) -> str:
        """The text of the body."""
        return text_of(self.tree.body) if self.tree.body is not None else ""

    @cached_property
    def written(self) -> bytes:
        """All of the page on which a word may stand, in lower case."""
        return self._looked_through[0]

    @cached_property
    def found(self) -> set[str]:
        """The words looked for that stand on the page."""
        return self._looked_through[1]

    @cached_property
    def _looked_through(self) -> tuple[bytes, set[str]]:
        """The source of the page; but where a word may come of it that does not stand in it, also what it means."""
        source = self.source.lower()
        found = self.words.found_in(source)
        if self.words.stand_as_written(self.html, found):
            return source, found
        meant = [unescape(self.html)] if "&" in self.html else []
        text = "\n".join([self.html, *meant, *map(text_of, self.tags(["html"]))])
        # To lower all letters costs ten times more; of those beyond ASCII these alone become a letter of a word.
        lowered = text.lower() if any(letter in text for letter in LETTERS_LIKE_ASCII) else text
        written = lowered.encode().lower()
        return written, self.words.found_in(written)

    def holds(self, word: str) -> bool:
        """Whether a word in lower case stands on the page."""
        return word in self.found if word in self.words else word.encode() in self.written

    def may_say(self, letters: Iterable[str]) -> bool:
        """Whether the text of the page may hold letters that have neither case nor name: they stand there as they are.

        Or by their numbers.
        """
        return all(letter in self.html for letter in letters) or self._has_numbers

    @cached_property
    def _has_numbers(self) -> bool:
        return "&" in self.html and "&#" in self.html


def text_of(tag: LexborNode) -> str:
    """The text of a tag and of all within it."""
    return tag.text_lexbor()


def line(text: str | None) -> str | None:
    """A text in one line; null where nothing is left of it."""
    return " ".join(text.split()) or None if text else None


def is_of_html(tag: LexborNode) -> bool:
    """Whether a tag is one of HTML, and none of a drawing or a formula."""
    holder = tag.parent
    while holder is not None and holder.tag not in HTML_IN_DRAWINGS:
        if holder.tag in DRAWN:
            return False
        holder = holder.parent
    return True


def attributes_of(tag: LexborNode) -> dict[str, str | None]:
    """The attributes of a tag; those of a drawing without the prefix that names where they come from."""
    attributes = tag.attributes
    if any(":" in name for name in attributes) and not is_of_html(tag):
        return {name.removeprefix("xlink:").removeprefix("xml:"): value for name, value in attributes.items()}
    return attributes
