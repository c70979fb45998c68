"""Landing files: every row of a delivered file, typed, in one Parquet file that is written whole or not at all."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import polars as pl
import pyarrow.parquet as pq

from pipelines.errors import DeliveryError, fault_of_machine, first_line
from pipelines.foundation.files import whole_file
from pipelines.foundation.sql import literal
from pipelines.ingest.conform import conforming_select, connect
from pipelines.ingest.contracts import Contract
from pipelines.ingest.inbox import Delivery
from pipelines.ingest.readers.raw_table import RawTable

NO_FILE = "0" * 16
LANDED_BY = b"contract"


def landing_file(landing: Path, edition: int, file_id: str) -> Path:
    """Where the rows of a delivered file land."""
    return landing / f"{edition}-{file_id}.parquet"


def write_landing(
    connection: duckdb.DuckDBPyConnection,
    tables: list[RawTable],
    contract: Contract,
    edition: int,
    delivery: Delivery,
    path: Path,
) -> None:
    """Write the tables of a delivered file as its contract wants them; raises ``DeliveryError`` where one fails."""
    selects = (f"({conforming_select(table, contract, edition, delivery.file_id)})" for table in tables)
    query = " union all ".join(selects)
    try:
        with whole_file(path, lasting=True) as unfinished:
            connection.execute(f"copy ({query}) to {literal(unfinished)} (format parquet, compression zstd)")
    except duckdb.Error as failure:
        fault = fault_of_machine(str(failure))
        if fault is not None:
            raise DeliveryError(f"{delivery.label}: cannot be landed in {path.parent}: {'; '.join(fault)}") from failure
        # A reader that failed says more than DuckDB, which repeats no more than its text.
        named = next((named for table in tables for named in table.failures), None)
        unread = DeliveryError(f"{delivery.label}: cannot be read ({first_line(failure, delivery.path)})")
        raise named or unread from failure


def write_empty_landing(contract: Contract, path: Path, edition: int) -> None:
    """Land no rows with the contract's columns, so that a source nobody delivered is an empty table, not an error.

    What the contract gave before is left as it is.
    """
    if path.exists() and (pq.read_schema(path).metadata or {}).get(LANDED_BY) == contract.fingerprint.encode():
        return
    with whole_file(path, lasting=True) as unfinished:
        unfinished.write_bytes(_empty_landing(contract, edition))


@cache
def _empty_landing(contract: Contract, edition: int) -> bytes:
    text = pl.String
    nothing = pl.DataFrame(schema={"row_number": pl.Int64, "broken_reason": text, "broken_text": text})
    with TemporaryDirectory() as folder, connect(threads=1, pseudonym_key=b"") as connection:
        connection.register("nothing", nothing.to_arrow())
        select = conforming_select(RawTable(None, "nothing", {}), contract, edition, NO_FILE)
        path = Path(folder) / "empty.parquet"
        metadata = f"{{{LANDED_BY.decode()}: '{contract.fingerprint}'}}"
        connection.execute(f"copy ({select}) to {literal(path)} (format parquet, kv_metadata {metadata})")
        return path.read_bytes()
