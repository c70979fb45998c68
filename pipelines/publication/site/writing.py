"""Writes the site into the folder of a release: every page in both languages, and the few files they share."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copyfile

from altair.utils.schemapi import debug_mode

from pipelines.foundation.pages import page_environment
from pipelines.gate.verdict import Verdict
from pipelines.publication.site.kept_pictures import KeptPictures
from pipelines.publication.site.language import LANGUAGES, Language
from pipelines.publication.site.links import Links
from pipelines.publication.site.page import Desk, Page
from pipelines.publication.site.pages import (
    cards,
    data,
    figures,
    methods,
    notice,
    ranks,
    record,
    regions,
    series,
    trends,
)
from pipelines.publication.site.tables import Tables
from pipelines.publication.snapshot import STORAGE_VERSION

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
KINDS = (notice, series, trends, ranks, methods, figures, record, data)
# These have no pictures, which are drawn ahead of the rest.
PLAIN_KINDS = (regions, cards)


def write_site(
    tables: Tables, verdict: Verdict, release_id: str, code_version: str, folder: Path, pictures: KeptPictures
) -> None:
    """Write all pages; the same release gives the same bytes. Pages link to files that are there already."""
    candidate = tables.candidate
    for target, source in (ASSETS | (OF_CARDS if tables.carded else {})).items():
        (folder / target).parent.mkdir(parents=True, exist_ok=True)
        copyfile(source, folder / target)
    about = {
        "edition": candidate.edition,
        "edition_name": tables.edition_name,
        "is_synthetic": tables.candidate.is_synthetic,
        "warning_count": len(verdict.warnings),
        "release_id": release_id,
        "candidate_hash": candidate.content_hash,
        "code_version": code_version,
        "storage_version": STORAGE_VERSION.removeprefix("v").removesuffix(".0"),
        "table_count": len(candidate.tables),
        "has_cards": bool(tables.carded),
    }
    for language in LANGUAGES:
        environment = page_environment(TEMPLATES_DIR)
        # Macros keep the globals they were loaded with, so each language has an environment of its own.
        environment.globals |= {"say": language.say, "numeral": language.numeral}
        pages = [*build_pages(tables, language, folder, pictures), *_plain_pages(tables, language, folder)]
        shared = {**about, "language": language, "languages": LANGUAGES, "menu": list(_menu(language, pages))}
        for page in pages:
            links = _links(folder, language, page.path)
            text = environment.get_template(page.template).render(**shared, **page.context, page=page, links=links)
            path = folder / links.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text.rstrip() + "\n", encoding="utf-8", newline="\n")


def build_pages(tables: Tables, language: Language, folder: Path, pictures: KeptPictures) -> list[Page]:
    """Every page of a language that may have pictures, with what it shows, before it is written."""
    desk = Desk(tables=tables, language=language, links=_links(folder, language, ""), pictures=pictures)
    # What Altair is given here is fixed and tested; checking it again takes longer than drawing.
    with debug_mode(False):
        return list(_pages(desk))


def _plain_pages(tables: Tables, language: Language, folder: Path) -> Iterator[Page]:
    desk = Desk(tables=tables, language=language, links=_links(folder, language, ""))
    for kind in PLAIN_KINDS:
        yield from kind.build(desk)


def _pages(desk: Desk) -> Iterator[Page]:
    for kind in KINDS:
        yield from kind.build(desk)


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
    )
    for section, zh, en in names:
        of_section = [page for page in pages if page.section == section and page.is_listed]
        if of_section:
            yield section, language.say(zh, en), of_section[0].path, of_section


def _links(folder: Path, language: Language, page: str) -> Links:
    return Links(release_folder=folder, page=page, language=language)
