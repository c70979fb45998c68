"""Prints the releases of a home: as a table for people, or as JSON lines for programs."""

from rich.console import Console
from rich.table import Table

from pipelines.releases.listing import ListedRelease

NARROWEST = 120


def print_releases(listed: list[ListedRelease], output: str) -> None:
    """Print releases as a table or as JSON lines."""
    if output == "json":
        for release in listed:
            print(release.model_dump_json())
        return
    table = Table("release", "", "published", "inputs", "rows", "warnings", "code", "data")
    table.columns[0].no_wrap = table.columns[2].no_wrap = True
    for release in listed:
        mark = "current" if release.is_current else "withdrawn" if release.is_withdrawn else ""
        table.add_row(
            release.release_id,
            f"{mark} ({release.reason})" if release.reason and release.is_withdrawn else mark,
            release.published_at or "",
            f"{release.input_count}{'' if release.are_inputs_kept else ' (not kept)'}",
            f"{release.row_count:,}",
            str(release.warning_count),
            release.code_version[:8],
            "synthetic" if release.is_synthetic else "real",
        )
    Console(width=max(Console().width, NARROWEST), markup=False, emoji=False).print(table)
