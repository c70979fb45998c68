"""The inbox of one source as it is listed: each file hashed, or with the sentence why it cannot be."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pipelines.errors import DeliveryError
from pipelines.ingest.contracts import Contract
from pipelines.ingest.facts import Fact
from pipelines.ingest.faults import failed_reading
from pipelines.ingest.inbox import Delivery, require_readable_name, shown_name
from pipelines.ingest.ledger import Listed
from pipelines.ingest.memory import FileMark, SourceMemory

Marks = dict[str, list[FileMark]]


@dataclass(frozen=True)
class Listing:
    """Listed files of one source: those that were hashed, and why others could not be, by their names."""

    deliveries: tuple[Delivery, ...]
    refused: dict[str, str]
    files: tuple[Listed, ...]


def marks_of(facts: Iterable[Fact]) -> Marks:
    """The files that facts tell of as whoever read them saw them, by the names they may be shown by."""
    marks: Marks = {}
    for fact in facts:
        marks.setdefault(fact.file_name, []).append(fact.mark)
    return marks


def recognise(source: str, path: Path, memory: SourceMemory, others: Marks | None = None) -> Delivery:
    """The delivery at a path; a file that nothing has touched since it was hashed is not hashed again.

    What this home has not hashed itself another may have, who sees the same folder.
    """
    own = memory.delivered.get(path.name)
    marks = [own] if own is not None else (others or {}).get(shown_name(path), [])
    return Delivery(source, path, next((mark for mark in marks if mark.is_untouched(path)), None))


def list_files(deliveries: Iterable[Delivery], contract: Contract) -> Listing:
    """Hash what is not hashed yet."""
    hashed, refused, files = [], {}, []
    for delivery in deliveries:
        try:
            require_readable_name(delivery.path)
            files.append(_listed(delivery, delivery.mark, contract))
            hashed.append(delivery)
        except (DeliveryError, OSError) as failure:
            files.append(_listed(delivery, None, contract))
            refused[delivery.path.name] = failed_reading(delivery.label, failure)
    return Listing(tuple(hashed), refused, tuple(files))


def _listed(delivery: Delivery, mark: FileMark | None, contract: Contract) -> Listed:
    subject, correction = delivery.version(contract.correction_mark)
    return Listed(
        name=delivery.path.name,
        shown_name=delivery.name,
        sha256=mark.sha256 if mark is not None else None,
        byte_count=mark.byte_count if mark is not None else 0,
        modified_ns=mark.modified_ns if mark is not None else 0,
        subject=subject,
        correction=correction,
    )
