"""What assets are given: the settings of the run, and the sole right to write to its home."""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg
from pydantic import Field, PrivateAttr

from pipelines.foundation.files import temporary_files_in
from pipelines.foundation.hashing import code_version
from pipelines.foundation.lock import locked_home, remove_left
from pipelines.gate.candidate import Candidate
from pipelines.orchestration.editions import settings_of
from pipelines.orchestration.leftovers import release_dead_runs
from pipelines.orchestration.readiness import require_ready
from pipelines.releases.draft import DraftProcess, Drafts
from pipelines.releases.manifest import release_id_of
from pipelines.releases.releases import Releases
from pipelines.settings import Settings


class EditionRun(dg.ConfigurableResource["EditionRun"]):
    """The inbox of the edition a run evaluates, which is its partition; holds the home's lock while the run lasts."""

    inbox: str | None = Field(default=None, description="Folder of delivered files; by default CEPING_INBOX.")
    rebuild: bool = Field(default=False, description="Build and publish even where nothing has changed.")
    preview: bool = Field(default=False, description="Write what would be published to be looked at, and stop there.")
    _settings: Settings = PrivateAttr()
    _draft: DraftProcess | None = PrivateAttr(default=None)

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["EditionRun"]:
        """Hold the lock of the home for as long as the run uses this resource."""
        self._settings = settings_of(context.run, self.inbox)
        require_ready(self._settings)
        with locked_home(self._settings), temporary_files_in(self._settings.temporary_dir):
            remove_left(self._settings.checking_dir)
            if context.instance is not None and context.run is not None:
                release_dead_runs(context.instance, context.run.run_id)
            try:
                yield self
            finally:
                self._stop_draft()

    @property
    def settings(self) -> Settings:
        """The settings of this run."""
        return self._settings

    @property
    def drafts(self) -> Drafts:
        """The drafts of releases of this home."""
        return Drafts(self._settings.publication_dir)

    def expect_draft(self) -> None:
        """Start the process that will make the draft: it loads what it needs while the candidate is still made."""
        if not self.preview and self._draft is None:
            self._draft = self.drafts.start(self._settings.warehouse_path)

    def start_draft(self, candidate: Candidate) -> None:
        """Have the draft of a candidate's release made while the gate judges, unless it is published already."""
        code = code_version()
        release_id = release_id_of(candidate.edition, candidate.content_hash, code)
        if Releases.of(self._settings).named(candidate.edition, release_id).folder.exists():
            self._stop_draft()
            return
        self.expect_draft()
        if self._draft is not None:
            self._draft.make(candidate, code)

    def _stop_draft(self) -> None:
        if self._draft is not None:
            self._draft.stop()
        self._draft = None

    def wait_for_draft(self) -> None:
        """Wait until the draft that this run started is there; one that failed is made again by the publication."""
        if self._draft is not None:
            self._draft.wait()
