"""The editions that the seeds describe."""

from pipelines.errors import CepingError
from pipelines.reference.rows import read_rows
from pipelines.settings import Settings


def require_described(settings: Settings) -> None:
    """Refuse an edition the seeds do not describe: nothing would be counted, and an empty release published."""
    edition = settings.edition
    described = [row["edition"] for _, row in read_rows(settings.seeds_dir, "editions")]
    if str(edition) not in described:
        raise CepingError(f"there is no edition {edition} in seeds/editions.csv, which has {', '.join(described)}")
