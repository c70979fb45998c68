"""Measures the draws and writes `benchmarks/results/robustness.json`: `python -m benchmarks.robustness`."""

import sys
from collections.abc import Iterator
from itertools import pairwise
from math import log

from pydantic import BaseModel, ConfigDict

from benchmarks.measuring import Measurement, measure
from benchmarks.results import Machine
from pipelines.settings import PROJECT_ROOT, Settings

RESULT = PROJECT_ROOT / "benchmarks" / "results" / "robustness.json"
SUBJECTS, INDICATORS, DRAWS = (7_500, 30_000), (25, 100), (250, 1_000)
LARGEST = (SUBJECTS[-1], INDICATORS[-1], DRAWS[-1])


class RobustnessResult(BaseModel):
    """What the draws of one size cost, here and by numpy alone."""

    model_config = ConfigDict(frozen=True)

    grows_in: str
    subjects: int
    indicators: int
    draws: int
    is_sampled: bool
    ours: Measurement
    alone: Measurement

    @property
    def ratio(self) -> float:
        """Ours as a multiple of numpy alone."""
        return self.ours.wall / self.alone.wall


class RobustnessResults(BaseModel):
    """Every size measured."""

    machine: Machine
    sizes: list[RobustnessResult]


def main() -> None:
    """Measure each size once and keep the results."""
    results = [_measured(name, *size, is_sampled=False) for name, size in _sizes()]
    results.append(_measured("sampled", *LARGEST, is_sampled=True))
    kept = RobustnessResults(machine=Machine.this(), sizes=results)
    RESULT.write_text(kept.model_dump_json(indent=1) + "\n", encoding="utf-8")
    for line in _table(results):
        print(line)


def _sizes() -> Iterator[tuple[str, tuple[int, int, int]]]:
    yield from (("subjects", (subjects, INDICATORS[-1], DRAWS[-1])) for subjects in SUBJECTS[:-1])
    yield from (("indicators", (SUBJECTS[-1], indicators, DRAWS[-1])) for indicators in INDICATORS[:-1])
    yield from (("draws", (SUBJECTS[-1], INDICATORS[-1], draws)) for draws in DRAWS[:-1])
    yield "largest", LARGEST


def _measured(name: str, subjects: int, indicators: int, draws: int, *, is_sampled: bool) -> RobustnessResult:
    log_path = Settings().home_dir / "bench" / "robustness.txt"
    size = [subjects, indicators, draws]
    sampled = ["--sampled"] if is_sampled else []
    ours = measure([sys.executable, "-m", "benchmarks.robustness.ours", *size, *sampled], log_path)
    alone = measure([sys.executable, "-m", "benchmarks.robustness.numpy_alone", *size], log_path)
    print(f"{name} {size}: {ours.wall:.1f} s, alone {alone.wall:.1f} s", flush=True)
    return RobustnessResult(
        grows_in=name,
        subjects=subjects,
        indicators=indicators,
        draws=draws,
        is_sampled=is_sampled,
        ours=ours,
        alone=alone,
    )


def _table(results: list[RobustnessResult]) -> Iterator[str]:
    """What stands in docs/performance.md: each size, then the power of the growth in each direction."""
    yield "| subjects | indicators | draws | sampled | seconds | processor s | GiB | numpy alone | ratio | others |"
    yield "|---:|---:|---:|---|---:|---:|---:|---:|---:|---:|"
    for each in results:
        yield (
            f"| {each.subjects:,} | {each.indicators} | {each.draws:,} | {'yes' if each.is_sampled else 'no'} "
            f"| {each.ours.wall:.1f} | {each.ours.cpu:.1f} | {each.ours.peak_gib:.2f} | {each.alone.wall:.1f} "
            f"| {each.ratio:.1f} | {each.ours.others:.0%} |"
        )
    [largest] = [each for each in results if each.grows_in == "largest"]
    for direction in ("subjects", "indicators", "draws"):
        grown = [*(each for each in results if each.grows_in == direction), largest]
        powers = [
            log(after.ours.cpu / before.ours.cpu) / log(getattr(after, direction) / getattr(before, direction))
            for before, after in pairwise(grown)
        ]
        yield f"power of the processor seconds in {direction}: {', '.join(f'{power:.2f}' for power in powers)}"


if __name__ == "__main__":
    main()
