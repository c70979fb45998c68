"""Shows a home: what was delivered, what became of it, what is published."""

from rich.console import Console
from rich.table import Table

from pipelines.ingest.contracts import load_contracts
from pipelines.ingest.inbox import delivered_files
from pipelines.ingest.ledger import present_entries
from pipelines.releases.built import published_release
from pipelines.releases.embargo import embargo_lifted_by, embargo_of, present_day
from pipelines.releases.releases import Releases
from pipelines.settings import Settings


def print_status(settings: Settings) -> None:
    """Print home, inbox by source, and the current release."""
    console = Console(markup=False, emoji=False)
    console.print(f"home     {settings.home_dir}\ninbox    {settings.inbox_dir}", soft_wrap=True)
    console.print(_sources_table(settings))
    release = Releases.of(settings).current
    embargo = embargo_of(settings.seeds_dir, settings.edition, present_day())
    if embargo is not None:
        console.print(
            f"embargo  new releases of edition {settings.edition} are kept back until {embargo}", soft_wrap=True
        )
        if (held := published_release(settings)) is not None and (release is None or held != release.release_id):
            told = embargo_lifted_by(settings.edition, embargo)
            console.print(f"         {held} is written and waits; {told}", soft_wrap=True)
    if release is None:
        console.print("release  none yet; publish one with: ceping run")
        return
    console.print(f"release  {release.release_id}  {release.bulletin_path}", soft_wrap=True)
    console.print("         open its files in this folder: through current, two of them may be of two releases")
    is_current = published_release(settings) == release.release_id
    console.print(
        "         it is what the inbox and the code give"
        if is_current
        else "         the inbox or the code has changed since; ceping run brings it up to date"
    )


def _sources_table(settings: Settings) -> Table:
    table = Table(
        "source", "files", "landed", "failed", "rows read", "quarantined at ingest", title=f"{settings.edition}"
    )
    for source in load_contracts():
        entries = present_entries(settings.landing_dir, settings.edition, source)
        landed = [entry for entry in entries if entry.status == "landed"]
        table.add_row(
            source,
            str(len(delivered_files(settings.inbox_dir, source))),
            str(len(landed)),
            str(sum(entry.status == "failed" for entry in entries)),
            f"{sum(entry.rows_read for entry in landed):,}",
            f"{sum(entry.rows_unfit for entry in landed):,}",
        )
    return table
