"""What people read of a release beside its tables: the workbook, the notice for editors, the site.

The order matters: pages link to files that are there already.
"""

from pathlib import Path

import duckdb

from pipelines.gate.candidate import Candidate
from pipelines.gate.verdict import Verdict
from pipelines.publication.site.language import LANGUAGES
from pipelines.publication.site.tables import Tables
from pipelines.publication.workbook import write_workbook


def write_editorial(
    connection: duckdb.DuckDBPyConnection,
    candidate: Candidate,
    verdict: Verdict,
    release_id: str,
    code_version: str,
    folder: Path,
) -> None:
    """Write all of it from the release's own database; the same release gives the same bytes."""
    # Altair and its renderer take seconds to load, which only a publication should pay.
    from pipelines.publication.document import write_document
    from pipelines.publication.site.writing import write_site

    tables = Tables(connection, candidate)
    write_workbook(tables, release_id, folder / f"ceping-{candidate.edition}.xlsx")
    for language in LANGUAGES:
        write_document(tables, language, release_id, folder)
    write_site(tables, verdict, release_id, code_version, folder)
