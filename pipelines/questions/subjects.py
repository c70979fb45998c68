"""Who is evaluated: the running subjects of an edition, as its release has them, or its newest candidate before one."""

from pathlib import Path

import duckdb
import polars as pl

from pipelines.errors import CepingError
from pipelines.foundation.sql import files_literal
from pipelines.gate.candidate import open_newest
from pipelines.reference.frameworks import FRAMEWORKS
from pipelines.reference.rows import rows_with
from pipelines.releases.releases import Releases
from pipelines.settings import Settings

ANY = "*"
# What of a subject each list of a framework admits.
SCOPE = {"subject_kind": "subject_kinds", "site_role": "site_roles", "level": "levels", "system": "systems"}
RUNNING = """
    select subject_id, subject_kind, subject_code, subject_name, home_url, organiser_name, province_code, level,
        system, site_role, is_synthetic
    from {table}
    where edition = $edition and is_running
    order by subject_id
"""


def running_subjects(settings: Settings) -> pl.DataFrame:
    """One row a running subject of the edition; raises ``CepingError`` where nothing was built of it yet."""
    try:
        with Releases.of(settings).of_edition(settings.edition).open() as connection:
            return _read(connection, "core.dim_subject", settings.edition)
    except CepingError as unpublished:
        if not settings.newest_candidate_path.is_file():
            raise CepingError(f"who is evaluated is not known yet: {unpublished}") from unpublished
    path = open_newest(settings.candidates_dir, settings.newest_candidate_path).path_of("core.dim_subject")
    with duckdb.connect(":memory:") as connection:
        return _read(connection, f"read_parquet({files_literal(path)})", settings.edition)


def in_scope_of(subjects: pl.DataFrame, seeds: Path, index_code: str, edition: int) -> pl.DataFrame:
    """The subjects that an index is about; raises ``CepingError`` where the edition has no such index."""
    _, framework = next(rows_with(seeds, FRAMEWORKS, edition=edition, index_code=index_code), (None, None))
    if framework is None:
        raise CepingError(f"there is no index {index_code} of {edition} in {FRAMEWORKS}.csv")
    for column, listed in SCOPE.items():
        if framework[listed] != ANY:
            subjects = subjects.filter(pl.col(column).is_in(framework[listed].split("|")))
    return subjects


def _read(connection: duckdb.DuckDBPyConnection, table: str, edition: int) -> pl.DataFrame:
    frame: pl.DataFrame = connection.sql(RUNNING.format(table=table), params={"edition": edition}).pl()
    return frame
