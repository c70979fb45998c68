"""Parquet: the columns as text, so that a contract judges them like any other file's."""

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.errors import DeliveryError, first_line
from pipelines.foundation.sql import files_literal, identifier
from pipelines.ingest.contracts import Contract
from pipelines.ingest.inbox import Delivery
from pipelines.ingest.readers.raw_table import RawTable, match_headers, unmatched

NOT_UTF_8 = "not_utf_8"
NESTED = ("[]", "STRUCT", "MAP", "UNION")
WHOLE_AS_DOUBLE = 1 << 53


def read(connection: duckdb.DuckDBPyConnection, delivery: Delivery, contract: Contract) -> list[RawTable]:
    """The one table of a Parquet file; rows are counted from 1."""
    source = files_literal(delivery.path)
    try:
        _check_pages(delivery)
        described = connection.execute(f"describe select * from read_parquet({source})").fetchall()
    except (duckdb.Error, OSError, pa.ArrowException) as failure:
        reason = first_line(failure, delivery.path)
        raise DeliveryError(f"{delivery.label}: cannot be read as Parquet ({reason})") from failure
    texts = {name: _text(name, data_type) for name, data_type, *_ in described}
    bytes_of_text = {name for name, data_type, *_ in described if data_type == "BLOB"}
    headers = list(texts)
    matched = match_headers(headers, contract, delivery.label)
    unclaimed = unmatched(headers, matched)
    relation = f"""(
        select
            row_number() over () as row_number,
            cast(null as varchar) as broken_reason,
            cast(null as varchar) as broken_text,
            *,
        from read_parquet({source})
    )"""
    return [
        RawTable(
            sheet=None,
            relation=relation,
            cells={name: texts[headers[position]] for name, position in matched.items()},
            matched_headers={name: headers[position] for name, position in matched.items()},
            unmatched_headers=unclaimed,
            unknown_cells={header: texts[header] for header in unclaimed},
            marks={
                name: _mark_of_no_text(headers[position])
                for name, position in matched.items()
                if headers[position] in bytes_of_text
            },
            may_hold_lists=True,
        )
    ]


def _check_pages(delivery: Delivery) -> None:
    """Read the file to its end by a reader that checks its pages where they carry checksums, as DuckDB does not."""
    with pq.ParquetFile(delivery.path, page_checksum_verification=True) as file:
        for _ in file.iter_batches():
            pass


def _mark_of_no_text(header: str) -> str:
    column = identifier(header)
    return f"case when {column} is not null and try(decode({column})) is null then '{NOT_UTF_8}' end"


def _text(name: str, data_type: str) -> str:
    """The column as a person would have typed it: whole numbers without a point, times with their zone."""
    column = identifier(name)
    if data_type == "BLOB":
        # Some programs write text without saying that it is; what is none is shown as its bytes.
        return f"coalesce(try(decode({column})), cast({column} as varchar))"
    if data_type == "TIMESTAMP WITH TIME ZONE":
        return f"strftime({column} at time zone 'UTC', '%Y-%m-%dT%H:%M:%S.%fZ')"
    if data_type in ("DOUBLE", "FLOAT"):
        is_whole = f"{column} = floor({column}) and abs({column}) < {WHOLE_AS_DOUBLE}"
        return f"case when {is_whole} then cast(cast({column} as bigint) as varchar) else cast({column} as varchar) end"
    if data_type.startswith(NESTED) or data_type.endswith(NESTED):
        return f"cast(to_json({column}) as varchar)"
    return f"cast({column} as varchar)"
