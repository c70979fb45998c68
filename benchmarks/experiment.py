"""What is measured at a size, in which order. Every measured thing is a process of its own, on fresh folders."""

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks.agreement import require_same_indicators, require_same_results
from benchmarks.deliveries import (
    SMALLEST,
    TINY,
    Size,
    change_cell,
    change_small_file,
    change_weights,
    deliver,
    deliver_all,
)
from benchmarks.measuring import Measurement, measure
from benchmarks.results import ExampleResult, FixedResult, Machine, RawRun, Run, SizeResult
from benchmarks.stages import BuiltModels, stage_seconds
from pipelines.example import ExampleOptions
from pipelines.settings import SEEDS_DIR

CEPING = (sys.executable, "-m", "pipelines.cli")
HELP_REPETITIONS = 7
TINY_REPETITIONS = 3
REPETITIONS = 3
REPEATED_ROWS = 3_000_000
# Beyond so many rows they take many minutes, or most of the memory of a machine of 24 GiB.
FRAME_LIBRARIES = {"polars": 7_000_000, "pandas": 3_000_000}
Say = Callable[[str], None]


class Bench:
    """The folder a size is measured in; it is emptied before and after."""

    def __init__(self, work: Path, say: Say) -> None:
        self.work = work
        self.say = say
        self.inbox = work / "inbox"
        self.home = work / "home"
        self.seeds = work / "seeds"
        shutil.rmtree(work, ignore_errors=True)

    def __enter__(self) -> "Bench":
        return self

    def __exit__(self, *failure: object) -> None:
        if failure[0] is None:
            shutil.rmtree(self.work)

    def deliver(self, size: Size) -> None:
        """Write the inbox."""
        self.work.mkdir(parents=True)
        deliver(size, self.inbox)
        self.say(f"inbox of {size.rows:,} crawl rows written")

    def run(self, name: str) -> Run:
        """`ceping run` on the home as it is."""
        built = BuiltModels(self.home)
        variables = {"CEPING_SEEDS": str(self.seeds)} if self.seeds.exists() else None
        command = [*CEPING, "run", "--inbox", self.inbox, "--home", self.home]
        cost = measure(command, self.work / f"{name}.log", variables)
        models_built = built.count()
        stages = stage_seconds(self.home, cost.wall) if models_built else {"start": cost.wall}
        self.say(f"{name}: {_told(cost)}; " + ", ".join(f"{stage} {spent:.1f}" for stage, spent in stages.items()))
        return Run(cost=cost, stages=stages, models_built=models_built)

    def deliver_all(self, options: ExampleOptions) -> None:
        """Write an inbox of all sources, and a copy of the seeds to be changed."""
        self.work.mkdir(parents=True)
        deliver_all(options, self.inbox)
        shutil.copytree(SEEDS_DIR, self.seeds)
        self.say("inbox of all sources written")

    def fresh_run(self) -> Run:
        """`ceping run` on an empty home."""
        shutil.rmtree(self.home, ignore_errors=True)
        return self.run("run")

    def raw_run(self) -> RawRun:
        """The baseline, whose results must be those of the current release."""
        out, log = self.work / "raw", self.work / "raw.log"
        shutil.rmtree(out, ignore_errors=True)
        cost = measure([sys.executable, "-m", "benchmarks.raw", self.inbox, out], log)
        require_same_results(self.release, out / "tables")
        stages = json.loads(log.read_text(encoding="utf-8"))
        self.say(f"raw: {_told(cost)}; load {stages['load']:.1f}, tables {stages['tables']:.1f}; same results")
        return RawRun(cost=cost, stages=stages)

    def indicators_with(self, library: str) -> Measurement:
        """Crawl load and indicators a site with a data frame library; the same indicators as in the release."""
        out = self.work / f"{library}.parquet"
        module = f"benchmarks.with_{library}"
        cost = measure([sys.executable, "-m", module, self.inbox, out], self.work / f"{library}.log")
        require_same_indicators(self.release, out)
        self.say(f"{library}: {_told(cost)}; same indicators")
        return cost

    @property
    def release(self) -> Path:
        """The current release."""
        return self.home / "releases" / "current"


def measure_size(name: str, size: Size, work: Path, repetitions: int | None, say: Say) -> SizeResult:
    """Measure a size; raises where two ways of computing it disagree."""
    with Bench(work / name, say) as bench:
        bench.deliver(size)
        full, raw = [], []
        for _ in range(repetitions or (REPETITIONS if size.rows <= REPEATED_ROWS else 1)):
            full.append(bench.fresh_run())
            raw.append(bench.raw_run())
        frames = {
            library: bench.indicators_with(library) for library, most in FRAME_LIBRARIES.items() if size.rows <= most
        }
        unchanged = bench.run("nothing changed")
        change_small_file(bench.inbox)
        small_change = bench.run("small file changed")
        bench.raw_run()
    return SizeResult(
        size=name,
        rows=size.rows,
        machine=Machine.this(),
        full=full,
        raw=raw,
        unchanged=unchanged,
        small_change=small_change,
        frames=frames,
    )


def measure_fixed(work: Path, say: Say) -> FixedResult:
    """Measure what every run costs, whatever its data."""
    with Bench(work / "fixed", say) as bench:
        bench.deliver(TINY)
        tiny = [bench.fresh_run() for _ in range(TINY_REPETITIONS)]
        helps = [measure([*CEPING, "--help"], bench.work / "help.log") for _ in range(HELP_REPETITIONS)]
    result = FixedResult(machine=Machine.this(), help=helps, tiny=tiny)
    say(f"help: {result.help_wall:.2f} s")
    return result


def measure_example(work: Path, say: Say) -> ExampleResult:
    """Measure the example edition and its smallest relative, and what small changes of it cost.

    Each has a run before that is not counted: what dbt remembers of a parse is kept for all homes.
    """
    with Bench(work / "smallest", say) as bench:
        bench.deliver_all(SMALLEST)
        _, *smallest = [bench.fresh_run() for _ in range(REPETITIONS + 1)]
    with Bench(work / "example", say) as bench:
        bench.deliver_all(ExampleOptions())
        _, *fresh = [bench.fresh_run() for _ in range(REPETITIONS + 1)]
        change_cell(bench.inbox)
        cell = bench.run("one cell changed")
        change_weights(bench.seeds)
        weight = bench.run("a weight changed")
    return ExampleResult(machine=Machine.this(), smallest=smallest, fresh=fresh, cell=cell, weight=weight)


def _told(cost: Measurement) -> str:
    return f"{cost.wall:.1f} s, {cost.cpu:.1f} s of processor, {cost.peak_gib:.2f} GiB, others {cost.others:.0%}"
