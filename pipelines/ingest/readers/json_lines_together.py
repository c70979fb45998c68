"""Small JSON Lines files of one shape, put together and read as one: planning a query costs more than they do.

A file is left to be read alone wherever it is not plain JSON Lines in UTF-8, or its keys do not go with the others'.
"""

import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from pipelines.errors import DeliveryError
from pipelines.foundation.sql import files_literal
from pipelines.ingest.contracts import Contract
from pipelines.ingest.inbox import Delivery
from pipelines.ingest.readers.archives import DAMAGES, is_compressed, read_whole
from pipelines.ingest.readers.json_lines import MARKS, OPTIONS, SAMPLE_LINES, Lines, table_of
from pipelines.ingest.readers.raw_table import FILE_OF_ROW, RawTable, SharedTable

MOST_BYTES_OF_A_FILE = 16 << 20
BLANKS = b" \t\n\r\x0b\x0c"


@dataclass
class Joined:
    """The lines of several files in one plain file, which is there as long as this is."""

    folder: tempfile.TemporaryDirectory[str] = field(
        default_factory=lambda: tempfile.TemporaryDirectory(prefix="ceping-")
    )
    files: list[Delivery] = field(default_factory=list)
    line_counts: list[int] = field(default_factory=list)
    in_utf8: list[bool] = field(default_factory=list)

    @property
    def path(self) -> Path:
        """Where they lie."""
        return Path(self.folder.name) / "lines.jsonl"


@dataclass
class Shape:
    """Files whose keys go together: each key in one spelling, and each column below one key."""

    spellings: dict[str, str] = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=dict)
    is_about_persons: bool = False
    places: list[int] = field(default_factory=list)
    described: list[RawTable] = field(default_factory=list)

    def takes(self, keys: Sequence[str], table: RawTable, *, is_about_persons: bool) -> bool:
        """Whether a file with these keys, which would be this table, goes with those that are here."""
        return (
            is_about_persons == self.is_about_persons
            and all(self.spellings.get(key.casefold(), key) == key for key in keys)
            and all(self.columns.get(name, key) == key for name, key in table.matched_headers.items())
        )

    def add(self, place: int, keys: Sequence[str], table: RawTable) -> None:
        """Take a file among them."""
        self.spellings |= {key.casefold(): key for key in keys}
        self.columns |= table.matched_headers
        self.places.append(place)
        self.described.append(table)


def read_together(
    connection: duckdb.DuckDBPyConnection, deliveries: Sequence[Delivery], contract: Contract
) -> list[SharedTable]:
    """The tables of the files that go together; a file in none of them is to be read alone."""
    joined = _joined(deliveries)
    source = files_literal(joined.path)
    counted = connection.execute(f"select count(*) from read_ndjson_objects({source}, {OPTIONS})").fetchall()[0][0]
    if counted != sum(joined.line_counts):
        raise DeliveryError(f"{contract.name}: lines of small files cannot be told apart")
    lines = f"lines_{id(joined)}"
    connection.register(lines, _numbered(joined))
    keys = _keys(connection, source, lines, joined)
    shapes = _shapes(keys, joined, contract)
    shape_of_file = np.full(len(joined.files), -1)
    for number, shape in enumerate(shapes):
        shape_of_file[shape.places] = number
    connection.register(f"shape_{lines}", pa.table({"delivered_shape": np.repeat(shape_of_file, joined.line_counts)}))
    return [_shared(shape, number, source, lines, joined, contract) for number, shape in enumerate(shapes)]


def _joined(deliveries: Iterable[Delivery]) -> Joined:
    joined = Joined()
    with joined.path.open("wb") as together:
        for delivery in deliveries:
            lines = _plain_lines(delivery)
            if lines is not None:
                together.write(lines)
                joined.files.append(delivery)
                joined.line_counts.append(lines.count(b"\n"))
                joined.in_utf8.append(is_compressed(delivery.path) or _is_utf8(lines))
    return joined


def _plain_lines(delivery: Delivery) -> bytes | None:
    """The lines of a file that are not blank, each with its end; null where it is to be read alone."""
    try:
        content = read_whole(delivery.path, MOST_BYTES_OF_A_FILE)
    except DAMAGES:
        return None
    if not content or content.startswith(tuple(MARKS)):
        return None
    lines = [line for line in content.split(b"\n") if line.strip(BLANKS)]
    return b"\n".join([*lines, b""])


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def _numbered(joined: Joined) -> pa.Table:
    """A row a line: whose it is, and its number in its file."""
    counts = np.array(joined.line_counts, dtype=np.int64)
    places = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
    numbers = np.arange(counts.sum()) - np.repeat(counts.cumsum() - counts, counts) + 1
    ids = pa.array([delivery.file_id for delivery in joined.files], pa.string())
    return pa.table(
        {
            FILE_OF_ROW: pa.DictionaryArray.from_arrays(pa.array(places), ids),
            "delivered_place": places,
            "delivered_line": numbers,
        }
    )


def _keys(connection: duckdb.DuckDBPyConnection, source: str, lines: str, joined: Joined) -> dict[int, list[str]]:
    """The keys of the first lines of each file that may be read with others, in the order they appear."""
    found = connection.execute(
        f"""
        select delivered_place, any_value(json_keys(json)) as names
        from read_ndjson_objects({source}, {OPTIONS}) positional join {lines}
        where delivered_line <= {SAMPLE_LINES}
        group by delivered_place, hash(json_keys(json))
        order by delivered_place, min(delivered_line)
        """
    ).fetchall()
    keys: dict[int, dict[str, None]] = {}
    alone = set()
    for place, names in found:
        is_unreadable = names is None and not joined.in_utf8[place]
        if is_unreadable or len(set(names or ())) < len(names or ()):
            alone.add(place)
        keys.setdefault(place, {}).update(dict.fromkeys(names or ()))
    return {place: list(names) for place, names in keys.items() if names and place not in alone}


def _shapes(keys: dict[int, list[str]], joined: Joined, contract: Contract) -> list[Shape]:
    """Files together whose keys go together. What a file alone would be is found out once for the same keys."""
    shapes: list[Shape] = []
    known: dict[tuple[str, ...], tuple[RawTable, Shape] | None] = {}
    for place, names in keys.items():
        if tuple(names) not in known:
            known[tuple(names)] = _fitting(names, place, joined, contract, shapes)
        if (found := known[tuple(names)]) is not None:
            table, shape = found
            shape.add(place, names, table)
    return shapes


def _fitting(
    names: list[str], place: int, joined: Joined, contract: Contract, shapes: list[Shape]
) -> tuple[RawTable, Shape] | None:
    """What a file with these keys alone would be, and the shape it goes with; null where it is refused."""
    try:
        table = table_of(names, "", contract, joined.files[place].label)
    except DeliveryError:
        return None
    about = any(map(contract.is_personal, table.unmatched_headers))
    shape = next((shape for shape in shapes if shape.takes(names, table, is_about_persons=about)), None)
    if shape is None:
        shape = Shape(is_about_persons=about)
        shapes.append(shape)
    return table, shape


def _shared(shape: Shape, number: int, source: str, lines: str, joined: Joined, contract: Contract) -> SharedTable:
    beside = f"positional join {lines} positional join shape_{lines} where delivered_shape = {number}"
    keys = list(shape.spellings.values())
    table = table_of(keys, source, contract, contract.name, Lines("delivered_line", beside))
    return SharedTable(
        replace(table, read_from=joined, file_id=FILE_OF_ROW),
        [(joined.files[place], alone) for place, alone in zip(shape.places, shape.described, strict=True)],
        {joined.files[place].file_id: joined.line_counts[place] for place in shape.places},
    )
