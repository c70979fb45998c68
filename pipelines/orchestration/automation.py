"""When runs start: the job of an edition, a sensor on the inbox, a nightly schedule."""

import dagster as dg

from pipelines.foundation.hashing import code_version, hash_json
from pipelines.orchestration.landing import landing
from pipelines.releases.built import published_release
from pipelines.releases.releases import Releases
from pipelines.settings import Settings

edition_job = dg.define_asset_job(
    "edition",
    selection=dg.AssetSelection.all(),
    executor_def=dg.in_process_executor,
    description="From the inbox to a published release of one edition. | 从收件箱到发布版本。",
)


def inbox_listing(settings: Settings) -> list[tuple[str, int, int]]:
    """Every file of the inbox with its size and time of change."""
    if not settings.inbox_dir.is_dir():
        return []
    files = (path for path in settings.inbox_dir.rglob("*") if path.is_file() and not path.name.startswith("."))
    return sorted(
        (path.relative_to(settings.inbox_dir).as_posix(), path.stat().st_size, path.stat().st_mtime_ns)
        for path in files
    )


@dg.sensor(
    jobs=[edition_job, landing],
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Starts the edition when the inbox has changed and then been quiet for one look. "
    "| 收件箱变化并稳定后启动运行。",
)
def inbox_sensor(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    """One run for each state of the inbox that is not published, once files have stopped arriving."""
    settings = Settings()
    listing = inbox_listing(settings)
    if not listing:
        return dg.SkipReason(f"the inbox at {settings.inbox_dir} is empty")
    state = hash_json(listing)
    if release_id := published_release(settings):
        return dg.SensorResult(skip_reason=f"the inbox is published as release {release_id}", cursor=state)
    if context.cursor != state:
        return dg.SensorResult(skip_reason="the inbox is new or has changed; waiting for quiet", cursor=state)
    # Dagster starts one run for a key, however often it is asked for. Other code, or another release since then,
    # is another key: a mended program tries again, and an inbox put back as it was is published again.
    run_key = hash_json([state, code_version(), Releases.of(settings).current_id])
    # In this order: the queue has one place, and the edition waits in it, whatever becomes of the landing.
    jobs = [landing.name, edition_job.name] if settings.parts > 1 else [edition_job.name]
    return dg.SensorResult(
        run_requests=[
            dg.RunRequest(run_key=f"{job}-{run_key}", job_name=job, partition_key=str(settings.edition)) for job in jobs
        ],
        cursor=state,
    )


@dg.schedule(
    name="nightly",
    job=edition_job,
    cron_schedule="0 2 * * *",
    execution_timezone="Asia/Shanghai",
    default_status=dg.DefaultScheduleStatus.STOPPED,
    description="Every night at two, off until somebody turns it on. | 每日凌晨两点，默认关闭。",
)
def nightly_schedule() -> dg.RunRequest | dg.SkipReason:
    """A run, unless there is nothing to do."""
    settings = Settings()
    if release_id := published_release(settings):
        return dg.SkipReason(f"the inbox is published as release {release_id}")
    return dg.RunRequest(partition_key=str(settings.edition))
