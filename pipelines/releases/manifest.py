"""The manifest of a release: what went in, what was checked, what came out, each with its hash.

It follows from the candidate, its verdict and the code alone and names no time, so it is the same in every home. The
DuckDB files, whose bytes DuckDB does not reproduce, are named here without a hash; ``SHA256SUMS`` has them.
"""

from pathlib import Path

import duckdb
from pydantic import BaseModel, Field, JsonValue, TypeAdapter

from pipelines.foundation.files import files_below
from pipelines.foundation.hashing import hash_file, hash_json
from pipelines.foundation.sql import Row, query_rows
from pipelines.gate.candidate import Candidate
from pipelines.gate.verdict import ExpectationOutcome, Verdict
from pipelines.settings import Engine
from pipelines.warehouse.tables import TableColumn

LEDGER = "audit.file_ledger"
DATABASE = ".duckdb"


class ManifestTable(BaseModel, frozen=True):
    """A published table."""

    schema_name: str
    name: str
    rows: int
    sha256: str
    description: str
    key: tuple[str, ...] = Field(default=(), description="Columns that identify a row.")
    columns: tuple[TableColumn, ...]


class ManifestSuite(BaseModel, frozen=True):
    """One suite the gate judged by."""

    table: str
    passed: bool
    expectation_count: int


class ManifestChecks(BaseModel, frozen=True):
    """What the gate found."""

    passed: bool
    expectations: str
    suites: tuple[ManifestSuite, ...]
    warnings: tuple[ExpectationOutcome, ...]


class ManifestFile(BaseModel, frozen=True):
    """A file of the release; no hash where its bytes are not reproducible."""

    path: str
    sha256: str | None


class Manifest(BaseModel, frozen=True):
    """Everything a reader needs to judge and reproduce a release."""

    release_id: str
    edition: int
    is_synthetic: bool
    code_version: str
    candidate: str
    engine: Engine = Field(default=Engine.duckdb, description="What built the models.")
    inputs: tuple[dict[str, JsonValue], ...]
    tables: tuple[ManifestTable, ...]
    checks: ManifestChecks
    files: tuple[ManifestFile, ...]

    def to_text(self) -> str:
        """Write the manifest out as JSON."""
        return self.model_dump_json(indent=1) + "\n"


def release_id_of(edition: int, candidate_hash: str, code_version: str) -> str:
    """Name the release that these contents and this code give."""
    return f"{edition}-{hash_json([candidate_hash, code_version])[:12]}"


def build_manifest(
    candidate: Candidate,
    shown: Candidate,
    verdict: Verdict,
    code_version: str,
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
) -> Manifest:
    """Describe the release that stands in ``folder``.

    The manifest is in both parts, so it says nothing internal: ``shown`` is what the public part has of the candidate,
    ``verdict`` what is told there of the gate, and the connection is to the public database.
    """
    return Manifest(
        release_id=release_id_of(candidate.edition, candidate.content_hash, code_version),
        edition=candidate.edition,
        is_synthetic=candidate.is_synthetic,
        code_version=code_version,
        candidate=candidate.content_hash,
        engine=candidate.engine,
        inputs=_inputs(connection, shown),
        tables=tuple(
            ManifestTable(**table.model_dump(include=set(ManifestTable.model_fields)), rows=table.row_count)
            for table in candidate.tables
        ),
        checks=_checks(verdict),
        files=tuple(
            ManifestFile(
                path=path.relative_to(folder).as_posix(),
                sha256=None if path.suffix == DATABASE else hash_file(path),
            )
            for path in files_below(folder)
        ),
    )


def _inputs(connection: duckdb.DuckDBPyConnection, candidate: Candidate) -> tuple[dict[str, JsonValue], ...]:
    """Take the rows of the file ledger, in frozen order and with whatever columns it has."""
    if all(table.full_name != LEDGER for table in candidate.tables):
        return ()
    rows = query_rows(connection, f"select * from {LEDGER}")
    return tuple(TypeAdapter(list[Row]).dump_python(rows, mode="json"))


def _checks(verdict: Verdict) -> ManifestChecks:
    return ManifestChecks(
        passed=verdict.passed,
        expectations=verdict.expectations,
        suites=tuple(
            ManifestSuite(table=suite.table, passed=suite.passed, expectation_count=len(suite.outcomes))
            for suite in verdict.suites
        ),
        warnings=tuple(verdict.warnings),
    )
