"""Measures the sizes asked for and writes `docs/performance.md` anew: `python -m benchmarks --help`."""

import argparse
from collections.abc import Callable
from pathlib import Path

from benchmarks.deliveries import SIZES
from benchmarks.experiment import measure_example, measure_fixed, measure_size
from benchmarks.results import keep
from pipelines.settings import Settings


def main() -> None:
    """Measure, keep each result as soon as it is there, and report."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--sizes", nargs="*", choices=SIZES, default=list(SIZES), help="millions of crawl rows")
    parser.add_argument("--repetitions", type=int, help="full runs a size; by default 3 up to 3 million rows, else 1")
    parser.add_argument("--report", action="store_true", help="measure nothing; report what was measured before")
    arguments = parser.parse_args()
    if not arguments.report:
        _measure(arguments.sizes, arguments.repetitions, Settings().home_dir / "bench")
    from benchmarks.report import write_report

    write_report()


def _measure(sizes: list[str], repetitions: int | None, work: Path) -> None:
    keep(measure_example(work, _say("all")))
    keep(measure_fixed(work, _say("fixed")))
    for name in sizes:
        keep(measure_size(name, SIZES[name], work, repetitions, _say(f"{name} M")))


def _say(where: str) -> Callable[[str], None]:
    return lambda message: print(f"{where:>6}  {message}", flush=True)


if __name__ == "__main__":
    main()
