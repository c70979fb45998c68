"""The editions that the seeds describe."""

from pipelines.errors import CepingError
from pipelines.reference.rows import read_rows, shown_seed
from pipelines.settings import Settings

EDITIONS = "editions"


def require_described(settings: Settings) -> None:
    """Refuse an edition the seeds do not describe: nothing would be counted, and an empty release published."""
    edition = settings.edition
    described = [row["edition"] for _, row in read_rows(settings.seeds_dir, EDITIONS)]
    if str(edition) not in described:
        place = shown_seed(settings.seeds_dir, EDITIONS)
        raise CepingError(f"there is no edition {edition} in {place}, which has {', '.join(described)}")
