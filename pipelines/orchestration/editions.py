"""The editions as partitions: every asset is of one, and a run in the UI is of the one that is chosen."""

import dagster as dg

from pipelines.reference.editions import described_editions
from pipelines.settings import Settings

EDITIONS = dg.StaticPartitionsDefinition([str(edition) for edition in described_editions(Settings().seeds_dir)])
PARTITION_TAG = "dagster/partition"
