"""The plan of an ingest: how the listed files of a source are cut into lots, each landed in one go, by one worker.

It follows from names and sizes alone: whoever lists the same files makes the same plan, before a byte of them is read
and whatever has been landed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import TypeVar

from pipelines.ingest.contracts import Contract
from pipelines.ingest.inbox import Delivery
from pipelines.ingest.readers import kind_read_together, values_in_file_name

# Fewer small files than this are read one by one: each then has its own landed file, and is replaced alone.
FEWEST_TOGETHER = 16
# A bundle is written anew when one of its files changes, so it stays small beside what the disk does in a second.
MOST_TOGETHER = 1_000
MOST_BYTES_OF_A_LOT = 32 << 20

Lot = list[Delivery]
Work = TypeVar("Work")


def plan_lots(deliveries: Iterable[Delivery], contract: Contract) -> list[Lot]:
    """The lots: small files of one format together whose names say the same, all others alone.

    What another file corrects, by its name, is in none.
    """
    alike: dict[object, Lot] = {}
    for delivery in _uncorrected(list(deliveries), contract.correction_mark):
        kind = kind_read_together(delivery)
        said = tuple(values_in_file_name(delivery, contract).items())
        alike.setdefault((kind, said) if kind else delivery.path, []).append(delivery)
    cut = (_cut(files) if len(files) >= FEWEST_TOGETHER else ([file] for file in files) for files in alike.values())
    return list(chain.from_iterable(cut))


def still_to_land(lots: Iterable[Lot], unread: Mapping[Path, Delivery], contract: Contract) -> list[Lot]:
    """The lots of which nothing is landed, as they are, and what is left of the others, cut anew.

    Files are those of ``unread``, by path.
    """
    whole: list[Lot] = []
    left: Lot = []
    for lot in lots:
        rest = [unread[delivery.path] for delivery in lot if delivery.path in unread]
        if len(rest) == len(lot):
            whole.append(rest)
        else:
            left += rest
    return [*whole, *plan_lots(left, contract)]


def share_of(work: Sequence[tuple[Work, int]], part: int, parts: int) -> list[Work]:
    """One of so many parts of the work, of about as many bytes as every other: the largest goes to whoever has least.

    Parts count from 1.
    """
    given = [0] * parts
    mine = []
    for each, byte_count in sorted(work, key=lambda sized: -sized[1]):
        least = min(range(parts), key=given.__getitem__)
        # What is empty is work as well.
        given[least] += max(1, byte_count)
        if least == part - 1:
            mine.append(each)
    return mine


def byte_count_of(lot: Lot) -> int:
    """The bytes of the delivered files of a lot."""
    return sum(delivery.byte_count for delivery in lot)


def _uncorrected(deliveries: Lot, correction_mark: str) -> Iterator[Delivery]:
    versions = [delivery.version(correction_mark) for delivery in deliveries]
    latest: dict[str, int] = {}
    for name, number in versions:
        latest[name] = max(number, latest.get(name, 0))
    return (delivery for delivery, (name, number) in zip(deliveries, versions, strict=True) if number == latest[name])


def _cut(files: Iterable[Delivery]) -> Iterator[Lot]:
    lot: Lot = []
    size = 0
    for delivery in files:
        if len(lot) == MOST_TOGETHER or (lot and size + delivery.byte_count > MOST_BYTES_OF_A_LOT):
            yield lot
            lot, size = [], 0
        lot.append(delivery)
        size += delivery.byte_count
    yield lot
