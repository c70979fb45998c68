"""Verifies a release: every byte against its sums, and its tables against what its inputs give when computed again."""

from enum import StrEnum

from pydantic import BaseModel, Field

from pipelines.foundation.hashing import code_version
from pipelines.gate.candidate import Candidate
from pipelines.ingest.memory import damaged_files
from pipelines.orchestration.recomputing import computed_again
from pipelines.releases.kept_inputs import kept_inputs
from pipelines.releases.manifest import Manifest
from pipelines.releases.release import Release
from pipelines.settings import Engine, Settings
from pipelines.warehouse.spark import require_engine


class Outcome(StrEnum):
    """What became of a table when it was computed again."""

    same = "same"
    differs = "differs"
    gone = "not computed by the present code"


class TableCheck(BaseModel, frozen=True):
    """A published table beside the one that was computed again."""

    table: str
    outcome: Outcome
    published_sha256: str
    computed_sha256: str | None = None
    published_rows: int
    computed_rows: int | None = None


class Verification(BaseModel, frozen=True):
    """What was found of a release."""

    release_id: str
    file_count: int = Field(description="Files whose bytes are those of SHA256SUMS.")
    is_same_code: bool = Field(description="Whether the present code is the one the release was computed by.")
    not_computed: str | None = Field(default=None, description="Why it was not computed again, if it was not.")
    damaged: tuple[str, ...] = Field(default=(), description="Landed files, of today or kept, that are damaged.")
    tables: tuple[TableCheck, ...] = ()

    @property
    def differing(self) -> list[TableCheck]:
        """The tables that came out different."""
        return [table for table in self.tables if table.outcome is not Outcome.same]

    @property
    def holds(self) -> bool:
        """Whether nothing speaks against the release; other code may well give other tables."""
        return not self.damaged and (not self.differing or not self.is_same_code)


def verify_release(
    settings: Settings, release: Release, *, recompute: bool = True, engine: Engine | None = None
) -> Verification:
    """Check every file's hash and those of what was landed, and, with the inputs, every table against its computation.

    The models are built by the engine, or else by the one that built the release. Raises ``CepingError`` where a file
    is not what was published, or the engine is not installed.
    """
    release.verify()
    manifest = release.manifest
    found = Verification(
        release_id=release.release_id,
        file_count=len(release.sums),
        is_same_code=manifest.code_version == code_version(),
    )
    inputs = kept_inputs(settings, release.release_id)
    kept = list(damaged_files(inputs, by_content=True)) if inputs is not None else []
    found = found.model_copy(
        update={"damaged": tuple(map(str, [*damaged_files(settings.landing_dir, by_content=True), *kept]))}
    )
    if kept:
        return found.model_copy(update={"not_computed": "its kept inputs are damaged"})
    if not recompute:
        return found.model_copy(update={"not_computed": "not asked for"})
    if inputs is None:
        return found.model_copy(update={"not_computed": "its inputs were not kept in this home"})
    computing = settings.for_run(engine=engine or manifest.engine)
    require_engine(computing)
    with computed_again(computing, inputs, release.edition) as candidate:
        return found.model_copy(update={"tables": tuple(_checks(manifest, candidate))})


def _checks(manifest: Manifest, candidate: Candidate) -> list[TableCheck]:
    computed = {table.full_name: table for table in candidate.tables}
    checks = []
    for table in manifest.tables:
        name = f"{table.schema_name}.{table.name}"
        again = computed.get(name)
        outcome = Outcome.gone if again is None else Outcome.differs
        if again is not None and again.sha256 == table.sha256:
            outcome = Outcome.same
        checks.append(
            TableCheck(
                table=name,
                outcome=outcome,
                published_sha256=table.sha256,
                computed_sha256=again.sha256 if again else None,
                published_rows=table.rows,
                computed_rows=again.row_count if again else None,
            )
        )
    return checks
