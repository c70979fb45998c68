"""Everything Dagster shows, merged in the order of the flow. No logic here."""

import dagster as dg

from pipelines.assets.candidate import candidate
from pipelines.assets.ingest import ingest_assets
from pipelines.assets.models import dbt_resource, models
from pipelines.assets.release import release
from pipelines.assets.robustness import robustness
from pipelines.assets.verdict import verdict
from pipelines.automation import edition_job, inbox_sensor, nightly_schedule
from pipelines.resources import EditionRun

defs = dg.Definitions(
    assets=[*ingest_assets, models, robustness, candidate, verdict, release],
    jobs=[edition_job],
    sensors=[inbox_sensor],
    schedules=[nightly_schedule],
    resources={"edition_run": EditionRun(), "dbt": dbt_resource},
    executor=dg.in_process_executor,
)
