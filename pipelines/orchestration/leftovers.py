"""What dead runs and damaged files leave in Dagster's own store, which nothing of an edition depends on."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import dagster as dg

from pipelines.foundation.progress import report
from pipelines.orchestration.landing import BY_WRITER, landing

ENDED_WITHOUT_A_WORD = [dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]
SHOWN_OF_ID = 8
DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def release_dead_runs(instance: dg.DagsterInstance, own_run_id: str) -> None:
    """Mark runs that were killed as failed, and free the places in pools they still hold.

    To be called by who alone may write to the home: no other run that has started can be alive then, but a landing in
    parts, which asks nobody.
    """
    dead = instance.get_run_records(dg.RunsFilter(statuses=ENDED_WITHOUT_A_WORD))
    for record in dead:
        run = record.dagster_run
        is_elsewhere = run.job_name == landing.name and not BY_WRITER.items() <= run.tags.items()
        if run.run_id == own_run_id or is_elsewhere:
            continue
        instance.report_run_failed(run, "The process of this run has ended without a word: it was killed.")
        began = record.create_timestamp.isoformat(timespec="minutes")
        report("start", f"run {run.run_id[:SHOWN_OF_ID]} of {began} was killed; what it still held is free")
    store = instance.event_log_storage
    claims = store.get_concurrency_infos(sorted(store.get_concurrency_keys()))
    holders = {claim.run_id for info in claims.values() for claim in info.claimed_slots}
    waiting = {step.run_id for info in claims.values() for step in info.pending_steps}
    for run_id in sorted((holders | waiting) - {own_run_id}):
        store.free_concurrency_slots_for_run(run_id)


def set_damaged_store_aside(dagster_dir: Path) -> None:
    """Put Dagster's store aside where SQLite cannot read it: it holds the logs of past runs and nothing a run needs.

    To be called by who alone may write to the home.
    """
    damaged = next((path for path in sorted(dagster_dir.rglob("*.db")) if not _is_whole(path)), None)
    if damaged is None:
        return
    aside = dagster_dir.with_name(f"{dagster_dir.name}-damaged")
    shutil.rmtree(aside, ignore_errors=True)
    dagster_dir.rename(aside)
    dagster_dir.mkdir()
    report("start", f"{damaged} is damaged: the logs of past runs are set aside in {aside}, new ones are kept anew")


def _is_whole(path: Path) -> bool:
    try:
        with closing(sqlite3.connect(path)) as connection:
            return [row[0] for row in connection.execute("pragma quick_check")] == ["ok"]
    except sqlite3.DatabaseError as failure:
        return failure.sqlite_errorcode not in DAMAGED
