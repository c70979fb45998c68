"""Writes the measured part of `docs/performance.md`, between its markers, and the plot beside it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from statistics import median

from benchmarks.plot import draw
from benchmarks.results import (
    ExampleResult,
    FixedResult,
    FormatResult,
    SizeResult,
    kept_example,
    kept_fixed,
    kept_formats,
    kept_sizes,
)
from benchmarks.stages import STAGES
from benchmarks.targets import Outcome, growth_exponent, outcomes
from pipelines.settings import PROJECT_ROOT

DOCUMENT = PROJECT_ROOT / "docs" / "performance.md"
PLOT = PROJECT_ROOT / "docs" / "performance.svg"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
VERDICTS = {True: "met", False: "**not met**", None: "open"}
ABOUT_THE_SAME = 0.05


def write_report() -> None:
    """Put what is kept in ``benchmarks/results`` into the document."""
    sizes = kept_sizes()
    measured = measured_part(sizes, kept_fixed(), kept_example(), kept_formats())
    text = DOCUMENT.read_text(encoding="utf-8")
    DOCUMENT.write_text(
        re.sub(f"{BEGIN}.*{END}", lambda _: measured, text, flags=re.DOTALL),
        encoding="utf-8",
    )
    if sizes:
        draw(sizes, PLOT)


def measured_part(
    sizes: Sequence[SizeResult],
    fixed: FixedResult | None,
    example: ExampleResult | None,
    formats: Mapping[str, FormatResult],
) -> str:
    """What stands between the markers, with them."""
    return "\n".join([BEGIN, *_lines(sizes, fixed, example, list(formats.values())), END])


def _lines(
    sizes: Sequence[SizeResult],
    fixed: FixedResult | None,
    example: ExampleResult | None,
    formats: Sequence[FormatResult],
) -> Iterator[str]:
    yield from _conditions(sizes, fixed, example)
    if example is not None:
        yield from ("", "### All sources", "", "Seconds; medians where a run was repeated.", "")
        yield from _table(["", "in all", "processor", *STAGES], _example(example))
    if sizes:
        yield from ("", "### By size", "", "Seconds unless said otherwise.", "")
        yield from _table(["", *(f"{result.size} M rows" for result in sizes)], _rows(sizes))
        yield from ("", f"![Seconds by crawl rows]({PLOT.name})")
    if formats:
        codes = ", ".join(sorted({result.code for result in formats}))
        yield from ("", "### By format", "", f"Code measured: {codes}.", "")
        header = ["landing, beside what", "rows", "MiB", "seconds", "beside", "processor s", "beside", "peak GiB"]
        yield from _table(header, map(_format, formats))
    if fixed is not None:
        yield from ("", "### Whatever the size", "", *_fixed(fixed))
    yield from ("", "### Targets", "")
    yield from _table(["target", "measured", "verdict"], map(_outcome, outcomes(sizes, fixed, example, formats)))
    yield from ("", "### What bounds it now", "", *(f"- {sentence}" for sentence in _bounds(sizes, fixed)))


def _conditions(sizes: Sequence[SizeResult], fixed: FixedResult | None, example: ExampleResult | None) -> Iterator[str]:
    results: list[SizeResult | FixedResult | ExampleResult] = [*sizes, *filter(None, [fixed, example])]
    machines = {f"{result.machine.processors} processors, {result.machine.memory_gib} GiB" for result in results}
    versions = {", ".join(f"{name} {number}" for name, number in each.machine.libraries.items()) for each in results}
    codes = sorted({result.machine.code for result in results})
    yield f"Machine: {'; '.join(sorted(machines)) or 'none yet'}. {'; '.join(sorted(versions))}."
    yield f"Code measured (as in a release's manifest): {', '.join(codes)}."
    busy = {f"{result.size} M": result.others for result in sizes if result.is_disturbed}
    if fixed is not None and fixed.is_disturbed:
        busy["fixed cost"] = fixed.others
    if example is not None and example.is_disturbed:
        busy["all sources"] = example.others
    if busy:
        shares = ", ".join(f"{name} (up to {share:.0%})" for name, share in busy.items())
        yield ""
        yield f"**Measured under load:** something else used the processors during {shares}; times are too long."


def _example(example: ExampleResult) -> Iterator[list[str]]:
    named = {
        "the smallest inbox, fresh home": example.smallest,
        "the example edition, fresh home": example.fresh,
        "one cell of it changed": [example.cell],
        "a weight in a seed changed": [example.weight],
    }
    for name, runs in named.items():
        stages = (median(run.stages.get(stage, 0.0) for run in runs) for stage in STAGES)
        spent = [median(run.cost.wall for run in runs), median(run.cost.cpu for run in runs), *stages]
        yield [f"{name} ({runs[-1].models_built} models)", *(f"{seconds:.1f}" for seconds in spent)]


def _rows(sizes: Sequence[SizeResult]) -> Iterator[list[str]]:
    yield ["`ceping run`, fresh home", *(f"{result.full_wall:.1f}" for result in sizes)]
    names = {
        "start": "start: imports, Dagster",
        "robustness": "draws: how sure ranks are",
        "candidate": "freeze the candidate",
        "verdict": "gate",
    }
    for stage in STAGES:
        cells = [_stage(stage, result) for result in sizes]
        if any(cells):
            yield [f"– {names.get(stage, stage)}", *cells]
    yield ["– processor seconds", *(f"{max(run.cost.cpu for run in result.full):.1f}" for result in sizes)]
    yield ["– peak memory, GiB", *(f"{result.peak_gib:.2f}" for result in sizes)]
    yield ["raw DuckDB script", *(f"{result.raw_wall:.1f}" for result in sizes)]
    yield ["– typed load", *(f"{result.raw_load:.1f}" for result in sizes)]
    yield ["– peak memory, GiB", *(f"{max(run.cost.peak_gib for run in result.raw):.2f}" for result in sizes)]
    yield ["run / raw script", *(f"{result.full_wall / result.raw_wall:.2f}" for result in sizes)]
    yield ["ingest / raw typed load", *(f"{result.stage('ingest') / result.raw_load:.2f}" for result in sizes)]
    yield ["nothing changed", *(f"{result.unchanged.cost.wall:.1f}" for result in sizes)]
    yield ["one file of 1% changed", *(f"{result.small_change.cost.wall:.1f}" for result in sizes)]
    yield ["– models built", *(str(result.small_change.models_built) for result in sizes)]
    for library in dict.fromkeys(name for result in sizes for name in result.frames):
        yield [f"{library}: load and indicators only", *(_frame(library, result, sizes) for result in sizes)]
        peaks = [each.frames[library].peak_gib if library in each.frames else None for each in sizes]
        yield ["– peak memory, GiB", *("" if peak is None else f"{peak:.2f}" for peak in peaks)]
    yield ["full runs, repetitions", *(str(len(result.full)) for result in sizes)]


def _stage(name: str, result: SizeResult) -> str:
    """Its seconds; nothing where it was measured before there was such a stage."""
    return f"{result.stage(name):.1f}" if all(name in run.stages for run in result.full) else ""


def _frame(library: str, result: SizeResult, sizes: Sequence[SizeResult]) -> str:
    """Its seconds, or the memory it would need in proportion to the largest size it was measured at."""
    if library in result.frames:
        return f"{result.frames[library].wall:.1f}"
    largest = [each for each in sizes if library in each.frames][-1]
    needed = largest.frames[library].peak_gib * result.rows / largest.rows
    return f"not run; in proportion about {needed:.0f} GiB"


def _format(result: FormatResult) -> list[str]:
    load = ", under load" if result.is_disturbed else ""
    spent = [result.ours.wall, result.alone.wall, result.ours.cpu, result.alone.cpu]
    return [
        f"{result.name}, beside {result.beside}{load}",
        f"{result.rows:,}",
        f"{result.mebibytes:,.0f}",
        *(f"{seconds:.1f}" for seconds in spent),
        f"{result.ours.peak_gib:.2f}",
    ]


def _fixed(fixed: FixedResult) -> Iterator[str]:
    stages = {name: sorted(run.stages[name] for run in fixed.tiny) for name in fixed.tiny[0].stages}
    listed = ", ".join(f"{name} {seconds[len(seconds) // 2]:.1f}" for name, seconds in stages.items())
    yield f"- A run of five crawled sites, fresh home: {fixed.run_wall:.1f} s (median of {len(fixed.tiny)}): {listed}."
    yield f"- `ceping --help`: {fixed.help_wall:.2f} s (median of {len(fixed.help)})."


def _bounds(sizes: Sequence[SizeResult], fixed: FixedResult | None) -> Iterator[str]:
    """What the largest size spends its time on, by stage and beyond the fixed cost."""
    if not sizes or fixed is None:
        yield "not measured"
        return
    largest = sizes[-1]
    data_seconds = largest.full_wall - fixed.run_wall
    yield (
        f"Of {largest.full_wall:.1f} s at {largest.size} M rows, {fixed.run_wall:.1f} s are fixed cost and "
        f"{data_seconds:.1f} s come with the data: {data_seconds / largest.million_rows:.2f} s a million rows."
    )
    stages = sorted(("start", "ingest", "models", "candidate", "verdict", "release"), key=largest.stage, reverse=True)
    first, second = stages[:2]
    yield (
        f"The largest stage there is {first} ({largest.stage(first) / largest.full_wall:.0%}), then {second} "
        f"({largest.stage(second) / largest.full_wall:.0%})."
    )
    exponent = growth_exponent(sizes, fixed.growing)
    if exponent is not None:
        trend = "in proportion to" if abs(exponent - 1) <= ABOUT_THE_SAME else "otherwise than in proportion to"
        yield f"Beyond their fixed cost, ingest and models grow {trend} the rows (power {exponent:.2f})."


def _outcome(outcome: Outcome) -> list[str]:
    under_load = ", under load" if outcome.is_disturbed else ""
    return [outcome.target, outcome.measured, f"{VERDICTS[outcome.is_met]}{under_load}"]


def _table(header: Sequence[str], rows: Iterator[list[str]]) -> Iterator[str]:
    yield _row(header)
    yield _row(["---", *("---:" for _ in header[1:])])
    for row in rows:
        yield _row(row)


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
