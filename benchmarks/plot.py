"""The plot of `docs/performance.md`: seconds by rows, both logarithmic."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from benchmarks.results import SizeResult

# The same numbers give the same bytes: no date, no random identifiers; text stays text.
STYLE: Any = {"svg.hashsalt": "ceping", "svg.fonttype": "none", "font.family": "sans-serif", "font.size": 9}
MARKED = [1e6, 3e6, 6e6, 15e6]


def draw(sizes: Sequence[SizeResult], path: Path) -> None:
    """Write the plot as SVG."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(7.2, 4.2), layout="constrained")
        axes = figure.subplots()
        rows = [result.rows for result in sizes]
        series = {
            "ceping run": [result.full_wall for result in sizes],
            "its ingest and models": [result.growing for result in sizes],
            "raw DuckDB script": [result.raw_wall for result in sizes],
            "one file of 1% changed": [result.small_change.cost.wall for result in sizes],
            "nothing changed": [result.unchanged.cost.wall for result in sizes],
        }
        for label, seconds in series.items():
            axes.loglog(rows, seconds, marker="o", markersize=4, label=label)
        for library in dict.fromkeys(name for result in sizes for name in result.frames):
            points = [(each.rows, each.frames[library].wall) for each in sizes if library in each.frames]
            axes.loglog(*zip(*points, strict=True), marker="o", markersize=4, label=f"{library}, indicators only")
        axes.set_xlabel("crawl rows")
        axes.set_ylabel("seconds")
        axes.set_xticks(MARKED, [f"{mark / 1e6:g} M" for mark in MARKED])
        axes.yaxis.set_major_formatter("{x:g}")
        axes.minorticks_off()
        axes.grid(visible=True, linewidth=0.4, alpha=0.6)
        figure.legend(loc="outside right upper", frameon=False)
        figure.savefig(path, format="svg", metadata={"Date": None})
