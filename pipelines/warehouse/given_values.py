"""Outside values that an indicator takes as they are given: whether they are the points they are taken for.

Belongs here: what must hold of landed values before an index is built from them. What holds of every row of a source
stands in its contract.
"""

from collections.abc import Iterator

import duckdb

from pipelines.errors import DeliveryError
from pipelines.foundation.sql import files_literal, literal
from pipelines.ingest.contracts import load_contracts
from pipelines.ingest.landing import landing_file
from pipelines.ingest.ledger import LedgerEntry, present_entries
from pipelines.reference.rows import read_rows
from pipelines.settings import Settings

SOURCE, FAMILY = "external_indicator", "external."
LOWEST, HIGHEST = 0, 100
SHOWN = 10


def require_given_on_scale(settings: Settings) -> None:
    """Refuse outside values that are taken as points and are none.

    What lies off the scale of 0 to 100 has no logarithm, no part of a sum and no weight by the data. Raises
    ``DeliveryError`` naming file, sheet, row, index and node of each, as far as they can be told.
    """
    readers = _readers(settings)
    if not readers:
        return
    faults = [fault for entry in _landed(settings) for fault in _faults(settings, entry, readers)]
    if faults:
        more = [f"and {len(faults) - SHOWN} more"] if len(faults) > SHOWN else []
        raise DeliveryError("\n".join([*faults[:SHOWN], *more]))


def _readers(settings: Settings) -> dict[str, str]:
    """What reads each outside indicator as it is given, in words."""
    return {
        row["measure_code"].removeprefix(FAMILY): f"{row['node_code']} of the index {row['index_code']}"
        for _, row in read_rows(settings.seeds_dir, "framework_nodes")
        if int(row["edition"]) == settings.edition
        and row["normalisation"] == "given"
        and row["treatment"] != "log"
        and row["measure_code"].startswith(FAMILY)
        and not row["denominator_code"]
    }


def _landed(settings: Settings) -> Iterator[LedgerEntry]:
    for entry in present_entries(settings.landing_dir, settings.edition, SOURCE):
        if entry.status == "landed":
            yield entry


def _faults(settings: Settings, entry: LedgerEntry, readers: dict[str, str]) -> Iterator[str]:
    key = load_contracts()[SOURCE].key
    path = landing_file(settings.landing_dir / SOURCE, settings.edition, entry.landing_name)
    codes = ", ".join(literal(code) for code in readers)
    with duckdb.connect() as connection:
        rows = connection.execute(
            f"""
            select sheet, row_number, indicator_code, indicator_value,
                concat_ws('|', {", ".join(f"coalesce(cast({name} as varchar), '')" for name in key)}) as row_key
            from read_parquet({files_literal(path)})
            where file_id = {literal(entry.file_id)} and rejections is null and indicator_code in ({codes})
                and indicator_value not between {LOWEST} and {HIGHEST}
            order by sheet, row_number
            """
        ).fetchall()
    corrected = _corrected(settings) if rows else set()
    for sheet, row_number, code, value, row_key in rows:
        if row_key not in corrected:
            place = ", ".join(filter(None, [f"{SOURCE}/{entry.file_name}", sheet and f"sheet {sheet}"]))
            yield (
                f"{place}, row {row_number}, indicator_value: expected {LOWEST} to {HIGHEST}, since {readers[code]} "
                f"takes {code} as it is given; found {value:g}"
            )


def _corrected(settings: Settings) -> set[str]:
    """Keys of the rows whose value is corrected: what they hold is not what is built from."""
    return {
        "|".join(part.strip() for part in row["row_key"].split("|"))
        for _, row in read_rows(settings.seeds_dir, "corrections")
        if row["source"] == SOURCE and row["column_name"] == "indicator_value" and row["status"] == "active"
    }
