"""One JSON document, plain or compressed: an array of objects, an object that holds one such array, or one object."""

import json
from dataclasses import replace
from typing import Any

import duckdb
import pyarrow as pa

from pipelines.errors import DeliveryError
from pipelines.ingest.contracts import Contract
from pipelines.ingest.inbox import Delivery
from pipelines.ingest.readers.archives import open_bytes
from pipelines.ingest.readers.raw_table import RawTable, headed_table

MAX_BYTES = 64 << 20
NO_OBJECT = "not a JSON object with any known column"


def read(connection: duckdb.DuckDBPyConnection, delivery: Delivery, contract: Contract) -> list[RawTable]:
    """The one table of a document; its rows are the elements of the array, counted from 1."""
    elements = _elements(_parse(delivery), delivery)
    headers = list(dict.fromkeys(key for element in elements if isinstance(element, dict) for key in element))
    table = headed_table(headers, f"json_{delivery.file_id}", contract, delivery.label, "utf-8")
    known = list(table.matched_headers.values())
    rows = [_row(number, element, headers, known) for number, element in enumerate(elements, start=1)]
    connection.register(table.relation, _as_table(rows, len(headers)))
    return [replace(table, may_hold_lists=True)]


def _parse(delivery: Delivery) -> Any:
    with open_bytes(delivery.path) as stream:
        content = stream.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise DeliveryError(f"{delivery.label}: a JSON document above {MAX_BYTES >> 20} MiB; deliver it as JSON Lines")
    try:
        return json.loads(content, parse_float=str, object_pairs_hook=_object_of)
    except (ValueError, RecursionError) as failure:
        hint = _hint(failure)
        raise DeliveryError(f"{delivery.label}: cannot be read as JSON ({failure}){hint}") from failure


def _object_of(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object of these keys and values; raises ``ValueError`` where a key stands twice or cannot be written down."""
    found = dict(pairs)
    if odd := next((name for name in found if not _is_unicode(name)), None):
        raise ValueError(f"one object has a key with half a character: {odd!a}")
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"one object has twice the key {next(name for name in names if names.count(name) > 1)}")
    return found


def _hint(failure: ValueError | RecursionError) -> str:
    if isinstance(failure, UnicodeDecodeError):
        return "; JSON must be UTF-8"
    if isinstance(failure, json.JSONDecodeError) and failure.msg == "Extra data":
        return "; a file with one object per line is named .jsonl"
    return ""


def _elements(document: Any, delivery: Delivery) -> list[Any]:
    if isinstance(document, list):
        return document
    if not isinstance(document, dict):
        raise DeliveryError(f"{delivery.label}: neither a JSON object nor an array of objects")
    arrays = [key for key, value in document.items() if isinstance(value, list) and _holds_objects(value)]
    if len(arrays) > 1:
        raise DeliveryError(f"{delivery.label}: which array holds the rows? {', '.join(arrays)}")
    return document[arrays[0]] if arrays else [document]


def _holds_objects(array: list[Any]) -> bool:
    return any(isinstance(element, dict) for element in array)


def _row(number: int, element: Any, headers: list[str], known: list[str]) -> tuple[object, ...]:
    if isinstance(element, dict) and any(element.get(header) is not None for header in known):
        cells = [_text(element.get(header)) for header in headers]
        if all(map(_is_unicode, cells)):
            return (number, None, None, *cells)
    return (number, NO_OBJECT, json.dumps(element)[:500], *[None] * len(headers))


def _text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _is_unicode(text: str | None) -> bool:
    """Whether the text can be written down: JSON can name halves of characters."""
    return text is None or not any("\ud800" <= character <= "\udfff" for character in text)


def _as_table(rows: list[tuple[object, ...]], width: int) -> pa.Table:
    names = ["row_number", "broken_reason", "broken_text", *(f"cell_{position}" for position in range(width))]
    schema = pa.schema([(name, pa.int64() if name == "row_number" else pa.string()) for name in names])
    return pa.Table.from_pylist([dict(zip(names, row, strict=True)) for row in rows], schema=schema)
