"""How faults of files are told: one sentence a file, and the same fault in many files is one sentence."""

from collections.abc import Iterable

from pipelines.errors import DeliveryError, told, with_advice

SHOWN_FILES = 3


def told_together(faults: Iterable[tuple[str, str]]) -> list[str]:
    """Sentences for faults given as a file's label and its message, which begins with the label.

    A fault of several files names the first of them and how many there are.
    """
    files: dict[str, list[str]] = {}
    for label, message in faults:
        files.setdefault(message.removeprefix(label), []).append(label)
    return [_named(labels) + fault for fault, labels in files.items()]


def _named(labels: list[str]) -> str:
    if len(labels) == 1:
        return labels[0]
    more = len(labels) - SHOWN_FILES
    names = ", ".join(labels[:SHOWN_FILES])
    return f"{len(labels):,} files ({names}{f' and {more:,} more' if more > 0 else ''})"


def failed_reading(label: str, failure: Exception) -> str:
    """The sentence on a file that could not be read, whatever a library makes of its bytes: the others are read."""
    if isinstance(failure, OSError):
        return f"{label}: {with_advice(failure.strerror or str(failure))}"
    if isinstance(failure, DeliveryError):
        return told(failure) or str(failure)
    # What else it says may be what stands in the file.
    return f"{label}: cannot be read, it is damaged or of an unknown form ({type(failure).__name__})"
