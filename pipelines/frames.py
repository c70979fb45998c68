"""The candidate's tables as data frames whose nulls stay nulls, and the reductions that suites judge.

Great Expectations judges pandas frames. Plain pandas turns an integer column with one null into floats and a boolean
one into objects, and then a comparison means something else; the frames made here keep every type nullable.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import duckdb
import pandas as pd  # type: ignore[import-untyped]
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.candidate import Candidate

NULLABLE_TYPES: dict[pa.DataType, pd.api.extensions.ExtensionDtype] = {
    pa.bool_(): pd.BooleanDtype(),
    pa.int8(): pd.Int8Dtype(),
    pa.int16(): pd.Int16Dtype(),
    pa.int32(): pd.Int32Dtype(),
    pa.int64(): pd.Int64Dtype(),
    pa.uint8(): pd.UInt8Dtype(),
    pa.uint16(): pd.UInt16Dtype(),
    pa.uint32(): pd.UInt32Dtype(),
    pa.uint64(): pd.UInt64Dtype(),
    pa.float32(): pd.Float32Dtype(),
    pa.float64(): pd.Float64Dtype(),
}


def read_frame(path: Path) -> pd.DataFrame:
    """A Parquet file as a frame, in its own row order."""
    return to_frame(pq.read_table(path))


def to_frame(table: pa.Table) -> pd.DataFrame:
    """An Arrow table as a frame: nullable numbers and booleans, dates as dates, decimals as numbers."""
    for position, field in enumerate(table.schema):
        if pa.types.is_decimal(field.type):
            plain = pa.int64() if field.type.scale == 0 and _fits_bigint(table.column(position)) else pa.float64()
            table = table.set_column(position, field.name, table.column(position).cast(plain))
    return table.to_pandas(types_mapper=NULLABLE_TYPES.get, date_as_object=True)


def _fits_bigint(column: pa.ChunkedArray) -> bool:
    bound = Decimal(2**63)
    return all(value is None or -bound <= value < bound for value in column.to_pylist())


@contextmanager
def reducing(candidate: Candidate) -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB connection that sees the candidate's tables as ``schema.table``, and no file outside the candidate."""
    with duckdb.connect(":memory:") as connection:
        connection.execute("set threads = 1")
        connection.execute("set python_enable_replacements = false")
        for table in candidate.tables:
            file = str(candidate.path(table)).replace("'", "''")
            connection.execute(f'create schema if not exists "{table.schema_name}"')
            connection.execute(
                f'create view "{table.schema_name}"."{table.name}" as select * from read_parquet(\'{file}\')'
            )
        folder = str(candidate.folder).replace("'", "''")
        connection.execute(f"set allowed_directories = ['{folder}']")
        connection.execute("set enable_external_access = false")
        connection.execute("set lock_configuration = true")
        yield connection


def reduced_frame(connection: duckdb.DuckDBPyConnection, full_name: str, select: str) -> pd.DataFrame:
    """The frame a suite's reduction gives, always in the same row order."""
    schema, name = full_name.split(".", 1)
    connection.execute(f'create or replace temp view candidate as select * from "{schema}"."{name}"')
    query = f"select * from (\n{select.strip().rstrip(';')}\n) as reduced order by all"
    return to_frame(connection.sql(query).to_arrow_table())
