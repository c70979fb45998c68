"""Prints who moves under other weights: as a table for people, or every subject as JSON for programs."""

import json
from itertools import groupby

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pipelines.cli.explanation import wide_console
from pipelines.foundation.sql import Row


def print_reranking(rows: list[Row], output: str, limit: int) -> None:
    """Print ranks as published and under other weights, at most so many subjects of a class."""
    if output == "json":
        print(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    console = wide_console()
    for (index_code, rank_class), members in groupby(rows, key=lambda row: (row["index_code"], row["rank_class"])):
        _print_class(console, index_code, rank_class, list(members), limit)


def _print_class(console: Console, index_code: str, rank_class: str, members: list[Row], limit: int) -> None:
    ranked = [row for row in members if row["published_rank"] is not None]
    moved = [row for row in members if row["published_rank"] != row["new_rank"]]
    title = f"{index_code} ({rank_class})"
    moves = f"{title}  {len(ranked)} 个对象中 {len(moved)} 个变动位次 of {len(ranked)} ranked {len(moved)} move"
    console.print(moves)
    if not moved:
        return
    moved.sort(key=lambda row: (-abs(row["places_gained"] or 0), row["new_rank"] or 0, row["subject_id"]))
    columns = (
        "对象 subject",
        "名称 name",
        "原名次 was",
        "新名次 is",
        "升降 places",
        "原得分 score was",
        "新得分 score is",
    )
    table = Table(*columns)
    table.columns[0].no_wrap = True
    for row in moved[:limit]:
        table.add_row(
            escape(row["subject_id"]),
            escape(row["subject_name"]),
            *(_whole(row[name]) for name in ("published_rank", "new_rank")),
            "—" if row["places_gained"] is None else f"{row['places_gained']:+d}",
            *(_score(row[name]) for name in ("published_score", "new_score")),
        )
    console.print(table)
    if len(moved) > limit:
        console.print(f"其余 {len(moved) - limit} 个未列出 more are not shown: --limit, --format json")


def _whole(number: int | None) -> str:
    return "—" if number is None else str(number)


def _score(number: float | None) -> str:
    return "—" if number is None else f"{number:.4f}"
