"""Runs an edition and prints what its stages report, and where the release is."""

import logging
import shlex
import shutil
import sys
import time
from typing import TextIO

from pipelines.foundation.progress import LOGGER
from pipelines.orchestration.running import run_edition
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
    lines = StageLines(sys.stdout)
    LOGGER.addHandler(lines)
    try:
        release_id = run_edition(settings, rebuild=rebuild)
    finally:
        LOGGER.removeHandler(lines)
    _print_places(settings, release_id)


def _print_places(settings: Settings, release_id: str) -> None:
    releases = Releases.of(settings)
    release = releases.named(settings.edition, release_id)
    print(f"\nRelease {release_id}")
    print(f"  bulletin        {releases.current_path / 'index.html'}")
    print(f"  quality report  {release.quality_path}")
    print(f"  database        {release.database_path}")
    ceping, home = _as_typed(settings)
    print(f'  ask it          {ceping} sql "select figure_id, computed, published, verdict from trends.figure"{home}')
    print(f"  see the run     {ceping} ui{home}")


def _as_typed(settings: Settings) -> tuple[str, str]:
    """How the command and the home are written on this machine, in this folder."""
    command = "ceping" if shutil.which("ceping") else sys.argv[0]
    is_default = settings.home_dir == Settings.model_fields["home"].default.resolve()
    return command, "" if is_default else f" --home {shlex.quote(str(settings.home_dir))}"
