"""What assets are given: the settings of the run, and the sole right to write to its home."""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg
from pydantic import Field, PrivateAttr

from pipelines.foundation.lock import locked_home
from pipelines.ingest.contracts import load_contracts
from pipelines.ingest.inbox import delivered_files
from pipelines.reference.editions import require_described
from pipelines.reference.soundness import require_sound_reference
from pipelines.robustness.rules import read_rules
from pipelines.settings import Settings
from pipelines.warehouse.dbt_project import given_measures, read_manifest


class EditionRun(dg.ConfigurableResource["EditionRun"]):
    """The edition a run evaluates and the inbox it reads; holds the home's lock while the run lasts."""

    edition: int | None = Field(default=None, description="Edition (year) to evaluate; by default CEPING_EDITION.")
    inbox: str | None = Field(default=None, description="Folder of delivered files; by default CEPING_INBOX.")
    rebuild: bool = Field(default=False, description="Build and publish even where nothing has changed.")
    _settings: Settings = PrivateAttr()

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["EditionRun"]:
        """Hold the lock of the home for as long as the run uses this resource."""
        del context
        self._settings = Settings().for_run(edition=self.edition, inbox=self.inbox)
        inbox, seeds = self._settings.inbox_dir, self._settings.seeds_dir
        delivered = {source for source in load_contracts() if delivered_files(inbox, source)}
        require_described(seeds, self._settings.edition, delivered)
        require_sound_reference(seeds, given_measures(read_manifest(self._settings)))
        read_rules(seeds)
        with locked_home(self._settings):
            yield self

    @property
    def settings(self) -> Settings:
        """The settings of this run."""
        return self._settings
