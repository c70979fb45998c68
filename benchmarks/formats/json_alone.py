"""The baseline: DuckDB's own `read_json` with every column of the contract typed, into Parquet, file by file."""

import argparse
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
    schema = ", ".join(f"'{name}': '{kind}'" for name, kind in columns.items())
    options = f"format = 'newline_delimited', columns = {{{schema}}}, ignore_errors = true"
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute(
            f"copy (select * from read_json('{path}', {options})) "
            f"to '{out / path.name}.parquet' (format parquet, compression zstd)"
        )


if __name__ == "__main__":
    main()
