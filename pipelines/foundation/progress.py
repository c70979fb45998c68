"""What a run tells a person while it works. Dagster keeps the same lines with the run (see dagster.yaml)."""

import logging

LOGGER = logging.getLogger("ceping")
LOGGER.setLevel(logging.INFO)


def say(stage: str, message: str) -> None:
    """Tell what a stage has just done or is about to do."""
    LOGGER.info(message, extra={"stage": stage})
