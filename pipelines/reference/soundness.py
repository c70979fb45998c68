"""Judges the reference data before anything runs: what every seed promises, and whether frameworks can be scored by."""

from pathlib import Path

from pipelines.errors import SeedError
from pipelines.reference import frameworks, seeds
from pipelines.reference.rows import HEADER_LINE


def require_sound_reference(folder: Path, given: frozenset[str]) -> None:
    """Refuse reference data that no edition can be built by; ``given`` are the measures that models give.

    Raises ``SeedError`` with every fault, each with its file and line.
    """
    faults = list(seeds.find_faults(folder))
    if not any(fault.line in (None, HEADER_LINE) for fault in faults):
        faults += frameworks.find_faults(folder, given)
    if faults:
        raise SeedError("\n".join(["the reference data cannot be used:", *(fault.told(folder) for fault in faults)]))
