"""One asset per source: delivered files to landing. Made from the contracts, so a new source needs no code here."""

from collections.abc import Sequence

import dagster as dg

from pipelines.errors import DeliveryError
from pipelines.foundation.progress import report
from pipelines.ingest.contracts import Contract, load_contracts
from pipelines.ingest.inbox import unknown_folders
from pipelines.ingest.ledger import LedgerEntry, present_entries
from pipelines.ingest.memory import require_whole_landing
from pipelines.ingest.source import IngestReport, count_by_reason, ingest_source
from pipelines.orchestration.editions import EDITIONS
from pipelines.orchestration.resources import EditionRun

GROUP = "ingest"
MOST_SHOWN = 1_000
# As a person reads them: what became of the file before its hash.
FILE_COLUMNS = ("source", "file", "status", "rows read", "rows quarantined", "bytes", "sha256")


def source_key(source: str) -> dg.AssetKey:
    """The asset of a source: the same key dbt has for it, so that the graph is one."""
    return dg.AssetKey(["raw", source])


def build_ingest_asset(contract: Contract) -> dg.AssetsDefinition:
    """The asset that writes what is new in one source's inbox to its landing."""

    @dg.asset(
        key=source_key(contract.name),
        group_name=GROUP,
        partitions_def=EDITIONS,
        description=f"{contract.title}\n\n{contract.description}",
        kinds={"parquet"},
        metadata={"dagster/column_schema": _column_schema(contract)},
    )
    def ingest(edition_run: EditionRun) -> dg.MaterializeResult[None]:
        settings = edition_run.settings
        done = ingest_source(contract, settings, lambda message: report("ingest", message))
        if not done.is_changed:
            report("ingest", f"{contract.name}: nothing new in {len(done.present)} files")
        reasons = count_by_reason(settings.landing_dir, done)
        return dg.MaterializeResult(
            metadata={
                **_row_counts(done),
                "files read now": done.read_count,
                "landing": dg.MetadataValue.path(str(settings.landing_dir / contract.name)),
                "files": _files_table(done.present),
                "quarantined by reason": dg.MetadataValue.json(
                    {f"{column}: {reason}": count for (column, reason), count in sorted(reasons.items())}
                ),
            }
        )

    return ingest


@dg.asset(
    key=source_key("file_ledger"),
    group_name=GROUP,
    partitions_def=EDITIONS,
    deps=[source_key(source) for source in load_contracts()],
    description="文件台账\n\nEvery delivered file of the edition and what became of it. "
    "| 本年度全部交付文件及其处理结果。",
    kinds={"parquet"},
)
def file_ledger(edition_run: EditionRun) -> dg.MaterializeResult[None]:
    """Closes the ledger of an edition: refuses what would silently be left out."""
    settings = edition_run.settings
    contracts = load_contracts()
    if not settings.inbox_dir.is_dir():
        raise DeliveryError(f"there is no inbox at {settings.inbox_dir}")
    unknown = unknown_folders(settings.inbox_dir, contracts)
    if unknown:
        raise DeliveryError(f"inbox: {', '.join(unknown)} belongs to no source; files go into {', '.join(contracts)}")
    require_whole_landing(settings.landing_dir)
    entries = [
        entry for source in contracts for entry in present_entries(settings.landing_dir, settings.edition, source)
    ]
    if not entries:
        raise DeliveryError(f"the inbox at {settings.inbox_dir} holds no file of any source")
    return dg.MaterializeResult(metadata={"dagster/row_count": len(entries), "files": _files_table(entries)})


def _row_counts(report: IngestReport) -> dict[str, int]:
    return {
        "dagster/row_count": sum(entry.rows_fit for entry in report.present if entry.status == "landed"),
        "rows quarantined": sum(entry.rows_unfit for entry in report.present if entry.status == "landed"),
    }


def _files_table(entries: Sequence[LedgerEntry]) -> dg.TableMetadataValue:
    """The files as Dagster shows them; of more than it can show those first of which rows were refused."""
    shown = sorted(entries, key=lambda entry: -entry.rows_unfit)[:MOST_SHOWN] if len(entries) > MOST_SHOWN else entries
    records = [
        dg.TableRecord(
            {
                "source": entry.source,
                "file": entry.file_name,
                "status": entry.status,
                "rows read": entry.rows_read,
                "rows quarantined": entry.rows_unfit,
                "bytes": entry.byte_count,
                "sha256": entry.sha256,
            }
        )
        for entry in shown
    ]
    numbers = {"rows read", "rows quarantined", "bytes"}
    columns = [dg.TableColumn(name, "int" if name in numbers else "string") for name in FILE_COLUMNS]
    return dg.MetadataValue.table(records, schema=dg.TableSchema(columns=columns))


def _column_schema(contract: Contract) -> dg.TableSchema:
    return dg.TableSchema(
        columns=[
            dg.TableColumn(name=column.name, type=column.data_type, description=str(column.description))
            for column in contract.columns
        ]
    )


ingest_assets = [*(build_ingest_asset(contract) for contract in load_contracts().values()), file_ledger]
