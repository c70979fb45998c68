"""What was measured, as it is kept in ``benchmarks/results``: one file a size, and one for what every run costs."""

import os
import platform
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import TypeVar

import psutil  # type: ignore[import-untyped]
from pydantic import BaseModel, ConfigDict

from benchmarks.deliveries import SIZES
from benchmarks.measuring import GIB, Measurement
from pipelines.foundation.hashing import code_version

RESULTS = Path(__file__).parent / "results"
FIXED_FILE = "fixed.json"
EXAMPLE_FILE = "example.json"
FORMATS_FILE = "formats.json"
BUSY_SHARE = 0.05
LIBRARIES = ("dagster", "dbt-core", "duckdb", "great-expectations", "pandas", "polars")
Result = TypeVar("Result", bound=BaseModel)


class Machine(BaseModel):
    """The class of machine and the code that was measured."""

    model_config = ConfigDict(frozen=True)

    processors: int
    memory_gib: int
    python: str
    libraries: dict[str, str]
    code: str

    @classmethod
    def this(cls) -> "Machine":
        """The machine and the code at hand."""
        return cls(
            processors=os.cpu_count() or 1,
            memory_gib=round(psutil.virtual_memory().total / GIB),
            python=platform.python_version(),
            libraries={name: version(name) for name in LIBRARIES},
            code=code_version()[:12],
        )


class Run(BaseModel):
    """One run of `ceping run`, and the seconds of its stages."""

    model_config = ConfigDict(frozen=True)

    cost: Measurement
    stages: dict[str, float]
    models_built: int


class RawRun(BaseModel):
    """One run of the baseline, and the seconds of its two stages: load, tables."""

    model_config = ConfigDict(frozen=True)

    cost: Measurement
    stages: dict[str, float]


class SizeResult(BaseModel):
    """Everything measured at one size. The lists have one entry a repetition."""

    model_config = ConfigDict(frozen=True)

    size: str
    rows: int
    machine: Machine
    full: list[Run]
    raw: list[RawRun]
    unchanged: Run
    small_change: Run
    frames: dict[str, Measurement]
    """Crawl load and indicators a site by data frame library; without those that were not run at this size."""

    @property
    def million_rows(self) -> float:
        """Crawl rows in millions."""
        return self.rows / 1e6

    @property
    def full_wall(self) -> float:
        """Seconds of a run on a fresh home."""
        return median(run.cost.wall for run in self.full)

    @property
    def raw_wall(self) -> float:
        """Seconds of the baseline."""
        return median(run.cost.wall for run in self.raw)

    @property
    def raw_load(self) -> float:
        """Seconds of the baseline's typed load."""
        return median(run.stages["load"] for run in self.raw)

    @property
    def peak_gib(self) -> float:
        """Largest memory of any full run."""
        return max(run.cost.peak_gib for run in self.full)

    def stage(self, name: str) -> float:
        """Seconds of a stage of a run on a fresh home."""
        return median(run.stages[name] for run in self.full)

    @property
    def growing(self) -> float:
        """Seconds of the two stages that touch every row."""
        return self.stage("ingest") + self.stage("models")

    @property
    def is_disturbed(self) -> bool:
        """Whether something else took so much of the machine that times are too long."""
        return self.others > BUSY_SHARE

    @property
    def others(self) -> float:
        """Share of the machine something else used during the runs that are compared, at its worst."""
        costs = [run.cost for run in (*self.full, self.unchanged, self.small_change)]
        return max(cost.others for cost in (*costs, *(run.cost for run in self.raw)))


class FixedResult(BaseModel):
    """What does not depend on the size: the help text, and a run of five crawled sites on a fresh home."""

    model_config = ConfigDict(frozen=True)

    machine: Machine
    help: list[Measurement]
    tiny: list[Run]

    @property
    def help_wall(self) -> float:
        """Seconds of `ceping --help`."""
        return median(each.wall for each in self.help)

    @property
    def run_wall(self) -> float:
        """Seconds of a run with next to no data."""
        return median(run.cost.wall for run in self.tiny)

    @property
    def growing(self) -> float:
        """Seconds of ingest and models with next to no data."""
        return median(run.stages["ingest"] + run.stages["models"] for run in self.tiny)

    @property
    def is_disturbed(self) -> bool:
        """Whether something else took so much of the machine that times are too long."""
        return self.others > BUSY_SHARE

    @property
    def others(self) -> float:
        """Share of the machine something else used, at its worst."""
        return max(*(each.others for each in self.help), *(run.cost.others for run in self.tiny))


class ExampleResult(BaseModel):
    """Runs of all sources: the smallest inbox and the example edition on fresh homes, and small changes of this."""

    model_config = ConfigDict(frozen=True)

    machine: Machine
    smallest: list[Run]
    fresh: list[Run]
    cell: Run
    weight: Run

    @property
    def is_disturbed(self) -> bool:
        """Whether something else took so much of the machine that times are too long."""
        return self.others > BUSY_SHARE

    @property
    def others(self) -> float:
        """Share of the machine something else used, at its worst."""
        return max(run.cost.others for run in (*self.smallest, *self.fresh, self.cell, self.weight))


class FormatResult(BaseModel):
    """What our reader costs, and what is beside it: a parser alone, or the same in few files; medians by seconds."""

    model_config = ConfigDict(frozen=True)

    name: str
    beside: str
    code: str
    rows: int
    mebibytes: float
    ours: Measurement
    alone: Measurement
    most: float
    """The target: at most so many times the processor seconds of what is beside."""

    @property
    def ratio(self) -> float:
        """Seconds as a multiple of those beside."""
        return self.ours.wall / self.alone.wall

    @property
    def cpu_ratio(self) -> float:
        """Processor seconds as a multiple of those beside."""
        return self.ours.cpu / self.alone.cpu

    @property
    def is_disturbed(self) -> bool:
        """Whether something else took so much of the machine that times are too long."""
        return max(self.ours.others, self.alone.others) > BUSY_SHARE


class FormatResults(BaseModel):
    """Every format measured."""

    model_config = ConfigDict(frozen=True)

    formats: dict[str, FormatResult]


def keep_format(key: str, result: FormatResult) -> None:
    """Keep the result of a format beside those of the others."""
    kept = FormatResults(formats={**kept_formats(), key: result})
    (RESULTS / FORMATS_FILE).write_text(kept.model_dump_json(indent=1) + "\n", encoding="utf-8")


def kept_formats() -> dict[str, FormatResult]:
    """The kept results of the formats that were measured."""
    path = RESULTS / FORMATS_FILE
    return _read(path, FormatResults).formats if path.is_file() else {}


def keep(result: SizeResult | FixedResult | ExampleResult) -> None:
    """Write a result to its file."""
    kinds = {FixedResult: FIXED_FILE, ExampleResult: EXAMPLE_FILE}
    name = f"{result.size}.json" if isinstance(result, SizeResult) else kinds[type(result)]
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / name).write_text(result.model_dump_json(indent=1) + "\n", encoding="utf-8")


def kept_sizes() -> list[SizeResult]:
    """The kept results of all sizes, smallest first."""
    paths = [RESULTS / f"{name}.json" for name in SIZES]
    return sorted((_read(path, SizeResult) for path in paths if path.is_file()), key=lambda result: result.rows)


def kept_fixed() -> FixedResult | None:
    """The kept result of what every run costs, if it was measured."""
    path = RESULTS / FIXED_FILE
    return _read(path, FixedResult) if path.is_file() else None


def kept_example() -> ExampleResult | None:
    """The kept result of runs of all sources, if they were measured."""
    path = RESULTS / EXAMPLE_FILE
    return _read(path, ExampleResult) if path.is_file() else None


def _read(path: Path, kind: type[Result]) -> Result:
    return kind.model_validate_json(path.read_text(encoding="utf-8"))
