"""Prints what became of a framework's table, and what a person has to look at."""

from collections.abc import Iterable
from pathlib import Path
from zipfile import is_zipfile

from pipelines.ingest.readers.workbook_package import look_over
from pipelines.reference.framework_import import Import, NewIndex, Origin, Row, import_framework
from pipelines.reference.framework_table import read_table
from pipelines.reference.frameworks import NODES
from pipelines.reference.rows import shown_seed


def import_and_print(
    seeds: Path,
    path: Path,
    index_code: str,
    edition: int,
    source: str,
    new_index: NewIndex | None,
    *,
    fill_up: bool,
    is_in_shares: bool,
) -> None:
    """Write the rows of a framework after its table, and print what was written and what is left to do."""
    # A sheet with a stray cell in its last corner would fill the memory.
    if is_zipfile(path):
        look_over(path, path.name)
    imported = import_framework(
        seeds,
        index_code,
        edition,
        read_table(path),
        Origin(path.name, source),
        new_index=new_index,
        fill_up=fill_up,
        is_in_shares=is_in_shares,
    )
    print(f"{shown_seed(seeds, NODES)}: {len(imported.nodes)} rows of {index_code} of {edition}")
    if imported.model_edition is not None:
        print(f"codes, measures and methods of what {imported.model_edition} has under the same names are taken over")
    if imported.framework is not None:
        print("its row in frameworks.csv is new: look at whom it is about and within what subjects are ranked")
    _print_left(imported)


def _print_left(imported: Import) -> None:
    _print_rows("points the table does not show, given to a node of their own", imported.filled_up, "weight")
    _print_rows("without a measure yet, so experts score them", imported.without_measure, "measure_code")
    _print_rows("without an English name yet", imported.untranslated, "node_code")
    if imported.dropped:
        print(f"no longer there: {', '.join(imported.dropped)}")


def _print_rows(told: str, rows: Iterable[Row], column: str) -> None:
    shown = [f"  {row['name_zh']}  {row[column]}" for row in rows]
    if shown:
        print(f"{told} ({len(shown)}):", *shown, sep="\n")
