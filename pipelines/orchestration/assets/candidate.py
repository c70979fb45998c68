"""The candidate asset: freezes the marts under the name of their contents."""

import dagster as dg

from pipelines.foundation.files import write_whole
from pipelines.foundation.progress import report
from pipelines.gate.candidate import freeze
from pipelines.gate.shared import share_candidate
from pipelines.ingest.ledger import delivered_editions
from pipelines.orchestration.assets.models import WAREHOUSE_POOL
from pipelines.orchestration.editions import EDITIONS
from pipelines.orchestration.resources import EditionRun
from pipelines.settings import Settings
from pipelines.warehouse.dbt_project import published_tables, read_manifest

PUBLISHED = published_tables(read_manifest(Settings()))


@dg.asset(
    group_name="publication",
    deps=[dg.AssetKey([spec.schema_name, spec.name]) for spec in PUBLISHED],
    pool=WAREHOUSE_POOL,
    kinds={"parquet"},
    partitions_def=EDITIONS,
    description="候选版本\n\nThe tables to be published, frozen and named by their hash. "
    "| 待发布的表，冻结并以内容哈希命名。",
)
def candidate(edition_run: EditionRun) -> dg.MaterializeResult[None]:
    """Freeze the published tables of the warehouse."""
    settings = edition_run.settings
    delivered = delivered_editions(settings.landing_dir)
    frozen = freeze(
        settings.warehouse_path, PUBLISHED, settings.edition, settings.candidates_dir, delivered, settings.engine
    )
    write_whole(settings.newest_candidate_path, frozen.content_hash, lasting=True)
    edition_run.start_draft(frozen)
    share_candidate(settings, frozen)
    rows = sum(table.row_count for table in frozen.tables)
    report("candidate", f"{len(frozen.tables)} tables, {rows:,} rows frozen as {frozen.content_hash[:12]}")
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": rows,
            "content hash": frozen.content_hash,
            "folder": dg.MetadataValue.path(str(frozen.folder)),
            "tables": dg.MetadataValue.table(
                [
                    dg.TableRecord({"table": table.full_name, "rows": table.row_count, "sha256": table.sha256})
                    for table in frozen.tables
                ]
            ),
        },
        data_version=dg.DataVersion(frozen.content_hash),
    )
