"""Landing files: every row of a delivered file, typed, in one Parquet file that is written whole or not at all."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pyarrow.parquet as pq

from pipelines.errors import DeliveryError, fault_of_machine, first_line
from pipelines.foundation.files import link_or_copy, whole_file
from pipelines.foundation.sql import files_literal, identifier, literal
from pipelines.ingest.conform import conforming_select
from pipelines.ingest.contracts import Column, Contract
from pipelines.ingest.facts import Objects
from pipelines.ingest.inbox import Delivery
from pipelines.ingest.ledger import LandedFile, read_ledger
from pipelines.ingest.memory import FILE_ID_DIGITS
from pipelines.ingest.readers.raw_table import RawTable

NO_FILE = "0" * FILE_ID_DIGITS
LANDED_BY = b"contract"
LANDED_TYPES = {"string": "varchar", "string[]": "varchar[]", "cell[]": "struct(header varchar, cell varchar)[]"}


def landing_file(landing: Path, edition: int, name: str) -> Path:
    """Where the rows of a delivered file land that is read alone, by its id, or those of a bundle, by its name."""
    return landing / f"{edition}-{name}.parquet"


def landed_paths(landing_dir: Path, edition: int, source: str, file_ids: Iterable[str]) -> list[Path]:
    """The landed files that hold the rows of these deliveries, by the ledger beside them; others may stand in them."""
    names = {
        entry.file_id: entry.landing_name
        for entry in read_ledger(landing_dir, edition, source)
        if entry.status == "landed"
    }
    held = dict.fromkeys(names.get(file_id, file_id) for file_id in file_ids)
    return [landing_file(landing_dir / source, edition, name) for name in held]


def place(objects: Objects, file: LandedFile, path: Path) -> None:
    """Have the models read of an object what its present files gave: all of it by a second name, or their rows alone.

    Raises ``duckdb.Error`` where the object cannot be read.
    """
    if file.is_all:
        with whole_file(path) as unfinished:
            link_or_copy(objects.path(file.landed), unfinished)
        return
    wanted = ", ".join(map(literal, file.file_ids))
    with duckdb.connect(config={"threads": 1}) as connection, whole_file(path, lasting=True) as unfinished:
        whole = files_literal(objects.path(file.landed))
        connection.execute(
            f"copy (select * from read_parquet({whole}) where file_id in ({wanted})) "
            f"to {literal(unfinished)} (format parquet, compression zstd)"
        )


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


def write_empty_landing(contract: Contract, path: Path) -> None:
    """Land no rows with the contract's columns, so that a source nobody delivered is an empty table, not an error.

    What the contract gave before is left as it is.
    """
    if path.exists() and (pq.read_schema(path).metadata or {}).get(LANDED_BY) == contract.fingerprint.encode():
        return
    with whole_file(path, lasting=True) as unfinished:
        unfinished.write_bytes(_empty_landing(contract))


def empty_rows(contract: Contract) -> str:
    """SQL of no rows with the landed columns by their types alone: to plan what makes them of cells costs far more.

    ``union all by name`` with what was landed under an earlier contract gives it the columns it has not.
    """
    columns = {
        "edition": "integer", "file_id": "varchar", "sheet": "varchar", "row_number": "bigint",
        **{column.name: _landed_type(column) for column in contract.columns if column.personal != "drop"},
        "unknown_cells": "varchar", "repairs": "varchar",
        "rejections": "struct(column_name varchar, reason_code varchar, \"value\" varchar)[]",
    }  # fmt: skip
    select = ", ".join(f"cast(null as {data_type}) as {identifier(name)}" for name, data_type in columns.items())
    return f"select {select} where false"


@cache
def _empty_landing(contract: Contract) -> bytes:
    with TemporaryDirectory() as folder, duckdb.connect(config={"threads": 1}) as connection:
        path = Path(folder) / "empty.parquet"
        metadata = f"{{{LANDED_BY.decode()}: '{contract.fingerprint}'}}"
        connection.execute(f"copy ({empty_rows(contract)}) to {literal(path)} (format parquet, kv_metadata {metadata})")
        return path.read_bytes()


def _landed_type(column: Column) -> str:
    if column.personal is not None:
        return "varchar"
    return LANDED_TYPES.get(column.data_type, column.data_type)
