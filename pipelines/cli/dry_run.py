"""Prints what a dry run found, for people or for programs."""

import json
from collections.abc import Iterable
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from pipelines.errors import CepingError
from pipelines.ingest.contracts import load_contracts
from pipelines.ingest.dry_run import FileCheck, Reason
from pipelines.ingest.faults import told_together
from pipelines.reference.rows import read_rows
from pipelines.reference.soundness import require_sound_rows
from pipelines.robustness.rules import read_rules
from pipelines.settings import Settings

FIT, UNFIT, FAILED = 0, 1, 2


def print_checks(checks: Iterable[FileCheck], output: str, seeds: Path) -> int:
    """Print each check as soon as it is there, failures last.

    The reference data are judged beside them: frameworks above all. Returns 0 where every row is fit, 1 where some are
    not, 2 where a file cannot be read or a run would be refused for its seeds.
    """
    seen = []
    reasons = _reason_texts()
    console = Console(soft_wrap=True, highlight=False, emoji=False)
    for check in checks:
        seen.append(check)
        if output == "table" and check.error is None:
            _print_check(console, check, reasons)
    if output == "table":
        _print_failures(console, [check for check in seen if check.error is not None])
    refusal = _refused_reference(seeds)
    if output == "json":
        found = {"files": [check.model_dump() for check in seen], "reference": refusal}
        print(json.dumps(found, ensure_ascii=False, indent=1))
    elif refusal is not None:
        console.print(f"[red]a run would be refused[/red]  {escape(refusal)}\n")
    if refusal is not None or any(check.error for check in seen):
        return FAILED
    return FIT if all(check.is_fit for check in seen) else UNFIT


def _refused_reference(seeds: Path) -> str | None:
    """Why no edition can be run by the seeds, as a run would say it; nothing where one can."""
    try:
        require_sound_rows(seeds)
        read_rules(seeds)
    except CepingError as refusal:
        return str(refusal)
    return None


def _reason_texts() -> dict[str, str]:
    texts = read_rows(Settings().seeds_dir, "quarantine_reasons")
    return {row["reason_code"]: f"{row['reason_zh']} · {row['reason_en']}" for _, row in texts}


def _print_failures(console: Console, failed: Iterable[FileCheck]) -> None:
    """What cannot be read, after all that can: the same fault in many files is one sentence."""
    faults = [(f"{check.source}/{check.file}" if check.source else check.file, check.error or "") for check in failed]
    for sentence in told_together(faults):
        console.print(f"[red]cannot be read[/red]  {escape(sentence)}\n")


def _print_check(console: Console, check: FileCheck, reasons: dict[str, str]) -> None:
    console.print(f"[bold]{escape(check.file)}[/bold]  {check.source or 'no source'}")
    console.print(f"  rows           {check.rows:,}: {_verdict(check)}")
    if check.rows_of_repeated_keys:
        key = ", ".join(load_contracts()[check.source].key)
        console.print(f"  repeated keys  {check.rows_of_repeated_keys:,} rows share their {key} with another")
    for name, values in (
        ("encoding", [check.encoding] if check.encoding else []),
        ("sheets", check.sheets),
        ("no table in", check.ignored_sheets),
        ("hidden rows", [f"{check.hidden_rows:,}, read like all others"] if check.hidden_rows else []),
        ("not pages", [f"{count:,} {kind} records" for kind, count in check.skipped_records.items()]),
        (
            "columns",
            [f"{header} → {column}" if header != column else column for column, header in check.matched.items()],
        ),
        ("by file name", check.from_file_name),
        ("questions", check.gathered),
        ("not delivered", check.not_delivered),
        ("unknown", check.unknown),
    ):
        if values:
            console.print(f"  {name:<14} {escape(', '.join(values))}")
    if check.lost:
        console.print(f"  [red]✗[/red] look like questions, and nothing reads them: {escape(', '.join(check.lost))}")
    for reason in check.reasons:
        console.print(f"  [red]✗[/red] {escape(_reason_line(reason, reasons))}")
    console.print()


def _verdict(check: FileCheck) -> str:
    if not check.rows:
        return "[red]nothing was read[/red]"
    if check.rows_quarantined:
        return f"[red]{check.rows_quarantined:,} would be quarantined[/red]"
    return "all fit"


def _reason_line(reason: Reason, reasons: dict[str, str]) -> str:
    where = "; ".join(
        f"{f'sheet {example.sheet}, ' if example.sheet else ''}row {example.row_number}"
        f"{f': {example.value}' if example.value else ''}"
        for example in reason.examples
    )
    text = reasons.get(reason.reason_code, reason.reason_code)
    return f"{reason.row_count:,} × {reason.column_name or 'whole row'}: {text} ({where})"
