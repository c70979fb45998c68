"""The process of one command: ``ceping``, or ``python -m pipelines.cli`` where no script is installed."""

import gc
import os
import sys

from pipelines.cli.commands import app

# Objects made before Python looks for unreachable ones again; by its own measure, 700, a run spends seconds looking.
OBJECTS_BETWEEN_LOOKS = 100_000


def main() -> None:
    """Run the command and end the process at once.

    Libraries leave half a million objects behind, and to take them apart one by one before the end, for a memory that
    the system frees as a whole, takes two seconds.
    """
    gc.set_threshold(OBJECTS_BETWEEN_LOOKS)
    try:
        app()
    except SystemExit as end:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(end.code if isinstance(end.code, int) else int(end.code is not None))


if __name__ == "__main__":
    main()
