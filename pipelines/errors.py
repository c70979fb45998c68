"""The errors a user sees: one clear sentence, no traceback."""

from pathlib import Path


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
