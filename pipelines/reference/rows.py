"""Rows of seeds as Python checks them: numbered as an editor shows them, and named where something is wrong."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from pipelines.errors import CepingError

FIRST_LINE = 2

Row = TypeVar("Row", bound=BaseModel)


@dataclass(frozen=True)
class Fault:
    """What is wrong with one row of a seed."""

    seed: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"seeds/{self.seed}.csv, line {self.line}: {self.text}"


def seed_path(seeds: Path, seed: str) -> Path:
    """The file of a seed, in whichever folder below the seeds it lies.

    Raises ``CepingError`` where there is none, or more than one.
    """
    found = sorted(seeds.rglob(f"{seed}.csv"))
    if len(found) != 1:
        raise CepingError(f"expected one {seed}.csv in {seeds}, found {len(found)}")
    return found[0]


def read_rows(seeds: Path, seed: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Every row of a seed with its line."""
    with seed_path(seeds, seed).open(encoding="utf-8", newline="") as stream:
        yield from enumerate(csv.DictReader(stream), start=FIRST_LINE)


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
