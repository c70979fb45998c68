"""What the stages of a run report while it works. Dagster keeps the same lines with the run (see dagster.yaml)."""

import logging

LOGGER = logging.getLogger("ceping")
LOGGER.setLevel(logging.INFO)


def report(stage: str, message: str) -> None:
    """Report what a stage has just done or is about to do."""
    LOGGER.info(message, extra={"stage": stage})
