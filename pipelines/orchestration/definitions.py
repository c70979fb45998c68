"""Everything Dagster shows, merged in the order of the flow. No logic here."""

import dagster as dg

from pipelines.orchestration.assets.candidate import candidate
from pipelines.orchestration.assets.ingest import ingest_assets
from pipelines.orchestration.assets.lineage import lineage
from pipelines.orchestration.assets.models import models, seed_assets
from pipelines.orchestration.assets.release import release
from pipelines.orchestration.assets.robustness import robustness
from pipelines.orchestration.assets.verdict import verdict
from pipelines.orchestration.automation import edition_job, inbox_sensor, nightly_schedule
from pipelines.orchestration.landing import landing
from pipelines.orchestration.resources import EditionRun

defs = dg.Definitions(
    assets=[*ingest_assets, *seed_assets, models, lineage, robustness, candidate, verdict, release],
    jobs=[edition_job, landing],
    sensors=[inbox_sensor],
    schedules=[nightly_schedule],
    resources={"edition_run": EditionRun()},
    executor=dg.in_process_executor,
)
