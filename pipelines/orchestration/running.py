"""Runs an edition from the command line: the job Dagster shows, in this process, on the same instance."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from importlib import import_module
from threading import Thread
from types import ModuleType
from typing import TYPE_CHECKING

from pipelines.errors import CepingError, DeliveryError, damage_told, machine_failure, told_with_causes
from pipelines.foundation.lock import locked_home
from pipelines.foundation.progress import report
from pipelines.orchestration.readiness import require_ready
from pipelines.releases.built import published_release
from pipelines.releases.releases import Releases
from pipelines.releases.shared import share_release
from pipelines.settings import PROJECT_ROOT, Settings

if TYPE_CHECKING:
    import dagster as dg


OTHER_COLUMNS = re.compile("has no column named|no such column|no such table")
ERRORS_FOR_USERS = {kind.__name__ for kind in CepingError.__subclasses__()} | {CepingError.__name__}


def run_edition(settings: Settings, *, rebuild: bool = False, is_preview: bool = False) -> str:
    """Run the edition's job, unless there is nothing to do; returns the id of the release that holds the inbox.

    A preview is built and judged like a release, written beside the releases, and not published.

    Raises ``CepingError`` with every reason where a step failed; the last release then stands unchanged.
    """
    if not settings.inbox_dir.is_dir():
        raise DeliveryError(
            f"there is no inbox at {settings.inbox_dir}; "
            f"an example is written by: ceping example --out {settings.inbox_dir}"
        )
    release_id = _current_without_work(settings, rebuild=rebuild) or _execute(
        settings, rebuild=rebuild, is_preview=is_preview
    )
    Releases.of(settings).require_not_withdrawn(release_id)
    return release_id


def serve_ui(settings: Settings, port: int) -> int:
    """Serve the Dagster UI and its daemon until interrupted; returns the exit code."""
    settings.dagster_dir.mkdir(parents=True, exist_ok=True)
    command = [
        sys.executable,
        "-m",
        "dagster",
        "dev",
        "-m",
        "pipelines.orchestration.definitions",
        "-h",
        "127.0.0.1",
        "-p",
        str(port),
    ]
    try:
        return subprocess.run(command, cwd=PROJECT_ROOT, check=False).returncode  # noqa: S603
    except KeyboardInterrupt:
        return 0


def _current_without_work(settings: Settings, *, rebuild: bool) -> str | None:
    release_id = None if rebuild else published_release(settings)
    if release_id is not None:
        _require_whole(settings, release_id)
        report("nothing new", f"the inbox and the code are those of release {release_id}: 0 files read, 0 models built")
    return release_id


def _require_whole(settings: Settings, release_id: str) -> None:
    """Refuse to call it done where the current release is damaged; a store that lacks it gets it."""
    current = Releases.of(settings).current
    if current is None or current.release_id != release_id:
        return
    try:
        current.verify()
    except CepingError as damage:
        raise CepingError(f"{damage}; remove {current.folder} and run again, which publishes it anew") from damage
    share_release(settings, current)


def _execute(settings: Settings, *, rebuild: bool, is_preview: bool) -> str:
    report("start", f"edition {settings.edition}, inbox {settings.inbox_dir}")
    dg, defs = _load_definitions(settings)
    with locked_home(settings):
        result = _run_job(dg, defs, settings, rebuild=rebuild, is_preview=is_preview)
    if not result.success:
        raise CepingError("\n".join([*_reasons(result), f"the log of the run: {settings.run_log_path}"]))
    return _written(result) or Releases.of(settings).require_current().release_id


def _written(result: "dg.ExecuteInProcessResult") -> str | None:
    """The release or preview that a run wrote, if it wrote one."""
    for event in result.asset_materializations_for_node("release"):
        return str(event.metadata["release"].value)
    return None


def _run_job(
    dg: ModuleType, defs: "dg.Definitions", settings: Settings, *, rebuild: bool, is_preview: bool
) -> "dg.ExecuteInProcessResult":
    from sqlalchemy.exc import OperationalError

    from pipelines.orchestration.event_log import written_ahead
    from pipelines.orchestration.leftovers import set_damaged_store_aside

    settings.dagster_dir.mkdir(parents=True, exist_ok=True)
    set_damaged_store_aside(settings.dagster_dir)
    config = {"inbox": str(settings.inbox_dir), "rebuild": rebuild, "preview": is_preview}
    settings.run_log_path.parent.mkdir(parents=True, exist_ok=True)
    with (
        written_ahead(),
        dg.DagsterInstance.get() as instance,
        settings.run_log_path.open("w", encoding="utf-8") as log,
        redirect_stdout(log),
        # Dagster complains here of every line that it cannot write to its store.
        redirect_stderr(log),
    ):
        if settings.parts > 1:
            from pipelines.orchestration.landing import land_in_parts

            land_in_parts(settings, instance)
        try:
            return defs.resolve_job_def("edition").execute_in_process(
                instance=instance,
                partition_key=str(settings.edition),
                run_config={
                    "resources": {"edition_run": {"config": config}},
                    "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
                },
                raise_on_error=False,
            )
        except OperationalError as failure:
            # A bit of the name of a column: SQLite finds such a store whole.
            if not OTHER_COLUMNS.search(str(failure)):
                raise
            raise CepingError(
                f"Dagster's store in {settings.dagster_dir} is damaged ({failure.orig}); remove that folder, which "
                "holds the logs of past runs alone, and run again"
            ) from failure


def _reasons(result: "dg.ExecuteInProcessResult") -> list[str]:
    """The message of every failed step, or else of what kept the run from its first; without Dagster's wrapping."""
    steps = [_reason(event.step_failure_data) for event in result.all_events if event.is_step_failure]
    failures = [event.event_specific_data for event in result.all_events if event.is_failure]
    reasons = [reason for reason in steps or map(_reason, failures) if reason]
    return list(dict.fromkeys(reasons)) or ["the run failed before its first step; the Dagster UI has its log"]


def _reason(failure: object) -> str | None:
    described = getattr(failure, "user_failure_data", None)
    if described is not None and described.description:
        said = [str(described.description)]
        return machine_failure(said) or damage_told(said) or said[0]
    error = getattr(failure, "error", None)
    if error is None:
        return None
    while error.cause is not None and error.cls_name not in ERRORS_FOR_USERS:
        error = error.cause
    causes = [_without_kind(cause.message) for cause in _causes(error)]
    message = _without_kind(error.message)
    is_for_people = error.cls_name in ERRORS_FOR_USERS
    return told_with_causes(message, causes, is_for_people=is_for_people) or message


def _causes(error: "dg.SerializableErrorInfo") -> Iterator["dg.SerializableErrorInfo"]:
    while (cause := error.cause or error.context) is not None:
        yield cause
        error = cause


def _without_kind(message: str) -> str:
    """The message of an exception without the name of its class, which Dagster puts before it."""
    return message.partition(": ")[2].strip() or message.strip()


def _load_definitions(settings: Settings) -> tuple[ModuleType, "dg.Definitions"]:
    """Dagster and the definitions; judging the reference data and importing Dagster go side by side."""
    loading = Thread(target=import_module, args=("dagster_dbt",), daemon=True)
    loading.start()
    try:
        require_ready(settings)
    finally:
        # Waited for before anything else is imported: two threads in one package would each see half of it.
        loading.join()
    dagster = import_module("dagster")
    from pipelines.orchestration.definitions import defs

    return dagster, defs
