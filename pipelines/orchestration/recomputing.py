"""Computes a release again: from its kept inputs, by the present code, in a temporary home.

The run is a process of its own, since Dagster and dbt take their places from the environment.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipelines.errors import CepingError
from pipelines.foundation.files import link_or_copy
from pipelines.foundation.lock import own_folder
from pipelines.foundation.progress import LOGGER
from pipelines.gate.candidate import Candidate, open_newest
from pipelines.settings import PROJECT_ROOT, Settings

NOT_COMPUTED = ("verdict", "release")
LAST_LINES = 20


@contextmanager
def computed_again(settings: Settings, inputs: Path, edition: int) -> Iterator[Candidate]:
    """The candidate that the kept inputs give; its folder is gone when the ``with`` ends.

    Raises ``CepingError`` with the end of the log where the run fails.
    """
    with own_folder(settings.computing_dir) as folder:
        scratch = settings.for_run(home=folder, inbox=folder / "inbox", edition=edition)
        shutil.copytree(inputs, scratch.landing_dir, copy_function=link_or_copy)
        scratch.inbox_dir.mkdir()
        environment = {**os.environ, **scratch.environment()}
        # What is computed to be compared is nobody else's candidate.
        environment.pop("CEPING_STORE", None)
        done = subprocess.run(
            [sys.executable, "-m", "pipelines.orchestration.recomputing"],
            env=environment,
            cwd=PROJECT_ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise CepingError("\n".join(["it could not be computed again:", *_end_of(done.stdout + done.stderr)]))
        yield open_newest(scratch.candidates_dir, scratch.newest_candidate_path)


def compute() -> int:
    """Run everything from landing to the candidate, in the home that the environment names; returns the exit code."""
    import dagster as dg

    from pipelines.orchestration.definitions import defs

    LOGGER.propagate = False
    everything = dg.AssetSelection.all() - dg.AssetSelection.groups("ingest") - dg.AssetSelection.assets(*NOT_COMPUTED)
    job = defs.resolve_job_def("edition")
    selected = everything.resolve(defs.resolve_asset_graph())
    result = job.execute_in_process(
        instance=dg.DagsterInstance.ephemeral(),
        asset_selection=list(selected),
        partition_key=str(Settings().edition),
        raise_on_error=False,
    )
    return 0 if result.success else 1


def _end_of(log: str) -> list[str]:
    return [line for line in log.splitlines() if line.strip()][-LAST_LINES:]


if __name__ == "__main__":
    sys.exit(compute())
