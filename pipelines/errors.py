"""The errors a user sees: one clear sentence, no traceback."""

import errno
import os
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


def with_advice(message: str) -> str:
    """What a library or the system says of a failure, followed by what to do where the machine is at fault."""
    advice = next((advice for number, advice in ADVICE.items() if os.strerror(number) in message), None)
    return f"{message}; {advice}" if advice is not None and advice not in message else message


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
