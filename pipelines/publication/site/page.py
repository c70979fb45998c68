"""A page before it is written: its path, its template, and what the template shows."""

from collections.abc import Callable
from typing import Any

import duckdb
from pydantic import BaseModel

from pipelines.gate.verdict import Verdict
from pipelines.publication.site.kept_pictures import KeptPictures
from pipelines.publication.site.language import Language
from pipelines.publication.site.links import Links
from pipelines.publication.site.tables import Tables


class Page(BaseModel, frozen=True, arbitrary_types_allowed=True):
    """One page in one language; one that is not listed is reached from a page of its section, and not by the menu.

    What its template shows is asked for when it is written: the menu of every page names pages that others write.
    """

    path: str
    template: str
    title: str
    section: str
    short: str = ""
    is_listed: bool = True
    context: Callable[[], dict[str, Any]]


class Previous(BaseModel, frozen=True, arbitrary_types_allowed=True):
    """The release of the edition that stood before this one, opened for reading."""

    release_id: str
    connection: duckdb.DuckDBPyConnection


class Desk(BaseModel, frozen=True, arbitrary_types_allowed=True):
    """What a page is made from: tables, language, the links of the page being made, pictures at hand, and the verdict.

    Before the gate has judged there is no verdict, and no page that shows it.
    """

    tables: Tables
    language: Language
    links: Links
    pictures: KeptPictures = KeptPictures()
    verdict: Verdict | None = None
    previous: Previous | None = None

    def at(self, page: str) -> "Desk":
        """The same for another page."""
        return self.model_copy(update={"links": self.links.model_copy(update={"page": page})})

    def say(self, zh: str, en: str) -> str:
        """A text of the site itself."""
        return self.language.say(zh, en)

    def card(self, subject_id: str) -> str:
        """Where the card of a subject is; empty where it has none."""
        return self.links.card(subject_id) if subject_id in self.tables.carded else ""

    def label(self, kind: str, code: str) -> str:
        """Name of a code."""
        return self.language.of(self.tables.labels.name(kind, code))

    def region(self, code: str | None) -> str:
        """Short name of a provincial division."""
        return self.language.of(self.tables.region(code))
