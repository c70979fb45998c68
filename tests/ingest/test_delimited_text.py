"""Delimited text says the same whether its blocks are taken apart by Arrow or record by record."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import settings as rules
from hypothesis import strategies as st

from pipelines.errors import DeliveryError
from pipelines.ingest.readers import delimited_text
from pipelines.ingest.readers.delimited_text import DelimitedText

HEADERS = ["url", "页面标题"]
CELLS = st.sampled_from(
    ["a", "甲", "", " ", "\u3000", "a,b", 'say "甲"', "two\nlines", "two\r\nlines", "~", "页面标题"]
)
WELL_FORMED = st.tuples(CELLS, CELLS).map(lambda cells: written([cells]))
MESSES = [
    'a,5"\n',
    '"a"b,c\n',
    '"a" ,c\n',
    "\n",
    ",\n",
    " ,\u3000\n",
    "a\n",
    "a,b,c\n",
    "a,b\rc,d\r\n",
    "\ufeffa,b\n",
    "a,b\x1a",
    "url,页面标题\n",
    'a, "b"\n',
    "\x00,\x85\n",
    '"open,',
    "\r",
    '"',
    ",",
    "𫚔,\x1c\n",
]
MESS = st.sampled_from(MESSES)
# A piece of mess among many good records, so that blocks of all kinds come about.
TEXTS = st.tuples(
    st.lists(st.one_of(WELL_FORMED, WELL_FORMED, MESS), max_size=5), st.lists(WELL_FORMED, max_size=8), MESS
).map(lambda parts: "".join([*parts[0], *parts[1], parts[2], *parts[1], *parts[0]]))


def written(rows: list[tuple[str, ...]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def by_blocks(text: str, encoding: str) -> tuple[list[tuple[int, list[str]]], str | None]:
    """Every record with its number, and the error that ended them."""
    delimited = DelimitedText(io.BytesIO(text.encode(encoding)), encoding, ",", "a.csv")
    found: list[tuple[int, list[str]]] = []
    try:
        while (block := delimited.next_block()) is not None:
            cells = delimited.plain_cells(block, HEADERS)
            if cells is None:
                found += delimited.records(block)
                continue
            rows = [[cell or "" for cell in row] for row in zip(*(column.to_pylist() for column in cells), strict=True)]
            found += enumerate(rows, start=delimited.record_count - len(rows) + 1)
    except DeliveryError as failure:
        return found, str(failure)
    return found, None


def one_by_one(text: str) -> tuple[list[tuple[int, list[str]]], str | None]:
    """As ``csv`` alone reads it."""
    lines = (line.lstrip("\ufeff").rstrip("\x1a") for line in io.StringIO(text.removeprefix("\ufeff"), newline=""))
    reader = csv.reader(lines, strict=True)
    found: list[tuple[int, list[str]]] = []
    try:
        found += (
            (number, record) for number, record in enumerate(reader, start=1) if any(cell.strip() for cell in record)
        )
    except csv.Error as failure:
        return found, f"a.csv, line {reader.line_num}: {failure}"
    return found, None


@given(text=TEXTS, encoding=st.sampled_from(["utf-8-sig", "gb18030", "utf-16"]), size=st.integers(1, 150))
@rules(max_examples=300)
def test_blocks_say_what_records_say(text: str, encoding: str, size: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delimited_text, "FIRST_BLOCK_BYTES", size)
        patch.setattr(delimited_text, "BLOCK_BYTES", size)
        assert by_blocks(text, encoding) == one_by_one(text)


@pytest.mark.parametrize("mess", MESSES)
def test_a_mess_in_a_block(mess: str) -> None:
    before, behind = (written([record] * 3) for record in [("a", 'say "甲"'), ("b", "two\nlines")])
    for text in (before + mess + behind, before + mess):
        assert by_blocks(text, "utf-8-sig") == one_by_one(text)


def test_what_is_written_as_usual_is_taken_apart_at_once() -> None:
    rows = [("a.example", 'say "甲"'), ("two\nlines", ""), ("", "a,b")]
    delimited = DelimitedText(io.BytesIO(written(rows).encode()), "utf-8-sig", ",", "a.csv")
    block = delimited.next_block()
    assert block is not None
    cells = delimited.plain_cells(block, ["网址", "标题"])
    assert cells is not None
    assert [column.to_pylist() for column in cells] == [["a.example", "two\nlines", None], ['say "甲"', None, "a,b"]]
