"""Runs an edition and prints what its stages report, and where the release is."""

import logging
import shlex
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from pipelines.foundation.progress import LOGGER
from pipelines.orchestration.running import run_edition
from pipelines.releases.embargo import embargo_lifted_by, embargo_of, present_day
from pipelines.releases.releases import Releases
from pipelines.settings import Settings


class StageLines(logging.Handler):
    """Prints each message as a line: seconds since the start, stage, message."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self.stream = stream
        self.started = time.monotonic()

    def emit(self, record: logging.LogRecord) -> None:
        """Print one record."""
        seconds = time.monotonic() - self.started
        stage = getattr(record, "stage", "")
        print(f"{seconds:6.1f} s  {stage:<10} {record.getMessage()}", file=self.stream, flush=True)


def run_and_print(settings: Settings, *, rebuild: bool = False) -> None:
    """Run the edition, printing a line for each thing a stage reports; raises ``CepingError`` where it fails."""
    with stage_lines():
        release_id = run_edition(settings, rebuild=rebuild)
    _print_places(settings, release_id)


@contextmanager
def stage_lines() -> Iterator[None]:
    """Print a line for each thing a stage reports, while the ``with`` lasts."""
    lines = StageLines(sys.stdout)
    LOGGER.addHandler(lines)
    try:
        yield
    finally:
        LOGGER.removeHandler(lines)


def _print_places(settings: Settings, release_id: str) -> None:
    releases = Releases.of(settings)
    release = releases.named(settings.edition, release_id)
    print(f"\nRelease {release_id}")
    embargo = embargo_of(settings.seeds_dir, settings.edition, present_day())
    is_kept_back = embargo is not None and releases.current_id != release_id
    if embargo is not None and is_kept_back:
        stays = f"stays at {releases.current_id}" if releases.current_id else "leads nowhere yet"
        print(f"  kept back       by an embargo; {embargo_lifted_by(settings.edition, embargo)}")
        print(f"  current         {stays}")
    print(f"  bulletin        {release.bulletin_path if is_kept_back else releases.current_path / 'index.html'}")
    print(f"  quality report  {release.quality_path}")
    print(f"  database        {release.database_path}")
    ceping, home = as_typed(settings)
    print(f'  ask it          {ceping} sql "select figure_id, computed, published, verdict from trends.figure"{home}')
    print(f"  see the run     {ceping} ui{home}")


def as_typed(settings: Settings) -> tuple[str, str]:
    """How the command and the home are written on this machine, in this folder."""
    command = "ceping" if shutil.which("ceping") else sys.argv[0]
    is_default = settings.home_dir == Settings.model_fields["home"].default.resolve()
    return command, "" if is_default else f" --home {shlex.quote(str(settings.home_dir))}"
