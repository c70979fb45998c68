"""Writes the site into the folder of a release: every page in both languages, and the few files they share.

The pages of the public part and those of the internal one are written alike, each from the database of its part.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from shutil import copyfile
from typing import Any, Protocol

from altair.utils.schemapi import debug_mode

from pipelines.foundation.pages import page_environment
from pipelines.gate.verdict import Verdict
from pipelines.publication.provenance import FIGURE, NEEDED
from pipelines.publication.site.kept_pictures import KeptPictures, chart_runtime
from pipelines.publication.site.language import LANGUAGES, Language
from pipelines.publication.site.links import Links
from pipelines.publication.site.notice import FACTS
from pipelines.publication.site.page import Desk, Page, Previous
from pipelines.publication.site.pages import (
    cards,
    changes,
    data,
    dictionary,
    figures,
    methods,
    notice,
    provenance,
    quality,
    ranks,
    record,
    regions,
    series,
    trends,
)
from pipelines.publication.site.tables import Tables
from pipelines.publication.snapshot import STORAGE_VERSION
from pipelines.publication.trend_views import LIST

SITE_DIR = Path(__file__).parent
TEMPLATES_DIR = SITE_DIR / "templates"
ASSETS = {
    "assets/site.css": TEMPLATES_DIR / "site.css",
    "assets/site.js": TEMPLATES_DIR / "site.js",
    "assets/tablesort.min.js": SITE_DIR / "vendor" / "tablesort.min.js",
    "assets/tablesort.number.min.js": SITE_DIR / "vendor" / "tablesort.number.min.js",
    "assets/tablesort.LICENSE": SITE_DIR / "vendor" / "tablesort.LICENSE",
}
OF_CARDS = {"assets/find.js": TEMPLATES_DIR / "find.js", "assets/card.js": TEMPLATES_DIR / "card.js"}
# Loaded for charts alone, and only once one is pointed at.
RUNTIME = "assets/vega.js"


class Kind(Protocol):
    """A module that makes the pages of one kind."""

    def build(self, desk: Desk) -> Iterator[Page]:
        """The pages, before they are written."""


# What needs no verdict is written while the gate still judges; all pictures are among it.
UNJUDGED: tuple[Kind, ...] = (notice, series, trends, ranks, methods, figures, record, regions, cards)
JUDGED: tuple[Kind, ...] = (provenance, changes, data, dictionary)
PUBLIC: tuple[Kind, ...] = (*UNJUDGED, *JUDGED)
INTERNAL: tuple[Kind, ...] = (quality, dictionary)


def write_assets(tables: Tables, kinds: Sequence[Kind], folder: Path) -> None:
    """Write the files that the pages of these kinds share."""
    has_cards = cards in kinds and bool(tables.carded)
    for target, source in (ASSETS | (OF_CARDS if has_cards else {})).items():
        (folder / target).parent.mkdir(parents=True, exist_ok=True)
        copyfile(source, folder / target)
    if notice in kinds and (tables.has(LIST) or tables.has(ranks.RANKS)):
        (folder / RUNTIME).write_text(chart_runtime(), encoding="utf-8", newline="\n")


def write_pages(
    desk: Desk, kinds: Sequence[Kind], written: Sequence[Kind], release_id: str, code_version: str, folder: Path
) -> None:
    """Write the pages of some of these kinds; the menu of each leads to those of all. The same release, the same bytes.

    ``desk`` has the tables, pictures and verdict to write from; its language and links are those of each page in turn.
    """
    tables = desk.tables
    has_cards = cards in kinds and bool(tables.carded)
    about = _about(tables, desk.verdict, release_id, code_version) | {"has_cards": has_cards}
    for language in LANGUAGES:
        environment = page_environment(TEMPLATES_DIR)
        # Macros keep the globals they were loaded with, so each language has an environment of its own.
        environment.globals |= {"say": language.say, "numeral": language.numeral}
        at = desk.model_copy(update={"language": language, "links": _links(tables, folder, language, "")})
        pages = {kind: list(kind.build(at)) for kind in kinds}
        listed = [page for of_kind in pages.values() for page in of_kind]
        menu = list(_menu(language, listed))
        shared = {**about, "language": language, "languages": LANGUAGES, "menu": menu, "home": listed[0].path}
        shared["imprint"] = _imprint(tables, language)
        for page in (page for kind in written for page in pages[kind]):
            links = _links(tables, folder, language, page.path)
            # What Altair is given here is fixed and tested; checking it again takes longer than drawing.
            with debug_mode(False):
                shown = {**shared, **page.context(), "page": page, "links": links}
            text = environment.get_template(page.template).render(shown)
            path = folder / links.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text.rstrip() + "\n", encoding="utf-8", newline="\n")


def desk_of(
    tables: Tables,
    folder: Path,
    pictures: KeptPictures,
    verdict: Verdict | None = None,
    previous: Previous | None = None,
) -> Desk:
    """What the pages of a folder are made from."""
    links = _links(tables, folder, LANGUAGES[0], "")
    return Desk(
        tables=tables, language=LANGUAGES[0], links=links, pictures=pictures, verdict=verdict, previous=previous
    )


def _about(tables: Tables, verdict: Verdict | None, release_id: str, code_version: str) -> dict[str, Any]:
    candidate = tables.candidate
    outcomes = verdict.outcomes if verdict else []
    return {
        "edition": candidate.edition,
        "edition_name": tables.edition_name,
        "is_synthetic": candidate.is_synthetic,
        "is_preview": candidate.is_preview,
        "warning_count": len(verdict.warnings) if verdict else 0,
        "check_count": len(outcomes),
        "held_count": sum(outcome.passed for outcome in outcomes),
        "release_id": release_id,
        "candidate_hash": candidate.content_hash,
        "code_version": code_version,
        "storage_version": STORAGE_VERSION.removeprefix("v").removesuffix(".0"),
        "table_count": len(candidate.tables),
    }


def _imprint(tables: Tables, language: Language) -> dict[str, str]:
    """What the foot of a page says of the edition: date, organiser, licence and contact; what is not set is empty."""
    facts = {row["fact_code"]: language.say(row["text_zh"], row["text_en"]) for row in tables.of_edition(FACTS)}
    date = facts.get("document_date") or facts.get("collected_until", "")
    return {"date": date, **{code: facts.get(code, "") for code in ("organiser", "licence", "contact")}}


def _menu(language: Language, pages: list[Page]) -> Iterator[tuple[str, str, str, list[Page]]]:
    """The entries of the menu: section, name, address, and the pages below it; only what the release has."""
    names = (
        (notice.PAGE, "通报", "Notice"),
        ("series", "系列", "Series"),
        ("trends", "趋势", "Trends"),
        ("ranks", "名次", "Ranks"),
        ("regions", "地区", "Regions"),
        (methods.PAGE, "方法", "Methods"),
        (figures.PAGE, "数字核对", "Figures"),
        (data.PAGE, "数据", "Data"),
        (quality.PAGE, "质量", "Quality"),
    )
    for section, zh, en in names:
        of_section = [page for page in pages if page.section == section and page.is_listed]
        if of_section:
            yield section, language.say(zh, en), of_section[0].path, of_section


def _links(tables: Tables, folder: Path, language: Language, page: str) -> Links:
    is_traced = all(tables.table(name) for name in NEEDED)
    traced = frozenset(str(row["figure_id"]) for row in tables.rows(FIGURE)) if is_traced else frozenset()
    return Links(release_folder=folder, page=page, language=language, traced=traced)
