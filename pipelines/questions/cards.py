"""Cards, certificates and letters of a release, made on demand, with the files and rows of the evidence."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pipelines.errors import CepingError
from pipelines.foundation.sql import Row
from pipelines.gate.candidate import Candidate, FrozenTable
from pipelines.publication.cards.document import write_card
from pipelines.publication.cards.facts import read_cards
from pipelines.publication.cards.frame import read_frame
from pipelines.publication.cards.letters import Merge, certificates, letters, safe_name, write_merges
from pipelines.publication.cards.sections import CardText, Composer
from pipelines.publication.site.language import Language
from pipelines.publication.site.links import Links
from pipelines.publication.site.page import Desk
from pipelines.publication.site.pages.regions import regions_of
from pipelines.publication.site.tables import OF_CARDS, Tables
from pipelines.questions.explanation import not_found
from pipelines.releases.release import Release

REGIONS_SUGGESTED = 8


def read_card(release: Release, subject: str, language: Language) -> list[CardText]:
    """The cards of everyone with this id, name or site code, with the files and rows of their evidence.

    Raises ``CepingError`` where the release scored nobody of that name.
    """
    with _opened(release) as tables:
        found = tables.query(
            "select distinct subject_id from core.dim_subject semi join indices.idx_rank using (edition, subject_id) "
            "where edition = $edition and $subject in (subject_id, subject_name, site_code)",
            {"edition": release.edition, "subject": subject},
        )
        if not found:
            raise CepingError(not_found(tables.connection, subject))
        return _compose(tables, [row["subject_id"] for row in found], language)


def write_region_cards(release: Release, region: str, language: Language, ending: str, folder: Path) -> list[Path]:
    """Write the card of every subject of a region, named by code or name, and of all regions below it.

    Raises ``CepingError`` where there is no such region, or nobody in it is ranked.
    """
    with _opened(release) as tables:
        regions = regions_of(tables)
        codes = _below(regions, _find_region(regions, region))
        rows = tables.query(
            "select subject_id from core.dim_subject where edition = $edition and list_contains($codes, region_code) "
            "order by subject_id",
            {"edition": release.edition, "codes": sorted(codes)},
        )
        wanted = [row["subject_id"] for row in rows if row["subject_id"] in tables.carded]
        cards = _compose(tables, wanted, language)
    if not cards:
        raise CepingError(f"nobody of {region} is ranked or was considered for a title in release {release.release_id}")
    paths = [folder / f"{safe_name(card.subject_id)} {safe_name(card.name)}.{ending}" for card in cards]
    for card, path in zip(cards, paths, strict=True):
        write_card(card, language, release.edition, path)
    return paths


def write_letters(
    release: Release, language: Language, certificate: Path, letter: Path, folder: Path, *, everyone: bool
) -> tuple[list[Path], list[Path]]:
    """Write a certificate for every title given, and a letter to every winner or to every candidate.

    Raises ``CepingError`` where no title was given, or a template cannot be filled.
    """
    with _opened(release) as tables:
        links = Links(release_folder=release.folder, page="", language=language)
        desk = Desk(tables=tables, language=language, links=links)
        given: list[Merge] = list(certificates(desk, certificate))
        told = list(letters(desk, letter, everyone=everyone))
    if not given:
        raise CepingError(f"no title is given in release {release.release_id}")
    return write_merges(given, folder / "certificates"), write_merges(told, folder / "letters")


@contextmanager
def _opened(release: Release) -> Iterator[Tables]:
    """The tables of a release, as its manifest names them; raises ``CepingError`` where it lacks those of cards."""
    manifest = release.manifest
    tables = tuple(FrozenTable(**table.model_dump(exclude={"rows"}), row_count=table.rows) for table in manifest.tables)
    candidate = Candidate(
        folder=release.folder, edition=manifest.edition, is_synthetic=manifest.is_synthetic, tables=tables
    )
    missing = sorted(set(OF_CARDS) - {table.full_name for table in tables})
    if missing:
        raise CepingError(f"release {release.release_id} has no table {missing[0]}, which cards are made of")
    with release.open() as connection:
        yield Tables(connection, candidate)


def _compose(tables: Tables, subjects: Sequence[str], language: Language) -> list[CardText]:
    composer = Composer(read_frame(tables), regions_of(tables), language)
    return [composer.compose(card) for card in read_cards(tables, subjects, with_files=True)]


def _find_region(regions: dict[str, Row], region: str) -> str:
    """The code of the region that bears a code or name; a name may lack its last character (浙江 for 浙江省)."""
    if region in regions:
        return region
    exact = [code for code, row in regions.items() if region in (row["name_zh"], row["name_en"])]
    begun = [code for code, row in regions.items() if region and row["name_zh"].startswith(region)]
    for found in (exact, [code for code in begun if regions[code]["level"] == "province"], begun):
        if len(found) == 1:
            return found[0]
        if found:
            named = "".join(f"\n  {code}  {regions[code]['name_zh']}" for code in found[:REGIONS_SUGGESTED])
            raise CepingError(f"several regions are called {region}: give the code{named}")
    raise CepingError(f"there is no region with the code or name {region}; a code has six digits, such as 330000")


def _below(regions: dict[str, Row], top: str) -> set[str]:
    """A region and all below it."""
    found = {top}
    waiting = [top]
    below: dict[str, list[str]] = {}
    for code, row in regions.items():
        if row["parent_code"]:
            below.setdefault(row["parent_code"], []).append(code)
    while waiting:
        for code in below.get(waiting.pop(), ()):
            found.add(code)
            waiting.append(code)
    return found
