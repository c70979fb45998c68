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


def write_pages(
    connection: duckdb.DuckDBPyConnection,
    candidate: Candidate,
    release_id: str,
    code_version: str,
    folder: Path,
    pictures: Path | None,
) -> None:
    """Write the pages of the public site that need no verdict, and keep their pictures and no others."""
    # Altair and its renderer take their time to load, which only a publication should pay.
    from pipelines.publication.site import writing
    from pipelines.publication.site.kept_pictures import KeptPictures

    kept = KeptPictures(pictures)
    tables = Tables(connection, candidate)
    desk = writing.desk_of(tables, folder, kept)
    writing.write_assets(tables, writing.PUBLIC, folder)
    writing.write_pages(desk, writing.PUBLIC, writing.UNJUDGED, release_id, code_version, folder)
    kept.remove_unused()


def write_judged_pages(
    connection: duckdb.DuckDBPyConnection,
    candidate: Candidate,
    verdict: Verdict,
    release_id: str,
    code_version: str,
    folder: Path,
    previous: tuple[str, duckdb.DuckDBPyConnection] | None,
) -> None:
    """Write the rest of the public site: its pages tell of the verdict, or link to files that are there already.

    ``previous`` is the release of the edition that stood before, its id and its database.
    """
    from pipelines.publication.site import writing
    from pipelines.publication.site.kept_pictures import KeptPictures
    from pipelines.publication.site.page import Previous

    stood = Previous(release_id=previous[0], connection=previous[1]) if previous else None
    desk = writing.desk_of(Tables(connection, candidate), folder, KeptPictures(), verdict, stood)
    writing.write_pages(desk, writing.PUBLIC, writing.JUDGED, release_id, code_version, folder)


def write_internal_pages(
    connection: duckdb.DuckDBPyConnection,
    candidate: Candidate,
    verdict: Verdict,
    release_id: str,
    code_version: str,
    folder: Path,
) -> None:
    """Write what the centre reads of the whole release: the report of quality and the dictionary of every table."""
    from pipelines.publication.site import writing
    from pipelines.publication.site.kept_pictures import KeptPictures

    tables = Tables(connection, candidate)
    desk = writing.desk_of(tables, folder, KeptPictures(), verdict)
    writing.write_assets(tables, writing.INTERNAL, folder)
    writing.write_pages(desk, writing.INTERNAL, writing.INTERNAL, release_id, code_version, folder)
