"""Prints the rows of a new edition that were written, and what a person has to think about."""

from pathlib import Path

from pipelines.reference.editions import CopiedRows, untouched_seeds
from pipelines.reference.rows import shown_seed

UNTOUCHED = {
    "empty": "Left empty, as the rows come with what is delivered or printed",
    "lasting": "Left as they are, as rows hold until a later edition has others",
}


def print_new_edition(seeds: Path, edition: int, model: int, written: list[CopiedRows]) -> None:
    """Print each file with its new lines, what was changed in them, and what needs thought."""
    total = sum(len(each.rows) for each in written)
    print(f"Edition {edition} after {model}: {total} rows in {len(written)} files. Think about:\n")
    for each in written:
        _print_rows(seeds, model, each)
    for kind, told in UNTOUCHED.items():
        places = [place for place, rows in untouched_seeds(seeds).items() if rows == kind]
        print(f"{told}: {', '.join(places)}")
    print(f"\nThen: files into the inbox of {edition}, and ceping run --edition {edition}")


def _print_rows(seeds: Path, model: int, written: CopiedRows) -> None:
    count = len(written.rows)
    print(f"{shown_seed(seeds, written.seed)}, from line {written.line}: {count} row{'s' * (count > 1)}")
    if written.rule.think:
        print(f"  {written.rule.think.english} {written.rule.think.zh}")
    if written.rule.shifted:
        print(f"  years moved on in: {', '.join(written.rule.shifted)}")
    for column, value in written.rule.replaced.items():
        print(f"  {column}: {value or 'empty'}")
    named = written.names(model)
    if named:
        print(f"  still naming {model}: {', '.join(f'{column} ({rows})' for column, rows in named.items())}")
    print()
