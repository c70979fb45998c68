"""Tables as data frames whose nulls stay nulls.

Great Expectations judges pandas frames. Plain pandas turns an integer column with one null into floats and a boolean
one into objects, and then a comparison means something else; the frames made here keep Arrow's types, all nullable.
"""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pandas as pd  # type: ignore[import-untyped]
import pyarrow as pa
import pyarrow.parquet as pq


def read_frame(path: Path, columns: Sequence[str]) -> pd.DataFrame:
    """These columns of a Parquet file, all without any, as a frame in its own row order; what it lacks is left out."""
    file = pq.ParquetFile(path)
    wanted = [name for name in file.schema_arrow.names if name in columns or not columns]
    return to_frame(file.read(columns=wanted))


def to_frame(table: pa.Table) -> pd.DataFrame:
    """An Arrow table as a frame of the same types, but for decimals, which become plain numbers."""
    for position, field in enumerate(table.schema):
        if pa.types.is_decimal(field.type):
            plain = pa.int64() if field.type.scale == 0 and _fits_bigint(table.column(position)) else pa.float64()
            table = table.set_column(position, field.name, table.column(position).cast(plain))
    return table.to_pandas(types_mapper=pd.ArrowDtype)


def _fits_bigint(column: pa.ChunkedArray) -> bool:
    bound = Decimal(2**63)
    return all(value is None or -bound <= value < bound for value in column.to_pylist())
