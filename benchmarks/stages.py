"""How long each stage of a run took, by Dagster's own record, and how many models dbt built in it."""

import json
import os
from pathlib import Path

import dagster as dg

from pipelines.settings import PROJECT_ROOT, Settings

INGEST_PREFIX = "raw__"
STAGES = ("start", "ingest", "models", "lineage", "robustness", "candidate", "verdict", "release")


def stage_seconds(home: Path, wall: float) -> dict[str, float]:
    """Seconds of each stage of the newest run in a home; ``start`` is what the whole took beyond its steps."""
    os.environ["CEPING_DAGSTER"] = str(Settings(home=home).dagster_dir)
    seconds = dict.fromkeys(STAGES, 0.0)
    with dg.DagsterInstance.from_config(str(PROJECT_ROOT)) as instance:
        run = instance.get_runs(limit=1)[0]
        for step in instance.get_run_step_stats(run.run_id):
            if step.start_time is None or step.end_time is None:
                continue
            seconds[stage_of(step.step_key)] += step.end_time - step.start_time
    seconds["start"] = wall - sum(seconds.values())
    return seconds


def stage_of(step_key: str) -> str:
    """The stage a step of the job belongs to."""
    return "ingest" if step_key.startswith(INGEST_PREFIX) else step_key


class BuiltModels:
    """Counts the models dbt built in a home since the count began."""

    def __init__(self, home: Path) -> None:
        self.path = Settings(home=home).dbt_target_dir / "run_results.json"
        self.before = self._written_at()

    def count(self) -> int:
        """Models with a result that is newer than the beginning; none where dbt was not asked at all."""
        if self._written_at() == self.before:
            return 0
        results = json.loads(self.path.read_text(encoding="utf-8"))["results"]
        return sum(result["unique_id"].startswith("model.") for result in results)

    def _written_at(self) -> int:
        return self.path.stat().st_mtime_ns if self.path.is_file() else 0
