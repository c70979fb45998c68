"""Writes the site into the folder of a release: every page in both languages, and the few files they share."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copyfile

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
# Loaded for charts alone, and only once one is pointed at.
RUNTIME = "assets/vega.js"
KINDS = (notice, series, trends, ranks, methods, figures, record, provenance, changes, data, dictionary, quality)


def write_site(
    tables: Tables,
    verdict: Verdict,
    release_id: str,
    code_version: str,
    folder: Path,
    pictures: KeptPictures,
    previous: Previous | None = None,
) -> None:
    """Write all pages; the same release gives the same bytes. Pages link to files that are there already."""
    candidate = tables.candidate
    for target, source in ASSETS.items():
        (folder / target).parent.mkdir(parents=True, exist_ok=True)
        copyfile(source, folder / target)
    if tables.has(LIST) or tables.has(ranks.RANKS):
        (folder / RUNTIME).write_text(chart_runtime(), encoding="utf-8", newline="\n")
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
    }
    for language in LANGUAGES:
        environment = page_environment(TEMPLATES_DIR)
        # Macros keep the globals they were loaded with, so each language has an environment of its own.
        environment.globals |= {"say": language.say, "numeral": language.numeral}
        pages = build_pages(tables, language, folder, pictures, verdict, previous)
        about["imprint"] = _imprint(tables, language)
        shared = {**about, "language": language, "languages": LANGUAGES, "menu": list(_menu(language, pages))}
        for page in pages:
            links = _links(tables, folder, language, page.path)
            text = environment.get_template(page.template).render(**shared, **page.context, page=page, links=links)
            path = folder / links.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text.rstrip() + "\n", encoding="utf-8", newline="\n")


def _imprint(tables: Tables, language: Language) -> dict[str, str]:
    """What the foot of a page says of the edition: date, organiser, licence and contact; what is not set is empty."""
    facts = {row["fact_code"]: language.say(row["text_zh"], row["text_en"]) for row in tables.of_edition(FACTS)}
    date = facts.get("document_date") or facts.get("collected_until", "")
    return {"date": date, **{code: facts.get(code, "") for code in ("organiser", "licence", "contact")}}


def build_pages(
    tables: Tables,
    language: Language,
    folder: Path,
    pictures: KeptPictures,
    verdict: Verdict | None = None,
    previous: Previous | None = None,
) -> list[Page]:
    """Every page of a language with what it shows, before it is written; those of a verdict where there is one."""
    links = _links(tables, folder, language, "")
    desk = Desk(tables=tables, language=language, links=links, pictures=pictures, verdict=verdict, previous=previous)
    # What Altair is given here is fixed and tested; checking it again takes longer than drawing.
    with debug_mode(False):
        return list(_pages(desk))


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
        (methods.PAGE, "方法", "Methods"),
        (figures.PAGE, "数字核对", "Figures"),
        (data.PAGE, "数据", "Data"),
        (quality.PAGE, "质量", "Quality"),
    )
    for section, zh, en in names:
        of_section = [page for page in pages if page.section == section]
        if of_section:
            yield section, language.say(zh, en), of_section[0].path, [page for page in of_section if page.is_listed]


def _links(tables: Tables, folder: Path, language: Language, page: str) -> Links:
    is_traced = all(tables.table(name) for name in NEEDED)
    traced = frozenset(str(row["figure_id"]) for row in tables.rows(FIGURE)) if is_traced else frozenset()
    return Links(release_folder=folder, page=page, language=language, traced=traced)
