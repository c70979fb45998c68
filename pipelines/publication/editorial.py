"""What people read of a release beside its tables: the workbook, the notice for editors, the site.

Belongs here: in which order it is written, and by what. What needs no verdict is apart from what does, since it can be
written while the gate still judges. The same release gives the same bytes.
"""

from pathlib import Path

import duckdb

from pipelines.gate.candidate import Candidate
from pipelines.gate.verdict import Verdict
from pipelines.publication.file_names import editors_workbook_name, workbook_name
from pipelines.publication.site.language import LANGUAGES
from pipelines.publication.site.tables import Tables
from pipelines.publication.workbook import write_workbook


def write_documents(connection: duckdb.DuckDBPyConnection, candidate: Candidate, release_id: str, folder: Path) -> None:
    """Write workbooks, notice and cards from the public database; none of them needs a verdict."""
    # What draws pictures takes its time to load, which only a publication should pay.
    from pipelines.publication.cards.shards import write_cards
    from pipelines.publication.document import write_document
    from pipelines.publication.editors_workbook import write_editors_workbook

    tables = Tables(connection, candidate)
    write_editors_workbook(tables, release_id, folder / editors_workbook_name(candidate.edition))
    write_workbook(tables, release_id, folder / workbook_name(candidate.edition))
    for language in LANGUAGES:
        write_document(tables, language, release_id, folder)
    write_cards(tables, folder)


def draw_pictures(connection: duckdb.DuckDBPyConnection, candidate: Candidate, folder: Path, pictures: Path) -> None:
    """Draw the pictures of the site ahead, into the folder where they are kept."""
    # Altair and its renderer take their time to load, which only a publication should pay.
    from pipelines.publication.site.kept_pictures import KeptPictures, chart_runtime
    from pipelines.publication.site.writing import PICTURED, build_pages, desk_of

    chart_runtime()
    desk = desk_of(Tables(connection, candidate), folder, KeptPictures(pictures))
    for language in LANGUAGES:
        build_pages(desk, PICTURED, language, folder)


def write_public_pages(
    connection: duckdb.DuckDBPyConnection,
    candidate: Candidate,
    verdict: Verdict,
    release_id: str,
    code_version: str,
    folder: Path,
    pictures: Path | None,
    previous: tuple[str, duckdb.DuckDBPyConnection] | None,
) -> None:
    """Write the public site, and keep its pictures and no others. Its pages link to files that are there already.

    ``previous`` is the release of the edition that stood before, its id and its database.
    """
    from pipelines.publication.site.kept_pictures import KeptPictures
    from pipelines.publication.site.page import Previous
    from pipelines.publication.site.writing import PUBLIC, desk_of, write_site

    kept = KeptPictures(pictures)
    stood = Previous(release_id=previous[0], connection=previous[1]) if previous else None
    desk = desk_of(Tables(connection, candidate), folder, kept, verdict, stood)
    write_site(desk, PUBLIC, verdict, release_id, code_version, folder)
    kept.remove_unused()


def write_internal_pages(
    connection: duckdb.DuckDBPyConnection,
    candidate: Candidate,
    verdict: Verdict,
    release_id: str,
    code_version: str,
    folder: Path,
) -> None:
    """Write what the centre reads of the whole release: the report of quality and the dictionary of every table."""
    from pipelines.publication.site.kept_pictures import KeptPictures
    from pipelines.publication.site.writing import INTERNAL, desk_of, write_site

    desk = desk_of(Tables(connection, candidate), folder, KeptPictures(None), verdict)
    write_site(desk, INTERNAL, verdict, release_id, code_version, folder)
