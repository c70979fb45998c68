"""Prints the editor's queue of citations."""

import shlex
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pipelines.questions.citations import take_back, waiting, write_queue
from pipelines.releases.release import Release
from pipelines.settings import Settings

NOTHING_WAITS = "every citation was written by an editor"


def print_queue(release: Release, out: Path | None) -> None:
    """Print whose citation is still a draft; with a file, write them to it, to be filled in."""
    rows = waiting(release)
    if out is not None and rows:
        write_queue(rows, out)
        back = f"ceping citations --take {shlex.quote(out.name)}"
        print(f"{out}: {len(rows)} winners; fill in 获奖理由 and bring it back by: {back}")
        return
    table = Table("奖项 title", "组别 class", "获评对象 winner", "字数 length", "须复核 to be looked at", box=None)
    for column in table.columns:
        column.overflow = "fold"
    for row in rows:
        cells = (row["title_name_zh"], row["class_name_zh"] or "", row["subject_name_zh"])
        table.add_row(*map(escape, cells), str(len(row["citation_zh"])), escape(row["doubt"]))
    Console(soft_wrap=True, highlight=False, emoji=False).print(table)
    doubts = sum(bool(row["doubt"]) for row in rows)
    print(f"\n{len(rows)} drafts, {doubts} wins to be looked at" if rows else NOTHING_WAITS)


def take_and_print(settings: Settings, path: Path) -> None:
    """Put what an editor filled in into the inbox, and say what comes next."""
    target, count = take_back(settings, path)
    print(f"{target}: {count} citations; the next run publishes them")
