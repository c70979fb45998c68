"""JSON Lines, plain or compressed, read by DuckDB in one pass; a line that is no JSON object becomes a broken row."""

import codecs
import io
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import pyarrow as pa

from pipelines.errors import DeliveryError, first_line
from pipelines.foundation.sql import files_literal, identifier, literal
from pipelines.ingest.contracts import Contract
from pipelines.ingest.inbox import Delivery
from pipelines.ingest.readers.archives import is_compressed, open_bytes
from pipelines.ingest.readers.raw_table import RawTable, match_headers, normalise_header
from pipelines.ingest.readers.text_encoding import find_encoding

SAMPLE_LINES = 1_000
CHUNK_CHARACTERS = 1 << 20
# ignore_errors turns a line that is not a JSON object into a row of nulls, which is then recognised: nothing is lost.
OPTIONS = f"ignore_errors = true, maximum_object_size = {16 << 20}"
NOTHING_KNOWN = "not a JSON object with any known column"
MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


@dataclass(frozen=True)
class Lines:
    """How the lines are numbered, and what is joined beside them, place by place."""

    row_number: str
    beside: str


WHOLE_FILE = Lines("row_number() over ()", "")


def read(connection: duckdb.DuckDBPyConnection, delivery: Delivery, contract: Contract) -> list[RawTable]:
    """The one table of a JSON Lines file. Keys that no column claims are looked for in the first thousand lines."""
    recoded = _recoded(delivery)
    source = files_literal(recoded.path if recoded else delivery.path)
    sampled_keys, has_broken_sample = _sample(connection, f"read_ndjson_objects({source}, {OPTIONS})", delivery)
    if has_broken_sample and not recoded:
        _refuse_gb18030(delivery)
    if not sampled_keys:
        raise DeliveryError(
            f"{delivery.label}: none of the first {SAMPLE_LINES:,} lines is a JSON object; "
            "one JSON document over several lines is named .json"
        )
    table = table_of(sampled_keys, source, contract, f"{delivery.label}, first {SAMPLE_LINES} lines")
    return [replace(table, encoding=recoded.encoding if recoded else "utf-8", read_from=recoded)]


def table_of(
    sampled_keys: list[str], source: str, contract: Contract, where: str, lines: Lines = WHOLE_FILE
) -> RawTable:
    """The table of lines with these keys; raises ``DeliveryError`` where a column has none or several of them."""
    matched = match_headers(sampled_keys, contract, where)
    keys = _keys_by_column(contract, sampled_keys)
    claimed = {sampled_keys[position] for position in matched.values()}
    unclaimed = tuple(key for key in sampled_keys if key not in claimed)
    every_key = [key for names in keys.values() for key in names]
    columns = ", ".join(f"{literal(key)}: 'VARCHAR'" for key in [*every_key, *_readable(unclaimed, every_key)])
    any_cell = ", ".join(map(identifier, every_key))
    relation = f"""(
        select
            {lines.row_number} as row_number,
            case when coalesce({any_cell}) is null then '{NOTHING_KNOWN}' end as broken_reason,
            cast(null as varchar) as broken_text,
            *,
        from read_json({source}, format = 'newline_delimited', columns = {{{columns}}}, {OPTIONS}) {lines.beside}
    )"""
    return RawTable(
        sheet=None,
        relation=relation,
        cells={name: "coalesce(" + ", ".join(map(identifier, names)) + ")" for name, names in keys.items()},
        matched_headers={name: sampled_keys[position] for name, position in matched.items()},
        unmatched_headers=unclaimed,
        unknown_cells={key: identifier(key) for key in _readable(unclaimed, every_key)},
        encoding="utf-8",
        may_hold_lists=True,
    )


def _recoded(delivery: Delivery) -> "Recoded | None":
    """The lines in plain UTF-8 where the file begins with a mark, which DuckDB takes for a part of the first line."""
    with open_bytes(delivery.path) as stream:
        beginning = stream.read(len(codecs.BOM_UTF8))
    encoding = next((encoding for mark, encoding in MARKS.items() if beginning.startswith(mark)), None)
    return Recoded(delivery, encoding) if encoding else None


class Recoded:
    """A copy of a file in plain UTF-8, packed, which is there as long as this is."""

    def __init__(self, delivery: Delivery, encoding: str) -> None:
        """Write the copy; raises ``DeliveryError`` where the file is not in the encoding of its mark."""
        self.encoding = encoding
        self._folder = tempfile.TemporaryDirectory(prefix="ceping-")
        self.path = Path(self._folder.name) / "lines.jsonl.zst"
        try:
            with open_bytes(delivery.path) as stream, pa.output_stream(self.path, compression="zstd") as copy:
                text = io.TextIOWrapper(stream, encoding=encoding, newline="")
                while chunk := text.read(CHUNK_CHARACTERS):
                    copy.write(chunk.encode())
        except UnicodeError as failure:
            raise DeliveryError(
                f"{delivery.label}: the text is not in {encoding}, which its mark promises"
            ) from failure


def _readable(unclaimed: Sequence[str], taken: Sequence[str]) -> list[str]:
    """Unclaimed keys that can be columns beside those taken: DuckDB takes upper and lower case in them for the same."""
    spellings = {key.casefold(): key for key in reversed(unclaimed)}
    return [
        key for key in unclaimed if spellings[key.casefold()] == key and key.casefold() not in map(str.casefold, taken)
    ]


def _sample(connection: duckdb.DuckDBPyConnection, lines: str, delivery: Delivery) -> tuple[list[str], bool]:
    """The keys of the first lines in the order they appear, and whether one of those lines is not JSON."""
    try:
        rows = connection.execute(f"select json_keys(json) from {lines} limit {SAMPLE_LINES}").fetchall()
    except duckdb.Error as failure:
        reason = first_line(failure, delivery.path)
        raise DeliveryError(f"{delivery.label}: cannot be read as JSON Lines ({reason})") from failure
    for number, (names,) in enumerate(rows, start=1):
        twice = next((name for name in names or () if names.count(name) > 1), None)
        if twice is not None:
            raise DeliveryError(f"{delivery.label}, line {number}: one object has twice the key {twice}")
    keys = dict.fromkeys(key for (names,) in rows for key in names or ())
    return list(keys), any(names is None for (names,) in rows)


def _refuse_gb18030(delivery: Delivery) -> None:
    """JSON is UTF-8 by its standard: a file wholly in GB18030 is one mistake, not one broken line per row."""
    if not is_compressed(delivery.path) and find_encoding(delivery.path, delivery.label) == "gb18030":
        raise DeliveryError(f"{delivery.label}: the text is GB18030, JSON Lines must be UTF-8")


def _keys_by_column(contract: Contract, sampled_keys: list[str]) -> dict[str, list[str]]:
    """The keys each column may stand under: those seen first, then every declared one, since later lines may differ.

    DuckDB's structures take upper and lower case for the same, so of keys that differ only in it the first is taken.
    """
    taken: set[str] = set()
    keys: dict[str, list[str]] = {}
    for column in contract.columns:
        declared = {normalise_header(header) for header in column.headers}
        names = [key for key in sampled_keys if normalise_header(key) in declared] + list(column.headers)
        spellings: dict[str, str] = {}
        for name in names:
            if name.casefold() not in taken:
                spellings.setdefault(name.casefold(), name)
        taken |= spellings.keys()
        keys[column.name] = list(spellings.values())
    return keys
