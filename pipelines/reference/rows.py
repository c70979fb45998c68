"""Rows of seeds as Python reads them: numbered as an editor shows them, and named where something is wrong.

Belongs here: finding and reading. Does not belong here: what a row of a certain seed must be.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from pipelines.errors import SeedError

HEADER_LINE = 1

Row = TypeVar("Row", bound=BaseModel)


@dataclass(frozen=True)
class Fault:
    """What is wrong with one row of a seed, or with the seed as a whole: then there is no line."""

    seed: str
    line: int | None
    text: str

    def told(self, seeds: Path) -> str:
        """The fault in a sentence, with the place of the seed in a folder of them."""
        if self.line is None:
            return f"{self.seed}.csv: {self.text}"
        return f"{shown_seed(seeds, self.seed)}, line {self.line}: {self.text}"


def seed_path(seeds: Path, seed: str) -> Path:
    """The file of a seed, in whatever folder below ``seeds``; raises ``SeedError`` where it is not one file."""
    found = sorted(seeds.rglob(f"{seed}.csv"))
    if len(found) != 1:
        places = ", ".join(_shown(seeds, path) for path in found) or "none"
        raise SeedError(f"{seed}.csv: expected one file of this name in {seeds}, found {places}")
    return found[0]


def shown_seed(seeds: Path, seed: str) -> str:
    """The place of a seed as errors name it: from the folder's own name on."""
    return _shown(seeds, seed_path(seeds, seed))


def read_cells(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Every row of a CSV file, its header first, with the line it begins on; blank lines are no rows."""
    with path.open(encoding="utf-8", newline="") as stream:
        reader = csv.reader(stream)
        line = HEADER_LINE
        for cells in reader:
            if cells:
                yield line, cells
            line = reader.line_num + 1


def read_rows(seeds: Path, seed: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Every row of a seed by its header, with the line it begins on.

    Raises ``SeedError`` where a row has more or fewer cells than the header.
    """
    rows = read_cells(seed_path(seeds, seed))
    _, header = next(rows)
    for line, cells in rows:
        if len(cells) != len(header):
            fault = Fault(seed, line, f"expected {len(header)} cells, found {len(cells)}")
            raise SeedError(fault.told(seeds))
        yield line, dict(zip(header, cells, strict=True))


def rows_with(seeds: Path, seed: str, **cells: str | int) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a seed that have these cells, such as those of one index and edition, with their lines."""
    wanted = {name: str(cell) for name, cell in cells.items()}
    return ((line, row) for line, row in read_rows(seeds, seed) if wanted.items() <= row.items())


def read_valid_rows(seeds: Path, seed: str, kind: type[Row]) -> tuple[dict[int, Row], list[Fault]]:
    """The rows of a seed that are of a kind, by line, and what is wrong with each of the others."""
    rows: dict[int, Row] = {}
    faults = []
    for line, cells in read_rows(seeds, seed):
        try:
            rows[line] = kind.model_validate(cells)
        except ValidationError as error:
            for problem in error.errors():
                column = ".".join(map(str, problem["loc"])) or "the row"
                faults.append(Fault(seed, line, f"{column}: {problem['msg']}, found {problem['input']!r:.80}"))
    return rows, faults


def _shown(seeds: Path, path: Path) -> str:
    return path.relative_to(seeds.parent).as_posix()
