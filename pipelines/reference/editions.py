"""The editions that the seeds describe."""

import csv

from pipelines.errors import CepingError
from pipelines.settings import Settings


def require_described(settings: Settings) -> None:
    """Refuse an edition the seeds do not describe: nothing would be counted, and an empty release published."""
    edition = settings.edition
    with (settings.seeds_dir / "editions.csv").open(encoding="utf-8", newline="") as stream:
        described = [row["edition"] for row in csv.DictReader(stream)]
    if str(edition) not in described:
        raise CepingError(f"there is no edition {edition} in seeds/editions.csv, which has {', '.join(described)}")
