"""What every reader returns: rows of text, numbered as a person opening the file would number them."""

import datetime as dt
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from pipelines.errors import DeliveryError, MissingColumnError
from pipelines.ingest.contracts import Column, Contract
from pipelines.ingest.dates_and_numbers import EXCEL_FIRST_DAY
from pipelines.ingest.inbox import Delivery

# The column that says which file a row is of, in a relation with the rows of several.
FILE_OF_ROW = "delivered_file_id"
# The declared ones are asked for again with each record that may be the header.
MOST_HEADERS_KNOWN = 10_000


@dataclass(frozen=True)
class RawTable:
    """One sheet, or one file without sheets, as a DuckDB relation of text.

    ``relation`` has ``row_number`` (bigint; the row in the sheet, the record in a CSV counting its header, the line in
    JSON Lines not counting blank ones, the element of a JSON array), ``broken_reason`` and ``broken_text`` (null unless
    the row could not be taken apart), and the expressions of ``cells``, one a contract column that may have a value;
    ``matched_headers`` are the headers seen of them. ``unknown_cells`` are the expressions of headers no column
    claims, ``gathered_cells`` those a column gathers. A relation that is read as it is used puts into ``failures``
    what stopped it, and counts in ``skipped_records``, by kind, the records of an archive that are no rows;
    ``read_from`` keeps what it reads. ``marks`` are, by column, the expressions of the reason why a cell cannot be what
    its text says, null where there is none; ``first_day`` is the day that serial number 0 means; ``hidden_rows`` were
    read though the file hides them. Where it ``may_hold_lists``, a cell that is a JSON array is a list of values.
    ``file_id`` is the expression of the file each row is of, where the relation holds the rows of several.
    """

    sheet: str | None
    relation: str
    cells: dict[str, str]
    matched_headers: dict[str, str] = field(default_factory=dict)
    unmatched_headers: tuple[str, ...] = ()
    unknown_cells: dict[str, str] = field(default_factory=dict)
    gathered_cells: dict[str, str] = field(default_factory=dict)
    encoding: str | None = None
    ignored_sheets: tuple[str, ...] = ()
    skipped_records: Counter[str] = field(default_factory=Counter)
    failures: list[DeliveryError] = field(default_factory=list)
    read_from: object = None
    marks: dict[str, str] = field(default_factory=dict)
    first_day: dt.date = EXCEL_FIRST_DAY
    hidden_rows: int = 0
    may_hold_lists: bool = False
    file_id: str | None = None


@dataclass(frozen=True)
class SharedTable:
    """The rows of several small files as one raw table, and what each file alone would be, without its relation.

    ``row_counts`` are the rows of each file by its id, where the reader can tell them before they are read.
    """

    table: RawTable
    files: list[tuple[Delivery, RawTable]]
    row_counts: dict[str, int] | None = None


@lru_cache(maxsize=MOST_HEADERS_KNOWN)
def normalise_header(text: str) -> str:
    """A header without the differences people do not see: width, case, white space."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).casefold()


def match_headers(headers: Sequence[str | None], contract: Contract, where: str) -> dict[str, int]:
    """Contract column name to position among the headers.

    Raises ``DeliveryError`` where two headers claim one column or a required column has none.
    """
    matched, missing = find_headers(headers, contract, where)
    if missing:
        named = ", ".join(f"{column.name} ({column.header})" for column in missing)
        wanted = "; ".join(f"{column.name} is read below {' or '.join(column.headers[1:])}" for column in missing)
        raise MissingColumnError(
            f"{where}: required column missing: {named}; headers found: {_shown(headers, contract)}; {wanted}"
        )
    return matched


def headed_table(headers: Sequence[str], relation: str, contract: Contract, where: str, encoding: str) -> RawTable:
    """The table of a relation whose cells are named by the places of these headers.

    Raises ``DeliveryError`` where two headers claim one column or a required column has none.
    """
    matched = match_headers(headers, contract, where)
    return RawTable(
        sheet=None,
        relation=relation,
        cells={name: f"cell_{position}" for name, position in matched.items()},
        matched_headers={name: headers[position] for name, position in matched.items()},
        unmatched_headers=unmatched(headers, matched),
        unknown_cells=unknown_cells(headers, matched),
        encoding=encoding,
    )


def _shown(headers: Sequence[str | None], contract: Contract) -> str:
    """The headers for a message. Without a header row a person's data stands where they should be: then their count."""
    found = [header for header in headers if header]
    if contract.has_personal and found:
        return f"{len(found)}, not shown, as they may be a person's data"
    return ", ".join(found) or "none"


def count_headers(headers: Sequence[str | None], contract: Contract) -> int:
    """How many of the contract's columns a row of cells names."""
    seen = {normalise_header(header) for header in headers if header}
    return sum(any(normalise_header(name) in seen for name in column.headers) for column in contract.columns)


def find_headers(headers: Sequence[str | None], contract: Contract, where: str) -> tuple[dict[str, int], list[Column]]:
    """The matched columns, and the required ones that no header matches; a gathering column has no header."""
    positions: dict[str, list[int]] = {}
    for position, header in enumerate(headers):
        if header:
            positions.setdefault(normalise_header(header), []).append(position)
    matched: dict[str, int] = {}
    for column in contract.columns:
        if column.gathers is not None:
            continue
        found = [
            place
            for header in dict.fromkeys(map(normalise_header, column.headers))
            for place in positions.get(header, [])
        ]
        if len(found) > 1 and column.repeated == "refuse":
            names = " and ".join(str(headers[place]) for place in found)
            raise DeliveryError(f"{where}: {len(found)} headers claim column {column.name}: {names}")
        if found:
            matched[column.name] = found[0]
    missing = [
        column
        for column in contract.columns
        if column.required and column.name not in matched and column.from_file_name is None
    ]
    return matched, missing


def unmatched(headers: Sequence[str | None], matched: dict[str, int]) -> tuple[str, ...]:
    """Headers no contract column claims, in their order."""
    taken = set(matched.values())
    return tuple(header for place, header in enumerate(headers) if header and place not in taken)


def unknown_cells(headers: Sequence[str | None], matched: dict[str, int]) -> dict[str, str]:
    """The cells below headers no column claims, where cells are named by place; of equal headers each is numbered."""
    taken = set(matched.values())
    cells: dict[str, str] = {}
    for place, header in enumerate(headers):
        if header and place not in taken:
            count = sum(other == header for other in headers[:place])
            cells[header if count == 0 else f"{header} ({count + 1})"] = f"cell_{place}"
    return cells
