"""Builds the warehouse by one dbt command: what it does while it works, and what became of every node."""

import json
import os
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import duckdb
from pydantic import BaseModel

from pipelines.settings import Engine, Settings
from pipelines.warehouse.dbt_project import dbt_command

RUN_RESULTS = "run_results.json"
# Unit tests judge the code, not the data: they belong to `make test`, as dbt itself advises.
BUILD = ("--log-format", "json", "--log-level-file", "none", "build", "--exclude-resource-type", "unit_test")
FAILED = ("fail", "error")
RESULT_EVENTS = ("LogModelResult", "LogSeedResult", "LogTestResult")
Progress = Callable[[int, int, str], None]


class NodeResult(BaseModel, frozen=True):
    """What became of one model, seed or data test."""

    unique_id: str
    status: str
    message: str | None
    execution_time: float
    compiled_code: str | None = None

    @property
    def kind(self) -> Literal["model", "seed", "test"] | str:
        """Kind of the node, as dbt calls it."""
        return self.unique_id.partition(".")[0]

    @property
    def has_failed(self) -> bool:
        """Whether the node could not be built, or the test found a row."""
        return self.status in FAILED


class BuildResult(BaseModel, frozen=True):
    """What became of every node of a build; ``errors`` are those of dbt itself, before it came to any node."""

    is_successful: bool
    nodes: tuple[NodeResult, ...]
    errors: tuple[str, ...]

    @property
    def summary(self) -> str:
        """How many were built and judged, in one line."""
        kinds = [node.kind for node in self.nodes]
        failed = sum(node.has_failed for node in self.nodes)
        built = f"{kinds.count('model')} models and {kinds.count('seed')} seeds built"
        return f"{built}, {kinds.count('test')} data tests run: {f'{failed} failed' if failed else 'all passed'}"


def build_warehouse(settings: Settings, arguments: Sequence[str], progress: Progress) -> BuildResult:
    """Run ``dbt build`` with these arguments; ``progress`` is told the place, the number and the name of each node."""
    folder = settings.warehouse_path.parent
    folder.mkdir(parents=True, exist_ok=True)
    return run_build(dbt_command(*BUILD, *arguments), folder, settings.environment(), progress)


def run_build(command: Sequence[str], folder: Path, environment: Mapping[str, str], progress: Progress) -> BuildResult:
    """Run a ``dbt build`` in a folder, in this process's environment with changes, and read what came of it."""
    target = Path(environment["DBT_TARGET_PATH"])
    (target / RUN_RESULTS).unlink(missing_ok=True)
    errors = []
    with subprocess.Popen(  # noqa: S603
        command,
        env={**os.environ, **environment, "PYTHONUNBUFFERED": "1"},
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        for event in _events(process.stdout or ()):
            data, info = event.get("data", {}), event.get("info", {})
            if info.get("level") == "error":
                errors.append(str(info.get("msg", "")).strip())
            if info.get("name") in RESULT_EVENTS and "total" in data:
                progress(data["index"], data["total"], data.get("node_info", {}).get("node_name", ""))
    return BuildResult(
        is_successful=process.returncode == 0, nodes=tuple(_read_results(target)), errors=tuple(filter(None, errors))
    )


NOTHING_BUILT = BuildResult(is_successful=True, nodes=(), errors=())


def describe_failures(settings: Settings, result: BuildResult, most: int) -> list[str]:
    """Every failed node in a sentence, a data test with the rule that is broken and a row that breaks it."""
    failed = [node for node in result.nodes if node.has_failed]
    shown = [f"{node.unique_id.split('.')[2]}: {node.message}{_example(settings, node)}" for node in failed[:most]]
    hidden = len(failed) - len(shown)
    return [*shown, f"… and {hidden} more"] if hidden else shown or list(result.errors)


def _events(lines: Iterator[str] | Sequence[str]) -> Iterator[dict[str, Any]]:
    """What dbt says as it works; a line that is none of its own, such as a traceback, is an error."""
    for line in lines:
        try:
            event = json.loads(line)
        except ValueError:
            event = {"info": {"level": "error", "msg": line}}
        if isinstance(event, dict):
            yield event


def _read_results(target: Path) -> Iterator[NodeResult]:
    """What dbt wrote at its end; nothing where a full disk or a kill left it half: then its errors say why."""
    try:
        results = json.loads((target / RUN_RESULTS).read_bytes())["results"]
    except (FileNotFoundError, ValueError):
        return
    for result in results:
        if not result["unique_id"].startswith("operation."):
            yield NodeResult.model_validate(result)


def _example(settings: Settings, node: NodeResult) -> str:
    """The first row a failed data test found, since its message only counts them."""
    if node.status != "fail" or not node.compiled_code or settings.engine is not Engine.duckdb:
        return ""
    with duckdb.connect(str(settings.warehouse_path), read_only=True) as connection:
        rows = connection.sql(node.compiled_code).limit(1).pl().to_dicts()
    known = {name: value for row in rows for name, value in row.items() if value is not None}
    return f", such as {known}" if known else ""
