"""Writes the preview of an edition, and prints where it is and what publishing it would change."""

from pipelines.cli.difference import print_difference
from pipelines.cli.run import as_typed, stage_lines
from pipelines.orchestration.running import run_edition
from pipelines.questions.difference.compare import compare
from pipelines.releases.releases import Releases
from pipelines.settings import Settings

MOST_ROWS = 20


def preview_and_print(settings: Settings, *, rebuild: bool = False) -> None:
    """Run the edition up to its preview and compare that with the current release; publishes nothing.

    Raises ``CepingError`` where the run fails, or where its tables do not pass the gate.
    """
    with stage_lines():
        release_id = run_edition(settings, rebuild=rebuild, is_preview=True)
    current = Releases.of(settings).current
    if current is not None and current.release_id == release_id:
        print(f"\nRelease {release_id} is current already: publishing would change nothing")
        return
    previewed = Releases(settings.previews_dir).named(settings.edition, release_id)
    ceping, home = as_typed(settings)
    print(f"\nPreview {release_id}: nothing is published")
    print(f"  公示稿 bulletin  {previewed.bulletin_path}")
    print(f"  quality report  {previewed.quality_path}")
    print(f"  to publish it   {ceping} run --edition {settings.edition}{home}\n")
    if current is None:
        print("there is no release yet that it could be compared with")
        return
    print("What publishing would change:")
    print_difference(compare(settings, current, previewed), "table", MOST_ROWS)
