"""What published tables and columns are made of: an asset per table, from the manifest and the compiled models."""

from collections.abc import Iterator

import dagster as dg

from pipelines.foundation.progress import report
from pipelines.orchestration.assets.models import WAREHOUSE_POOL
from pipelines.orchestration.editions import EDITIONS
from pipelines.orchestration.resources import EditionRun
from pipelines.settings import Settings
from pipelines.warehouse.dbt_project import built_tables, computed_tables, read_manifest
from pipelines.warehouse.lineage import write_lineage
from pipelines.warehouse.scope import remember_file

MANIFEST = read_manifest(Settings())
TABLES = computed_tables(MANIFEST, "lineage")


@dg.multi_asset(
    name="lineage",
    partitions_def=EDITIONS,
    specs=[
        dg.AssetSpec(
            dg.AssetKey([spec.schema_name, spec.name]),
            deps=[dg.AssetKey([built.schema_name, built.name]) for built in built_tables(MANIFEST)],
            group_name=spec.schema_name,
            description=str(spec.description),
            kinds={"sql"},
        )
        for spec in TABLES
    ],
    pool=WAREHOUSE_POOL,
)
def lineage(edition_run: EditionRun) -> Iterator[dg.MaterializeResult[None]]:
    """Trace what is published to the sources and write the tables."""
    counts = write_lineage(edition_run.settings, TABLES)
    remember_file(edition_run.settings)
    report("lineage", f"{counts['column_origin']:,} columns traced to the sources")
    for spec in TABLES:
        yield dg.MaterializeResult(
            asset_key=dg.AssetKey([spec.schema_name, spec.name]), metadata={"dagster/row_count": counts[spec.name]}
        )
