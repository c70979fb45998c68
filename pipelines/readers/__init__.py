"""Readers: one file a format. Each turns a delivered file into raw tables of text; none knows any source's rules."""

import duckdb

from pipelines.contracts import Contract
from pipelines.errors import DeliveryError
from pipelines.inbox import Delivery
from pipelines.readers import csv, excel, json_lines
from pipelines.readers.raw_table import RawTable

READERS = {
    ".csv": csv.read,
    ".tsv": csv.read,
    ".xlsx": excel.read,
    ".xls": excel.read,
    ".jsonl": json_lines.read,
    ".ndjson": json_lines.read,
    ".jsonl.gz": json_lines.read,
    ".ndjson.gz": json_lines.read,
}


def read(connection: duckdb.DuckDBPyConnection, delivery: Delivery, contract: Contract) -> list[RawTable]:
    """The raw tables of a delivered file; raises ``DeliveryError`` where its format is unknown or it is unreadable."""
    name = delivery.path.name.lower()
    for suffix, reader in READERS.items():
        if name.endswith(suffix):
            return reader(connection, delivery, contract)
    raise DeliveryError(
        f"{delivery.label}: not a format that is read; a {contract.name} file ends in one of {', '.join(READERS)}"
    )
