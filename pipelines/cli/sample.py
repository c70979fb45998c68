"""Prints the plan of a sample, and writes the list of who was drawn."""

from pathlib import Path

from rich.console import Console
from rich.table import Table

from pipelines.ingest.contracts import find_contract
from pipelines.ingest.form import write_template
from pipelines.questions.sample_list import Sample, Wish, list_sample, plan_and_draw
from pipelines.settings import Settings


def draw_and_print(settings: Settings, wish: Wish, out: Path | None) -> None:
    """Print how many are drawn of each stratum and how sure the share is then; with a file, list them in it."""
    sample = plan_and_draw(settings, wish)
    _print_plan(sample, wish)
    if out is None:
        print("nothing was written; --out FILE lists who was drawn")
        return
    write_template(find_contract(wish.source), out, list_sample(sample, wish.source))
    print(f"{out}: {len(sample.drawn)} subjects, for the inbox folder {wish.source} when filled in")


def _print_plan(sample: Sample, wish: Wish) -> None:
    plan = sample.plan
    table = Table("stratum", "subjects", "share known", "drawn", "probability", box=None)
    for name in ("subjects", "share known", "drawn", "probability"):
        table.columns[[str(column.header) for column in table.columns].index(name)].justify = "right"
    for stratum in plan.strata:
        count = plan.counts[stratum.code]
        shown = (f"{stratum.size:,}", f"{stratum.prior:.1%}", f"{count:,}", f"{count / stratum.size:.4f}")
        table.add_row(stratum.code, *shown)
    Console(soft_wrap=True, highlight=False, markup=False, emoji=False).print(table)
    total, drawn = sum(stratum.size for stratum in plan.strata), sum(plan.counts.values())
    if plan.is_full_count:
        print(f"\n{drawn:,} of {total:,}: a full count, without a sampling error")
        return
    design = f"{len(plan.strata)} strata, {wish.allocation}"
    print(f"\n{drawn:,} of {total:,} ({design}; shares: {sample.known_from})")
    print(f"margin {plan.margin:.2%} at {plan.confidence:.0%}; without strata {plan.simple_count:,} would be needed")
