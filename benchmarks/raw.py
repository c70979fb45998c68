"""The baseline: the same work as a script for exactly these files, hand-written on DuckDB.

It loads the example inbox to typed Parquet with rejects, drops repeated keys and unknown sites, and writes the
indicators a site, the trend tables and the figures. It knows one spelling of every header and value, trims nothing,
checks no pattern, keeps no ledger, has no tests, gate, release or pages: what is left is what the data cost.
"""

import argparse
import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from string import Template

import duckdb
import fastexcel
import polars as pl

FOLDER = Path(__file__).parent
SEEDS = FOLDER.parent / "seeds"
THREADS = 2
HEADER_ROW = 2
SMALL_SOURCES = ("site_registry", "platform_census", "site_inspection")


def main() -> None:
    """Do the work and print the seconds of its two stages as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("inbox", type=Path)
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    started = time.monotonic()
    load(arguments.inbox, arguments.out / "landing")
    loaded = time.monotonic()
    write_tables(arguments.out / "landing", arguments.out / "tables")
    print(json.dumps({"load": loaded - started, "tables": time.monotonic() - loaded}))


def load(inbox: Path, landing: Path) -> None:
    """Every file of the inbox as typed Parquet."""
    (landing / "site_crawl").mkdir(parents=True)
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(lambda path: _load_crawl(path, landing), sorted((inbox / "site_crawl").iterdir())))
    with duckdb.connect(config={"threads": THREADS}) as connection:
        for source in SMALL_SOURCES:
            connection.register(f"{source}_text", _read_folder(inbox / source).to_arrow())
        connection.execute(_filled("raw_workbooks", landing=landing))


def write_tables(landing: Path, tables: Path) -> None:
    """Everything that is computed from the loaded files."""
    tables.mkdir(parents=True)
    with duckdb.connect(config={"threads": THREADS}) as connection:
        connection.execute("set preserve_insertion_order = false")
        connection.execute(_filled("raw_tables", landing=landing, tables=tables, seeds=SEEDS))


def _load_crawl(path: Path, landing: Path) -> None:
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute(_filled("raw_crawl", path=path, file=path.name, landing=landing))


def _read_folder(folder: Path) -> pl.DataFrame:
    """The rows of a folder's workbooks and CSV files as text, each with file, sheet and line."""
    frames = [frame for path in sorted(folder.iterdir()) for frame in _read_file(path)]
    return pl.concat(frames)


def _read_file(path: Path) -> list[pl.DataFrame]:
    if path.suffix == ".csv":
        return [_placed(pl.read_csv(path, encoding="gb18030", infer_schema=False), path, "", 2)]
    workbook = fastexcel.read_excel(path)
    return [
        _placed(
            workbook.load_sheet(name, header_row=HEADER_ROW, dtypes="string").to_polars(), path, name, HEADER_ROW + 2
        )
        for name in workbook.sheet_names
    ]


def _placed(rows: pl.DataFrame, path: Path, sheet: str, first_line: int) -> pl.DataFrame:
    return rows.with_row_index("line", first_line).with_columns(file=pl.lit(path.name), sheet=pl.lit(sheet))


def _filled(name: str, **places: object) -> str:
    return Template((FOLDER / f"{name}.sql").read_text(encoding="utf-8")).substitute(places)


if __name__ == "__main__":
    main()
