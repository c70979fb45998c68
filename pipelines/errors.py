"""The errors a user sees: one clear sentence, no traceback."""

import errno
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

# What to do about a failure of the machine, by its errno.
ADVICE = {
    errno.EACCES: "give the user who runs ceping the right to it",
    errno.EPERM: "give the user who runs ceping the right to it",
    errno.ENOSPC: "free space on that disk, then run again",
    errno.EDQUOT: "free space within your quota, then run again",
    errno.EFBIG: "raise the limit of the size of files (ulimit -f), then run again",
    errno.EMFILE: "raise the limit of open files (ulimit -n 1024), then run again",
    errno.EROFS: "the disk is mounted read-only: mount it for writing, then run again",
    errno.EIO: "the disk fails: copy the home to another one, then run again",
}


# What SQLite says of the same, which names no errno.
ADVICE_BY_WORDS = {
    "database or disk is full": ADVICE[errno.ENOSPC],
    "attempt to write a readonly database": ADVICE[errno.EACCES],
    "unable to open database file": f"{ADVICE[errno.EACCES]}, or {ADVICE[errno.EMFILE]}",
    "disk I/O error": f"{ADVICE[errno.EIO]}, or {ADVICE[errno.EFBIG]}",
}
# What DuckDB says of a database or a Parquet file that is not as it was written, or not there.
DAMAGE = re.compile(
    "is not a valid DuckDB database file|database does not exist|Could not read enough bytes|Corrupt database file|"
    "too small to be a Parquet file|No magic bytes found|No files found that match the pattern|checksum mismatch"
)
ADVICE_ON_DAMAGE = "it is gone or damaged: ceping verify names all that is, and a run makes anew what can be"
# As Python writes a failure of the system: [Errno 13] Permission denied: '/a' -> '/b'.
AS_PYTHON_SAYS = re.compile(r"\[Errno \d+\] (?P<what>[^:\n]+)(?:: (?P<path>'.*'|\".*\"))?")
# As SQLAlchemy writes one of a database: (sqlite3.OperationalError) disk I/O error
KIND_IN_FRONT = re.compile(r"^\([\w.]+\) ")
MOST_CAUSES = 20


def fault_of_machine(message: str) -> tuple[str, str] | None:
    """What is wrong with the machine and what to do, where a message of a library tells of it; else ``None``."""
    by_words = {os.strerror(number): advice for number, advice in ADVICE.items()} | ADVICE_BY_WORDS
    return next((fault for fault in by_words.items() if fault[0] in message), None)


def with_advice(message: str) -> str:
    """What a library or the system says of a failure, followed by what to do where the machine is at fault."""
    fault = fault_of_machine(message)
    if fault is None or fault[1] in message:
        return message
    return f"{AS_PYTHON_SAYS.sub(_path_first, message)}; {fault[1]}"


def machine_failure(messages: Iterable[str]) -> str | None:
    """One sentence on the first failure of the machine that these messages tell of; ``None`` where they tell of none.

    Libraries repeat it in many lines, or for each of a hundred tables.
    """
    lines = (KIND_IN_FRONT.sub("", line.strip()) for message in messages for line in message.splitlines())
    return next((with_advice(line) for line in lines if fault_of_machine(line)), None)


def damage_told(messages: Iterable[str]) -> str | None:
    """One sentence on the first damaged file of a home that these messages of DuckDB tell of, if any does."""
    lines = (line.strip() for message in messages for line in message.splitlines())
    return next((f"{line}; {ADVICE_ON_DAMAGE}" for line in lines if DAMAGE.search(line)), None)


def told(error: BaseException) -> str | None:
    """What a person is told of an exception: one that is for people, or a failure of the machine; else ``None``.

    A failure of the machine that led to an error for people is told with it; a damaged file of the home is one.
    """
    causes = [_said(cause) for cause in _causes(error)]
    return told_with_causes(_said(error), causes, is_for_people=isinstance(error, CepingError))


def told_with_causes(message: str, causes: Iterable[str], *, is_for_people: bool) -> str | None:
    """What a person is told of an error with this message, which these others led to."""
    messages = [message, *causes]
    failure = machine_failure(messages)
    if not is_for_people:
        return failure or damage_told(messages)
    if failure is None:
        return message
    return with_advice(message) if fault_of_machine(message) else f"{message} ({failure})"


def _said(error: BaseException) -> str:
    """What an exception says; of many files that could not be copied, the first."""
    if isinstance(error, shutil.Error) and error.args and isinstance(error.args[0], list):
        return str(error.args[0][0][-1])
    return str(error)


def _causes(error: BaseException) -> Iterator[BaseException]:
    for _ in range(MOST_CAUSES):
        cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        if cause is None:
            return
        yield cause
        error = cause


def _path_first(said: re.Match[str]) -> str:
    """The path and what is wrong with it, as a person would say it."""
    return f"{said['path'][1:-1]}: {said['what']}" if said["path"] else said["what"]


class CepingError(Exception):
    """Something the user can mend; the message says what and where."""


class DeliveryError(CepingError):
    """A delivered file cannot be read as its source; the message names file, sheet and column."""


class MissingColumnError(DeliveryError):
    """No header of a delivered file stands for a column every row needs: it may belong to another source."""


def first_line(failure: Exception, path: Path) -> str:
    """The first line of what a library says of a file, without the place of the file on this machine."""
    return str(failure).splitlines()[0].replace(str(path), path.name)


class SeedError(CepingError):
    """Reference data breaks what its description promises; the message names file and line."""


class FrameworkError(CepingError):
    """A framework in the seeds cannot be scored by; the message names seed and line."""


class GateError(CepingError):
    """A candidate may not be published; the message names the failed expectations."""


class HomeBusyError(CepingError):
    """Another run is writing to the same home."""
