"""How sure ranks and wins are: one asset per table, all from one set of draws, between the models and the candidate."""

from collections.abc import Iterator

import dagster as dg

from pipelines.foundation.progress import report
from pipelines.orchestration.assets.models import WAREHOUSE_POOL
from pipelines.orchestration.editions import EDITIONS
from pipelines.orchestration.resources import EditionRun
from pipelines.robustness.inputs import TABLES_READ
from pipelines.robustness.store import keep_robustness
from pipelines.settings import Settings
from pipelines.warehouse.dbt_project import computed_tables, read_manifest
from pipelines.warehouse.scope import remember_file

COMPUTED = computed_tables(read_manifest(Settings()), "robustness", "firmness")


@dg.multi_asset(
    name="robustness",
    partitions_def=EDITIONS,
    specs=[
        dg.AssetSpec(
            dg.AssetKey([spec.schema_name, spec.name]),
            deps=[dg.AssetKey(list(names)) for names in TABLES_READ],
            group_name=spec.schema_name,
            description=str(spec.description),
            kinds={"numpy"},
            metadata={
                "dagster/column_schema": dg.TableSchema(
                    [dg.TableColumn(column.name, column.data_type, str(column.description)) for column in spec.columns]
                )
            },
        )
        for spec in COMPUTED
    ],
    pool=WAREHOUSE_POOL,
)
def robustness(edition_run: EditionRun) -> Iterator[dg.MaterializeResult[None]]:
    """Draw every index and title that changed, or all of them in a rebuild, and write the tables."""
    edition_run.expect_draft()
    kept = keep_robustness(
        edition_run.settings,
        COMPUTED,
        lambda message: report("robustness", message),
        rebuild=edition_run.rebuild,
    )
    remember_file(edition_run.settings)
    report("robustness", f"{len(kept.drawn)} indices and titles drawn, {len(kept.unchanged)} unchanged")
    for spec in COMPUTED:
        yield dg.MaterializeResult(
            asset_key=dg.AssetKey([spec.schema_name, spec.name]),
            metadata={
                "dagster/row_count": kept.row_counts[spec.name],
                "drawn": ", ".join(kept.drawn) or "none",
                "unchanged": ", ".join(kept.unchanged) or "none",
            },
        )
