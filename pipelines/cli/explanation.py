"""Prints explanations of scores: as trees for people, or as JSON for programs."""

import json
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.tree import Tree

from pipelines.questions.explanation import Explanation, Part

ROWS_SHOWN = 12
PIPED_WIDTH = 240
# How a value has to stand to the one that is named.
RELATIONS = {
    "at_least": "≥",
    "at_most": "≤",
    "above": ">",
    "below": "<",
    "exactly": "=",
    "other_than": "≠",
}
CANNOT_ALONE = "cannot_alone"
ABSENCES = {
    "not_offered": "未提供 not offered",
    "not_applicable": "不适用 does not apply",
    "not_measured": "未测 not measured",
}
Facts = dict[str, Any]


def print_explanations(explanations: list[Explanation], output: str) -> None:
    """Print why a subject has its scores and ranks."""
    if output == "json":
        print(json.dumps([one.as_row() for one in explanations], ensure_ascii=False, indent=1))
        return
    console = wide_console()
    for one in explanations:
        console.print(_tree(one))
        console.print()


def wide_console() -> Console:
    """A console as wide as the terminal; what is piped elsewhere has room for whole lines."""
    console = Console(highlight=False, emoji=False)
    return console if console.is_terminal else Console(highlight=False, emoji=False, width=PIPED_WIDTH)


def _tree(explanation: Explanation) -> Tree:
    facts = explanation.facts
    title = f"[bold]{escape(facts['subject_name'])}[/bold]  {escape(facts['subject_id'])}"
    name = f"{facts['index_name_zh']} {facts['index_name_en']}"
    tree = Tree(f"{title}\n[bold]{escape(name)}[/bold]  {_standing(facts)}")
    _grow(tree, explanation.root, facts["next_rank"])
    return tree


def _standing(facts: Facts) -> str:
    synthetic = "  [yellow]合成数据 synthetic[/yellow]" if facts["is_synthetic"] else ""
    if facts["subject_rank"] is None:
        reason = f"{facts['unranked_reason']} ({facts['index_coverage']:.0%} / {facts['coverage_min']:.0%})"
        return f"未排名 not ranked: {escape(reason)}{synthetic}"
    tied = f"，并列 tied {facts['tied_count']}" if facts["tied_count"] > 1 else ""
    passed = {None: "", True: "  合格 passed", False: "  不合格 failed"}[facts["is_passed"]]
    rank = f"第 rank {facts['subject_rank']} / {facts['ranked_count']} ({escape(facts['rank_class'])}){tied}"
    target = ""
    if facts["next_rank"] is not None:
        target = f"\n升至第 {facts['next_rank']} 名需 rank {facts['next_rank']} takes {facts['next_score']:.4f}"
    if facts["missing_rank_p10"] is not None:
        low, high = facts["missing_rank_p10"], facts["missing_rank_p90"]
        target += (
            f"\n未测部分若在同组第 10 至 90 百分位 if what was not measured stood at percentiles 10 to 90: {low}–{high}"
        )
    return f"{rank}  得分 score {facts['index_score']:.4f}{passed}{synthetic}{target}"


def _grow(tree: Tree, part: Part, next_rank: int | None) -> None:
    facts = part.facts
    branch = tree.add("\n".join([_heading(facts), *_details(facts, next_rank)]))
    for child in part.parts:
        _grow(branch, child, next_rank)


def _heading(facts: Facts) -> str:
    name = f"[bold]{escape(facts['name_zh'])}[/bold] {escape(facts['name_en'])}"
    if facts["score"] is None:
        return f"{name}  [red]未评价 not evaluated: {escape(facts['null_reason'] or '')}[/red]"
    shown = [f"{facts['score']:.4f}"]
    if facts["weight_used"] is not None:
        shown.append(f"× {facts['weight_used']:.4f} = {facts['weighted_score']:.4f}")
    if facts["contribution_share"] is not None:
        shown.append(f"贡献 contributes {facts['contribution_share']:.1%}")
    if facts["is_vetoed"]:
        shown.append("[red]单项否决 vetoed[/red]")
    return f"{name}  {'  '.join(shown)}"


def _details(facts: Facts, next_rank: int | None) -> list[str]:
    lines = []
    if facts["is_leaf"]:
        lines.append(f"[dim]{_measured(facts)}[/dim]")
    if facts["change_code"] is not None:
        lines.append(f"[cyan]{_change(facts, next_rank)}[/cyan]")
    lines += [f"[dim]{escape(_rows_read(read))}[/dim]" for read in facts["evidence"] or ()]
    return lines


def _measured(facts: Facts) -> str:
    divided = f" / {facts['denominator_code']}" if facts["denominator_code"] else ""
    value = "—" if facts["raw_value"] is None else f"{facts['raw_value']:.6g}"
    shown = [f"{facts['measure_code']}{divided} = {value}", f"{facts['normalisation']}"]
    if facts["absence"] is not None:
        stands_in = "，以此代之 and this stands in for it" if facts["is_imputed"] else ""
        shown.append(f"{ABSENCES[facts['absence']]}{stands_in}")
    if facts["sample_size"] is not None:
        shown.append(f"n = {facts['sample_size']}")
    if facts["standard_error"]:
        shown.append(f"± {facts['standard_error']:.4f}")
    return escape("  ".join(shown))


def _change(facts: Facts, next_rank: int | None) -> str:
    if facts["change_code"] == CANNOT_ALONE:
        return f"单凭此项不能升至第 {next_rank} 名 cannot alone reach rank {next_rank}"
    needed = f"{RELATIONS[facts['change_code']]} {facts['needed_value']:.6g}"
    return f"此项 {needed} 可升至第 {next_rank} 名 alone reaches rank {next_rank} at {needed}"


def _rows_read(read: Facts) -> str:
    place = f"{read['source']}/{read['file_name']}" + (f" [{read['sheet']}]" if read["sheet"] else "")
    count = read["row_count"]
    if read["row_numbers"] is not None:
        numbers = read["row_numbers"].split(", ")
        rest = ", …" if len(numbers) > ROWS_SHOWN else ""
        return f"{place}  行 rows {', '.join(numbers[:ROWS_SHOWN])}{rest}  ({count})"
    if read["first_row_number"] is None:
        return f"{place}  {count} 行，不列行号 rows, not named"
    return f"{place}  {count} 行 rows {read['first_row_number']}–{read['last_row_number']}"
