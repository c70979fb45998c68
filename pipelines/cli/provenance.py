"""Prints where a published row comes from: in tables for people, or as JSON for programs."""

import json

from rich.console import Console
from rich.table import Table

from pipelines.foundation.sql import Row
from pipelines.publication.provenance import Provenance


def print_provenance(found: Provenance, output: str) -> None:
    """Print it as JSON, or in tables a person reads."""
    if output == "json":
        print(json.dumps(found.model_dump(mode="json"), ensure_ascii=False, indent=1, default=str))
        return
    console = Console(markup=False, emoji=False)
    console.print(f"{found.table} 于 {found.release_id}", highlight=False)
    for name, value in found.row.items():
        if value is not None:
            console.print(f"  {name}: {value}", highlight=False, soft_wrap=True)
    models = [{k: model[k] for k in ("steps", "name", "kind", "meaning")} for model in found.models]
    held = sum(check.passed for check in found.checks)
    failed = [check for check in found.checks if not check.passed]
    console.print(_table("由何计算 Made from", models))
    console.print(f"检验 Checks: {held} / {len(found.checks)}", highlight=False)
    for check in failed:
        console.print(f"  {check.severity}: {check.table}, {check.why}", highlight=False, soft_wrap=True)
    console.print(_table("输入文件 Input files", found.files))
    console.print(_table(f"单位 Units ({found.unit_count:,})", found.units))
    if found.rows_note:
        console.print(f"输入行 Input rows: {found.rows_note}", highlight=False)
        return
    counts = ", ".join(f"{source} {count:,}" for source, count in found.row_counts.items())
    rows = [{**row, "cells": json.dumps(row["cells"], ensure_ascii=False)} for row in found.rows]
    console.print(_table(f"输入行 Input rows ({counts})", rows))


def _table(title: str, rows: list[Row]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold")
    names = list(rows[0]) if rows else ["—"]
    for name in names:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*("" if row[name] is None else str(row[name]) for name in names))
    return table
