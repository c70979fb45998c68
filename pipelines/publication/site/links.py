"""Every address on the site, relative to the page it stands on, so that the folder can be moved, mailed or zipped."""

import posixpath
import re
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote, urlencode

from pydantic import BaseModel

from pipelines.publication.site.language import Language

PROVENANCE_FOLDER = "provenance"
CARD_PAGE = "card.html"


class Links(BaseModel, frozen=True):
    """Addresses as one page of the release writes them; ``traced`` are the figures that have a page of provenance."""

    release_folder: Path
    page: str
    language: Language
    traced: frozenset[str] = frozenset()

    @property
    def path(self) -> str:
        """Path of the page below the release."""
        return f"{self.language.folder}{self.page}"

    def to(self, page: str) -> str:
        """A page of the site in the same language; an anchor may follow."""
        return self.file(f"{self.language.folder}{page}")

    def other(self, language: Language) -> str:
        """The same page in another language."""
        return self.file(f"{language.folder}{self.page}")

    def file(self, path: str) -> str:
        """A file of the release that has no language."""
        return posixpath.relpath(path, posixpath.dirname(self.path) or ".")

    def figure(self, figure_id: str) -> str:
        """Where the rows under a figure are shown: its page of provenance, or its line among the figures."""
        if figure_id in self.traced:
            return self.to(provenance_page(figure_id))
        return f"{self.to('figures.html')}#{anchor(figure_id)}"

    def card(self, subject_id: str) -> str:
        """The card of a subject."""
        return f"{self.to(CARD_PAGE)}?s={quote(subject_id, safe=':')}"

    def fact(self, code: str) -> str:
        """Where a fact about the edition is shown."""
        return f"{self.to('methods.html')}#{anchor('fact-' + code)}"


def chosen(name: str, column: int, value: str) -> str:
    """The fragment that leads to a table with a value of a column chosen, as ``site.js`` reads it."""
    return f"#{name}?{urlencode({f'c{column}': value})}"


def provenance_page(figure_id: str) -> str:
    """The page of a figure's provenance."""
    return f"{PROVENANCE_FOLDER}/{anchor(figure_id)}.html"


@lru_cache(maxsize=4096)
def anchor(text: str) -> str:
    """A text as an anchor or file name: letters, digits, dots and dashes."""
    return re.sub(r"[^\w.-]+", "-", text, flags=re.ASCII).strip("-.") or "x"


def region_page(code: str) -> str:
    """Page of a region."""
    return f"regions/{anchor(code)}.html"
