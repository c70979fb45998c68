"""One worker's part of an ingest: it lands its share of the plan, whatever others do meanwhile, and closes nothing.

Who runs the edition then finds landed what the workers have landed, and lands what they have not.
"""

from dataclasses import dataclass
from typing import Self

from pipelines.errors import CepingError, DeliveryError
from pipelines.ingest.contracts import Contract, load_contracts
from pipelines.ingest.facts import Fact, opened_objects
from pipelines.ingest.faults import told_together
from pipelines.ingest.inbox import Delivery, delivered_files, is_utf_8
from pipelines.ingest.loading import Outcomes, Progress
from pipelines.ingest.plan import Lot, byte_count_of, plan_lots, share_of
from pipelines.ingest.source import SourceRun
from pipelines.settings import Settings


@dataclass(frozen=True)
class Part:
    """Which of so many parts; they count from 1."""

    number: int
    of: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """A part as it is typed, ``3/16``; raises ``CepingError`` where it is none."""
        number, _, of = text.partition("/")
        if not (number.isdecimal() and of.isdecimal() and 1 <= int(number) <= int(of)):
            raise CepingError(f"--part: a part is written as 3/16, from 1/16 to 16/16, not {text}")
        return cls(int(number), int(of))

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"


def land_part(settings: Settings, part: Part, progress: Progress) -> int:
    """Land a part of the inbox; returns how many files were read now, as what is landed is passed over.

    Every readable file is landed even where another fails; then ``DeliveryError`` tells each fault.
    """
    if not settings.inbox_dir.is_dir():
        raise DeliveryError(f"there is no inbox at {settings.inbox_dir}")
    faults: list[tuple[str, str]] = []
    read_count = 0
    for contract, lots in planned(settings, part):
        for path, outcome in _landed(contract, lots, settings, progress).items():
            read_count += isinstance(outcome, Fact)
            if isinstance(outcome, str):
                faults.append((Delivery(contract.name, path).label, outcome))
    if faults:
        raise DeliveryError("\n".join(told_together(faults)))
    return read_count


def planned(settings: Settings, part: Part) -> list[tuple[Contract, list[Lot]]]:
    """The lots of a part, source by source; all parts together have every lot once."""
    work = [
        ((contract, lot), byte_count_of(lot))
        for contract in load_contracts().values()
        for lot in plan_lots(_listed(contract, settings), contract)
    ]
    lots: dict[str, tuple[Contract, list[Lot]]] = {}
    for contract, lot in share_of(work, part.number, part.of):
        lots.setdefault(contract.name, (contract, []))[1].append(lot)
    return list(lots.values())


def _listed(contract: Contract, settings: Settings) -> list[Delivery]:
    paths = delivered_files(settings.inbox_dir, contract.name)
    return [Delivery(contract.name, path) for path in paths if is_utf_8(path.name)]


def _landed(contract: Contract, lots: list[Lot], settings: Settings, progress: Progress) -> Outcomes:
    with opened_objects(settings, contract.name) as objects:
        return SourceRun.begun(contract, settings, objects, progress).land_lots(lots)
