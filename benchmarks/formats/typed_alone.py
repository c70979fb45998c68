"""The baseline: DuckDB's own `read_json` or `read_csv` with every column typed, into Parquet, file by file."""

import argparse
import csv
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb

from pipelines.ingest.contracts import load_contracts

THREADS = 2
# What Chinese forms write for yes and no is text to DuckDB.
TYPES = {"string": "varchar", "boolean": "varchar", "string[]": "varchar[]"}


def main() -> None:
    """Write one Parquet file a delivered file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True)
    contract = load_contracts()["site_crawl"]
    columns = {column.header: TYPES.get(column.data_type, column.data_type) for column in contract.columns}
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(lambda path: _copy(path, arguments.out, columns), sorted(arguments.folder.iterdir())))


def _copy(path: Path, out: Path, columns: dict[str, str]) -> None:
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute(
            f"copy (select * from {_csv(path, columns) if path.suffix == '.csv' else _json_lines(path, columns)}) "
            f"to '{out / path.name}.parquet' (format parquet, compression zstd)"
        )


def _json_lines(path: Path, columns: dict[str, str]) -> str:
    return f"read_json('{path}', format = 'newline_delimited', columns = {_types(columns)}, ignore_errors = true)"


def _csv(path: Path, columns: dict[str, str]) -> str:
    """A list is text in a cell."""
    with path.open(encoding="utf-8", newline="") as text:
        header = next(csv.reader(text))
    types = {name: columns[name].replace("[]", "") for name in header}
    return f"read_csv('{path}', header = true, columns = {_types(types)}, ignore_errors = true)"


def _types(columns: dict[str, str]) -> str:
    return "{" + ", ".join(f"'{name}': '{kind}'" for name, kind in columns.items()) + "}"


if __name__ == "__main__":
    main()
