"""The editions that the seeds describe: which rows each needs, and the rows that a new one begins with.

What a new edition begins with stands in the YAML of each seed (``new_edition``), not here.
"""

import re
from calendar import isleap
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pipelines.errors import CepingError, SeedError
from pipelines.reference.rows import HEADER_LINE, Fault, read_cells, read_rows, seed_path, shown_seed
from pipelines.reference.seeds import NewEdition, find_faults, read_specs
from pipelines.reference.writing import text_with, write_sound

EDITIONS = "editions"
EVERY_EDITION = "*"
YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
LEAP_DAY = re.compile(r"(\d{4})-02-29")


@dataclass(frozen=True)
class CopiedRows:
    """The rows of a new edition in one seed; ``line`` is where the first begins."""

    seed: str
    path: Path
    rule: NewEdition
    rows: tuple[tuple[str, ...], ...]
    header: tuple[str, ...]
    line: int

    @cached_property
    def text(self) -> str:
        """The file with these rows behind all others, quoted and ended as they are."""
        return text_with(self.path, self.rows)

    def names(self, year: int) -> dict[str, int]:
        """How many of these rows still name a year, by column."""
        return Counter(
            column
            for row in self.rows
            for column, cell in zip(self.header, row, strict=True)
            if str(year) in YEAR.findall(cell)
        )


def described_editions(seeds: Path) -> list[int]:
    """The editions that have a row in the seed of editions."""
    return [int(row["edition"]) for _, row in read_rows(seeds, EDITIONS) if row.get("edition", "").isdigit()]


def require_described(seeds: Path, edition: int, sources: Collection[str]) -> None:
    """Refuse an edition while a seed it needs has no row of it: nothing would be counted by it, without a word.

    ``sources`` are those of which something was delivered. Raises ``CepingError`` naming the seeds, and the command
    that writes their rows.
    """
    lacking = [
        shown_seed(seeds, name)
        for name, rule in _rules().items()
        if {EVERY_EDITION, *sources} & set(rule.required_with) and not _rows_of(seeds, name, rule, edition)
    ]
    if lacking:
        described = described_editions(seeds)
        model = max((each for each in described if each < edition), default=max(described))
        command = f"ceping edition new {edition} --from {model}{' --missing' if edition in described else ''}"
        raise CepingError(f"edition {edition} has no row in {', '.join(lacking)}; write its rows by: {command}")


def new_edition(seeds: Path, edition: int, model: int, *, missing: bool = False) -> list[CopiedRows]:
    """Write the rows of a new edition after those of another one, all or none; returns what was written.

    With ``missing`` the edition may be there: rows go only into seeds that have none of it. Raises ``CepingError``
    where the edition is there already, or the model is not, and ``SeedError`` where a seed is broken or would be.
    """
    described = described_editions(seeds)
    place = f"{shown_seed(seeds, EDITIONS)}, which has {', '.join(map(str, described))}"
    if model not in described:
        raise CepingError(f"there is no edition {model} in {place}")
    if edition in described and not missing:
        raise CepingError(f"edition {edition} is in {place}; --missing writes what other seeds lack of it")
    copied = [
        _copy(seeds, name, rule, edition, model)
        for name, rule in _rules().items()
        if rule.rows == "copied" and not (missing and _rows_of(seeds, name, rule, edition))
    ]
    written = [each for each in copied if each.rows]
    if not written:
        raise CepingError(f"edition {edition} lacks nothing that edition {model} has")
    # The row of the edition itself comes last: until then the edition is not there.
    in_order = sorted(written, key=lambda each: each.seed != EDITIONS)
    write_sound(seeds, {each.path: each.text for each in in_order}, find_faults)
    return written


def untouched_seeds(seeds: Path) -> dict[str, str]:
    """The seeds with editions into which nothing is copied, by their place: ``empty`` or ``lasting``."""
    return {shown_seed(seeds, name): rule.rows for name, rule in _rules().items() if rule.rows != "copied"}


def shift_years(text: str, model: int, edition: int) -> str:
    """A text of one edition as another has it: the year of the edition and the one before it move on.

    >>> shift_years("2017Q3, since 2002", 2017, 2018)
    '2018Q3, since 2002'
    """
    shifted = YEAR.sub(
        lambda found: str(int(found[0]) + edition - model) if model - 1 <= int(found[0]) <= model else found[0], text
    )
    return LEAP_DAY.sub(lambda day: day[0] if isleap(int(day[1])) else f"{day[1]}-02-28", shifted)


def _rules() -> dict[str, NewEdition]:
    return {name: spec.new_edition for name, spec in read_specs().items() if spec.new_edition}


def _rows_of(seeds: Path, seed: str, rule: NewEdition, edition: int) -> list[dict[str, str]]:
    """The rows of an edition; raises ``SeedError`` where a column is not there that the rule names."""
    rows = [row for _, row in read_rows(seeds, seed)]
    missing = [column for column in (rule.column, *rule.shifted) if rows and column not in rows[0]]
    if missing:
        raise SeedError(Fault(seed, HEADER_LINE, f"expected a column {', '.join(missing)}").told(seeds))
    return [row for row in rows if row[rule.column] == str(edition)]


def _copy(seeds: Path, seed: str, rule: NewEdition, edition: int, model: int) -> CopiedRows:
    path = seed_path(seeds, seed)
    _, header = next(read_cells(path))
    had = {_named_together(row, rule) for row in _rows_of(seeds, seed, rule, edition)} if rule.together else set()
    rows = (
        row
        | {column: shift_years(row[column], model, edition) for column in rule.shifted}
        | rule.replaced
        | {rule.column: str(edition)}
        for row in _rows_of(seeds, seed, rule, model)
        if _named_together(row, rule) not in had
    )
    with path.open(encoding="utf-8") as stream:
        line = sum(1 for _ in stream) + 1
    return CopiedRows(seed, path, rule, tuple(tuple(row.values()) for row in rows), tuple(header), line)


def _named_together(row: dict[str, str], rule: NewEdition) -> tuple[str, ...]:
    return tuple(row[column] for column in rule.together)
