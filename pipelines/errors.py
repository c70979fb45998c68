"""The errors a user sees: one clear sentence, no traceback."""


class CepingError(Exception):
    """Something the user can mend; the message says what and where."""


class DeliveryError(CepingError):
    """A delivered file cannot be read as its source; the message names file, sheet and column."""


class FrameworkError(CepingError):
    """A framework in the seeds cannot be scored by; the message names seed and line."""


class GateError(CepingError):
    """A candidate may not be published; the message names the failed expectations."""


class HomeBusyError(CepingError):
    """Another run is writing to the same home."""
