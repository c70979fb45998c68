"""One source of an inbox brought to landing, as a run does it."""

import argparse
from pathlib import Path


def main() -> None:
    """Ingest the source's folder into an empty home."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source")
    parser.add_argument("inbox", type=Path)
    parser.add_argument("home", type=Path)
    arguments = parser.parse_args()
    # As the command does: what other processes run first is this module.
    from pipelines.ingest.contracts import load_contracts
    from pipelines.ingest.source import ingest_source
    from pipelines.settings import Settings

    settings = Settings(home=arguments.home, inbox=arguments.inbox)
    ingest_source(load_contracts()[arguments.source], settings, print)


if __name__ == "__main__":
    main()
