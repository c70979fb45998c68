"""Lands one part of an inbox and prints what was read."""

from pipelines.cli.run import stage_lines
from pipelines.foundation.progress import report
from pipelines.ingest.part import Part, land_part
from pipelines.reference.editions import require_described
from pipelines.settings import Settings


def land_and_print(settings: Settings, part: str) -> None:
    """Land the part, printing a line for each thing that is reported.

    Raises ``CepingError`` where a file fails, and where nothing says what the edition is.
    """
    require_described(settings.seeds_dir, settings.edition, ())
    with stage_lines():
        read_count = land_part(settings, Part.parse(part), lambda message: report("land", message))
    print(f"part {part}: {read_count:,} {'file was' if read_count == 1 else 'files were'} read now")
