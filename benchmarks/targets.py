"""The targets, and whether the measured numbers meet them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

from benchmarks.results import ExampleResult, FixedResult, FormatResult, Run, SizeResult

LOAD_RATIO = 1.3
RUN_RATIO = 1.3
RUN_ALLOWANCE = 30
RUN_SIZE = "6.2"
PEAK_GIB = 4
PEAK_SIZE = "15"
EXPONENT = 1.05
UNCHANGED_SECONDS = 10
CHANGED_SHARE = 0.15
HELP_SECONDS = 0.5
SMALLEST_SECONDS, SMALLEST_CPU = 30, 50
EXAMPLE_SECONDS = 40
CELL_SECONDS = 20
WEIGHT_SECONDS = 25


@dataclass(frozen=True)
class Outcome:
    """A target, what was measured, and whether it is met; ``None`` where it cannot be said.

    A disturbed one was measured while something else used the machine.
    """

    target: str
    measured: str = "not measured"
    is_met: bool | None = None
    is_disturbed: bool = False


def growth_exponent(sizes: Sequence[SizeResult], fixed_seconds: float = 0.0) -> float | None:
    """The power of the row count with which ingest and models grow, by least squares on logarithms.

    ``fixed_seconds`` are taken off first. ``None`` for fewer than two sizes, or where nothing is left of one.
    """
    seconds = [result.growing - fixed_seconds for result in sizes]
    if len(sizes) < 2 or min(seconds) <= 0:
        return None
    return float(np.polyfit(np.log([result.rows for result in sizes]), np.log(seconds), 1)[0])


def outcomes(
    sizes: Sequence[SizeResult],
    fixed: FixedResult | None,
    example: ExampleResult | None,
    formats: Iterable[FormatResult],
) -> Iterator[Outcome]:
    """Every target in order."""
    if example is not None:
        yield from _all_sources(example)
    for result in sizes:
        yield _load(result)
    yield _whole_run(sizes)
    yield _peak(sizes)
    yield from _growth(sizes, fixed)
    for result in sizes:
        yield _unchanged(result)
    for result in sizes:
        yield _changed(result, fixed)
    for measured in formats:
        yield _format(measured)
    yield _help(fixed)


def _all_sources(example: ExampleResult) -> Iterator[Outcome]:
    smallest = "the smallest inbox of all sources, fresh home"
    yield _spent(f"{smallest}: {SMALLEST_SECONDS} s", example.smallest, SMALLEST_SECONDS, example)
    processor = median(run.cost.cpu for run in example.smallest)
    yield Outcome(
        f"{smallest}: {SMALLEST_CPU} processor seconds", f"{processor:.1f} s", processor <= SMALLEST_CPU,
        example.is_disturbed,
    )  # fmt: skip
    yield _spent(f"the example edition, fresh home: {EXAMPLE_SECONDS} s", example.fresh, EXAMPLE_SECONDS, example)
    yield _spent(f"one cell of it changed: {CELL_SECONDS} s", [example.cell], CELL_SECONDS, example)
    yield _spent(f"a weight in a seed changed: {WEIGHT_SECONDS} s", [example.weight], WEIGHT_SECONDS, example)


def _spent(target: str, runs: Sequence[Run], limit: float, example: ExampleResult) -> Outcome:
    wall = median(run.cost.wall for run in runs)
    return Outcome(target, f"{wall:.1f} s", wall <= limit, example.is_disturbed)


def _load(result: SizeResult) -> Outcome:
    ingest, raw = result.stage("ingest"), result.raw_load
    return Outcome(
        f"{result.size} M: ingest takes at most {LOAD_RATIO} times the raw typed load",
        f"{ingest:.1f} s against {raw:.1f} s: {ingest / raw:.2f} times",
        ingest <= LOAD_RATIO * raw,
        result.is_disturbed,
    )


def _whole_run(sizes: Sequence[SizeResult]) -> Outcome:
    target = f"{RUN_SIZE} M: the whole run takes at most {RUN_RATIO} times the raw script and {RUN_ALLOWANCE} s"
    result = _of_size(sizes, RUN_SIZE)
    if result is None:
        return Outcome(target)
    limit = RUN_RATIO * result.raw_wall + RUN_ALLOWANCE
    measured = f"{result.full_wall:.1f} s against {result.raw_wall:.1f} s of raw script: limit {limit:.1f} s"
    return Outcome(target, measured, result.full_wall <= limit, result.is_disturbed)


def _peak(sizes: Sequence[SizeResult]) -> Outcome:
    target = f"{PEAK_SIZE} M: peak memory below {PEAK_GIB} GiB"
    result = _of_size(sizes, PEAK_SIZE)
    if result is None:
        return Outcome(target)
    return Outcome(target, f"{result.peak_gib:.2f} GiB", result.peak_gib < PEAK_GIB)


def _growth(sizes: Sequence[SizeResult], fixed: FixedResult | None) -> Iterator[Outcome]:
    target = f"ingest and models together grow with the rows to a power of at most {EXPONENT}"
    is_disturbed = any(result.is_disturbed for result in sizes)
    yield _exponent(target, growth_exponent(sizes), is_disturbed)
    if fixed is not None:
        exponent = growth_exponent(sizes, fixed.growing)
        yield _exponent(f"{target}, their fixed cost taken off", exponent, is_disturbed or fixed.is_disturbed)


def _exponent(target: str, exponent: float | None, is_disturbed: bool) -> Outcome:
    if exponent is None:
        return Outcome(target)
    return Outcome(target, f"{exponent:.2f}", exponent <= EXPONENT, is_disturbed)


def _unchanged(result: SizeResult) -> Outcome:
    run = result.unchanged
    return Outcome(
        f"{result.size} M: nothing changed, below {UNCHANGED_SECONDS} s and no model built",
        f"{run.cost.wall:.1f} s, {run.models_built} models built",
        run.cost.wall < UNCHANGED_SECONDS and run.models_built == 0,
        result.is_disturbed,
    )


def _changed(result: SizeResult, fixed: FixedResult | None) -> Outcome:
    target = (
        f"{result.size} M: one changed file of 1% of the rows takes at most the fixed cost "
        f"and {CHANGED_SHARE:.0%} of the rest"
    )
    wall = result.small_change.cost.wall
    if fixed is None:
        return Outcome(target, f"{wall:.1f} s; the fixed cost was not measured", None)
    limit = fixed.run_wall + CHANGED_SHARE * (result.full_wall - fixed.run_wall)
    measured = f"{wall:.1f} s: limit {limit:.1f} s ({fixed.run_wall:.1f} s fixed, {result.full_wall:.1f} s in full)"
    return Outcome(target, measured, wall <= limit, result.is_disturbed or fixed.is_disturbed)


def _format(result: FormatResult) -> Outcome:
    return Outcome(
        f"{result.name}: landing costs at most {result.most:g} times {result.beside}",
        f"{result.ours.cpu:.1f} against {result.alone.cpu:.1f} processor seconds: {result.cpu_ratio:.2f} times; "
        f"{result.ratio:.2f} times by the clock",
        result.cpu_ratio <= result.most,
        result.is_disturbed,
    )


def _help(fixed: FixedResult | None) -> Outcome:
    target = f"`ceping --help` takes less than {HELP_SECONDS} s"
    if fixed is None:
        return Outcome(target)
    return Outcome(target, f"{fixed.help_wall:.2f} s", fixed.help_wall < HELP_SECONDS, fixed.is_disturbed)


def _of_size(sizes: Sequence[SizeResult], size: str) -> SizeResult | None:
    return next((result for result in sizes if result.size == size), None)
