"""Judges the reference data before anything runs: what every seed promises, and whether frameworks can be scored by."""

from pathlib import Path

from pipelines.errors import SeedError
from pipelines.reference import frameworks, seeds
from pipelines.reference.frameworks import MEASURES
from pipelines.reference.rows import HEADER_LINE, Fault, read_rows


def require_sound_reference(folder: Path, given: frozenset[str]) -> None:
    """Refuse reference data that no edition can be built by; ``given`` are the measures that models give.

    Raises ``SeedError`` with every fault, each with its file and line.
    """
    _require_none(folder, _faults(folder, given))


def require_sound_rows(folder: Path) -> None:
    """The same in a second, whatever the models are: that they give the measures listed is taken for granted."""
    _require_none(folder, find_row_faults(folder))


def find_row_faults(folder: Path) -> list[Fault]:
    """Every fault of the reference data that shows in its rows alone."""
    return _faults(folder, None)


def _faults(folder: Path, given: frozenset[str] | None) -> list[Fault]:
    faults = list(seeds.find_faults(folder))
    if not any(fault.line in (None, HEADER_LINE) for fault in faults):
        listed = frozenset(row["measure_code"] for _, row in read_rows(folder, MEASURES))
        faults += frameworks.find_faults(folder, listed if given is None else given)
    return faults


def _require_none(folder: Path, faults: list[Fault]) -> None:
    if faults:
        raise SeedError("\n".join(["the reference data cannot be used:", *(fault.told(folder) for fault in faults)]))
