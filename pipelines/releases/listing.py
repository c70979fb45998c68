"""The releases of a home: what each holds, when it was published, and which one readers get."""

from pathlib import Path

from pydantic import BaseModel, Field

from pipelines.errors import CepingError
from pipelines.releases.kept_inputs import kept_inputs
from pipelines.releases.release import Release
from pipelines.releases.releases import Releases
from pipelines.settings import Settings


class ListedRelease(BaseModel, frozen=True):
    """One release on disk."""

    release_id: str
    edition: int
    folder: Path = Field(
        description="Its own folder: files opened there are all of it, whatever is published meanwhile."
    )
    published_at: str | None = Field(description="When it was last made current, UTC.")
    is_current: bool
    is_withdrawn: bool
    is_synthetic: bool
    row_count: int
    warning_count: int
    input_count: int
    code_version: str
    are_inputs_kept: bool = Field(description="Whether it can be computed again in this home.")
    reason: str | None = Field(default=None, description="Why it was withdrawn, if a reason was given.")


def list_releases(settings: Settings) -> list[ListedRelease]:
    """Every release of the home, in the order in which they were first published.

    Raises ``CepingError`` where there is none.
    """
    releases = Releases.of(settings)
    moments = {entry.release_id: entry.published_at for entry in releases.history}
    withdrawn, current = releases.withdrawn, releases.current
    listed = [
        _listed(release, current, moments.get(release.release_id), settings).model_copy(
            update={
                "is_withdrawn": release.release_id in withdrawn,
                "reason": withdrawn[release.release_id].reason if release.release_id in withdrawn else None,
            }
        )
        for release in releases.all()
    ]
    if not listed:
        raise CepingError(f"nothing is published in {settings.home_dir} yet; ceping run publishes")
    return listed


def _listed(release: Release, current: Release | None, moment: str | None, settings: Settings) -> ListedRelease:
    manifest = release.manifest
    return ListedRelease(
        release_id=release.release_id,
        edition=release.edition,
        folder=release.folder,
        published_at=moment,
        is_current=release == current,
        is_withdrawn=False,
        is_synthetic=manifest.is_synthetic,
        row_count=sum(table.rows for table in manifest.tables),
        warning_count=len(manifest.checks.warnings),
        input_count=sum(entry.get("status") == "landed" for entry in manifest.inputs),
        code_version=manifest.code_version,
        are_inputs_kept=kept_inputs(settings, release.release_id) is not None,
    )
