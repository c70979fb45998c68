"""The editions as partitions: every asset is of one, and a run in the UI is of the one that is chosen."""

import dagster as dg

from pipelines.reference.editions import described_editions
from pipelines.settings import Settings

EDITIONS = dg.StaticPartitionsDefinition([str(edition) for edition in described_editions(Settings().seeds_dir)])
PARTITION_TAG = "dagster/partition"


def settings_of(run: dg.DagsterRun | None, inbox: str | None) -> Settings:
    """The settings of a run: the edition is its partition, and the inbox that which is given, or the edition's own."""
    partition = run.tags.get(PARTITION_TAG) if run is not None else None
    settings = Settings()
    if partition is not None and int(partition) != settings.edition and inbox is None:
        # The inbox of the environment is that of its own edition.
        inbox = str(settings.home_dir / "inbox" / partition)
    return settings.for_run(edition=partition, inbox=inbox)
