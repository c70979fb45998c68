"""Runs dbt beside a Sail server that lives as long as this process; a script of the environment that has both.

The tables are Parquet below the folder it runs in, as Spark would write them.
"""

import os
import sys
from pathlib import Path

import pyarrow.parquet as pq
from dbt.cli.main import dbtRunner
from pysail.spark import SparkConnectServer
from pyspark.sql import SparkSession

BUILT = ("model", "seed")


def run_dbt(arguments: list[str]) -> bool:
    """Run a dbt command whose profile names the server; returns whether everything was built and no test failed."""
    # What is printed beside what dbt says counts as an error.
    os.environ.setdefault("RUST_LOG", "error")
    server = SparkConnectServer("127.0.0.1", 0)
    server.start(background=True)
    address, port = server.listening_address
    os.environ["CEPING_SAIL"] = f"sc://{address}:{port}"
    # The one session there is: dbt's adapter finds it, and what it makes is known in no other.
    session = SparkSession.builder.remote(os.environ["CEPING_SAIL"]).getOrCreate()
    done = dbtRunner().invoke(arguments)
    for result in getattr(done.result, "results", ()):
        if result.node.resource_type in BUILT and done.success:
            _write_columns(session, Path(f"{result.node.schema}.db", result.node.alias))
    # In this order: a session whose server has gone waits for it.
    session.stop()
    server.stop()
    return bool(done.success)


def _write_columns(session: SparkSession, folder: Path) -> None:
    """Write a file that says the columns of a table without a row, of which Sail writes none."""
    if not any(folder.glob("*.parquet")):
        folder.mkdir(parents=True, exist_ok=True)
        pq.write_table(session.table(f"{folder.parent.stem}.{folder.name}").toArrow(), folder / "columns.parquet")


if __name__ == "__main__":
    sys.exit(0 if run_dbt(sys.argv[1:]) else 1)
