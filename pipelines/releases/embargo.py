"""The embargo of an edition: the day, among its settings, before which ``current`` leads to none of its new releases.

A run before that day writes the release and leaves ``current`` where it is; the first run on the day or after it finds
the same release and publishes it.
"""

from datetime import date, datetime
from pathlib import Path

from pipelines.reference.rows import read_rows


def present_day() -> date:
    """Today where the command runs: the one place that asks the clock what day it is."""
    return datetime.now().astimezone().date()


def embargo_of(seeds: Path, edition: int, today: date) -> date | None:
    """The day from which releases of the edition may be published, while it is still to come; ``None`` without one."""
    for _, row in read_rows(seeds, "editions"):
        if row["edition"] == str(edition) and row.get("embargo_until"):
            day = date.fromisoformat(row["embargo_until"])
            return day if today < day else None
    return None


def embargo_lifted_by(edition: int, day: date) -> str:
    """What publishes a release that is kept back, as a sentence for people."""
    return f"on {day} or later it is published by: ceping run --edition {edition}"
