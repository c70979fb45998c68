"""The records of delimited text. A block whose form is proved is taken apart by Arrow; any other record by record.

Arrow is an order of magnitude quicker than ``csv``, and forgives what that refuses: text behind a closing quote, a
lone carriage return. So a block is given to it only where each quote is known to open, close or be doubled within a
cell, and where no record is blank, a header come again, or of another width; then both say the same.
"""

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from typing import IO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from pipelines.errors import DeliveryError
from pipelines.ingest.readers.text_encoding import errors_of

# The header is looked for in the first block, whose records are read one by one.
FIRST_BLOCK_BYTES = 1 << 16
BLOCK_BYTES = 1 << 20
MAX_LINE_CHARACTERS = 16 << 20
CLASS_OF_BYTE, FOLLOWS = 0xC0, 0x80

BYTE_ORDER_MARK, END_OF_DOS_FILE = "\ufeff", "\x1a"
FIRST_ABOVE_BLANKS, LAST_PLAIN, FIRST_ABOVE_WIDE_BLANK = "!", "~", "\u3001"
QUOTE, LINE_FEED = ord('"'), ord("\n")

Record = tuple[int, list[str]]


class DelimitedText:
    """A delimited text that is read block by block, each by ``plain_cells`` or by ``records``."""

    def __init__(self, stream: IO[bytes], encoding: str, delimiter: str, label: str) -> None:
        self._blocks = _blocks_in_utf8(stream, encoding)
        self._label = label
        self._delimiter = delimiter
        self._lines = io.StringIO()
        self._reader = csv.reader(self._lines_in_turn(), delimiter=delimiter, strict=True)
        self._line_count = 0
        self.record_count = 0
        """The records that were read, blank ones too."""

    def next_block(self) -> bytes | None:
        """Whole lines in UTF-8, which begin with a record; null at the end."""
        return next(self._blocks, None)

    def plain_cells(self, block: bytes, headers: Sequence[str]) -> list[pa.Array] | None:
        """The cells of a block by column, null where empty; null where it is to be read record by record."""
        if not _is_plain(block, headers, self._delimiter):
            return None
        cells = _taken_apart(block, len(headers), self._delimiter)
        if cells is None or not _has_only_filled_records(cells):
            return None
        self.record_count += len(cells[0])
        self._line_count += _count(block, LINE_FEED)
        return cells

    def records(self, block: bytes) -> Iterator[Record]:
        """Every record that begins in a block and is not blank, with its number; the last may end in later blocks."""
        self._take(block)
        while self._has_lines():
            try:
                record = next(self._reader, None)
            except csv.Error as failure:
                raise DeliveryError(f"{self._label}, line {self._line_count}: {failure}") from failure
            if record is None:
                return
            self.record_count += 1
            if any(cell.strip() for cell in record):
                yield self.record_count, record

    def _take(self, block: bytes) -> None:
        text = block.decode()
        self._lines, self._end = io.StringIO(text, newline=""), len(text)

    def _has_lines(self) -> bool:
        return self._lines.tell() < self._end

    def _lines_in_turn(self) -> Iterator[str]:
        """The lines of the present block; within a record, those of the next ones."""
        while True:
            while line := self._lines.readline(MAX_LINE_CHARACTERS):
                self._line_count += 1
                if len(line) == MAX_LINE_CHARACTERS:
                    raise DeliveryError(
                        f"{self._label}, line {self._line_count}: longer than {MAX_LINE_CHARACTERS:,} characters"
                    )
                yield _without_marks(line)
            if (block := self.next_block()) is None:
                return
            self._take(block)


def _without_marks(line: str) -> str:
    """A line without what programs leave in it: a mark where files were put together, the end of a file of DOS."""
    if line[0] == BYTE_ORDER_MARK:
        line = line.lstrip(BYTE_ORDER_MARK)
    return line.rstrip(END_OF_DOS_FILE) if line.endswith(END_OF_DOS_FILE) else line


def _blocks_in_utf8(stream: IO[bytes], encoding: str) -> Iterator[bytes]:
    """The text in blocks that end with a line; a line that is far too long is a block of its own."""
    decoder = None if encoding == "utf-8-sig" else codecs.getincrementaldecoder(encoding)(errors_of(encoding))
    beginning, size = stream.read(len(codecs.BOM_UTF8)), FIRST_BLOCK_BYTES
    buffer = beginning.removeprefix(codecs.BOM_UTF8) if decoder is None else decoder.decode(beginning).encode()
    while chunk := stream.read(size):
        buffer += chunk if decoder is None else decoder.decode(chunk).encode()
        end = _end_of_records(buffer)
        if end == 0 and _is_too_long(buffer):
            end = len(buffer)
        if end:
            yield buffer[:end]
            buffer, size = buffer[end:], BLOCK_BYTES
    if decoder is not None:
        buffer += decoder.decode(b"", final=True).encode()
    if buffer:
        yield buffer


def _is_too_long(line: bytes) -> bool:
    """Whether what is there of a line has more characters than any may have."""
    if len(line) < MAX_LINE_CHARACTERS:
        return False
    follows = (np.frombuffer(line, np.uint8) & CLASS_OF_BYTE) == FOLLOWS
    return len(line) - int(np.count_nonzero(follows)) >= MAX_LINE_CHARACTERS


def _count(block: bytes, code: int) -> int:
    """How often a byte occurs: ``bytes.count`` is slow where it is often."""
    return int(np.count_nonzero(np.frombuffer(block, np.uint8) == code))


def _end_of_records(buffer: bytes) -> int:
    """Where the last whole record ends if quotes are as they should be, or else the last line; 0 where none does."""
    last = place = buffer.rfind(b"\n")
    is_within_quotes = _count(buffer[: last + 1], QUOTE) % 2 == 1
    while is_within_quotes and place >= 0:
        earlier = buffer.rfind(b"\n", 0, place)
        is_within_quotes ^= buffer.count(b'"', earlier + 1, place) % 2 == 1
        place = earlier
    if place >= 0 or last >= 0:
        return (place if place >= 0 else last) + 1
    # Old programs end lines with a carriage return; behind the last one a line feed may come yet.
    return buffer.rfind(b"\r", 0, -1) + 1


def _is_plain(block: bytes, headers: Sequence[str], delimiter: str) -> bool:
    """Whether lines end as usual, no mark stands in them, no header comes again, and quotes are where they should be.

    A header of which one cell is missing is none: the longest is looked for, as the least likely in a value.
    """
    longest = max(headers, key=len)
    if not longest or '"' in longest or longest.encode() in block or len(block) > MAX_LINE_CHARACTERS:
        return False
    if codecs.BOM_UTF8 in block or END_OF_DOS_FILE.encode() in block:
        return False
    ends_as_usual = b"\r" not in block or block.count(b"\r") == block.count(b"\r\n")
    return ends_as_usual and _is_quoted_strictly(block, delimiter)


def _is_quoted_strictly(block: bytes, delimiter: str) -> bool:
    """Whether each quote opens a cell at its beginning, closes one at its end, or is one of a pair within it."""
    codes = np.frombuffer(block, np.uint8)
    places = np.flatnonzero(codes == QUOTE)
    if len(places) == 0:
        return True
    if len(places) % 2:
        return False
    opening, closing = places[::2], places[1::2]
    is_between_cells = np.zeros(256, bool)
    is_between_cells[[ord(delimiter), ord("\n"), ord("\r")]] = True
    is_pair = opening[1:] == closing[:-1] + 1
    # What is before the first byte and after the last is taken from the other end, and then put right.
    opens = is_between_cells[codes[opening - 1]]
    closes = is_between_cells[codes[(closing + 1) % len(codes)]]
    opens[0] |= opening[0] == 0
    closes[-1] |= closing[-1] == len(codes) - 1
    opens[1:] |= is_pair
    closes[:-1] |= is_pair
    return bool(opens.all() and closes.all())


def _taken_apart(block: bytes, width: int, delimiter: str) -> list[pa.Array] | None:
    """The cells by column; null where a record has more or fewer, or one is longer than ``csv`` takes."""
    names = [f"cell_{place}" for place in range(width)]
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(block),
            arrow_csv.ReadOptions(use_threads=False, block_size=len(block) + 1, column_names=names),
            arrow_csv.ParseOptions(delimiter=delimiter, newlines_in_values=True, ignore_empty_lines=False),
            arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                null_values=[""],
                strings_can_be_null=True,
                check_utf8=False,
            ),
        )
    except pa.ArrowInvalid:
        return None
    cells = [column.combine_chunks() for column in table.columns]
    longest = (pc.max(pc.binary_length(column)).as_py() or 0 for column in cells)
    return cells if max(longest) < csv.field_size_limit() else None


def _has_only_filled_records(cells: Sequence[pa.Array]) -> bool:
    """Whether each record surely has more than blanks: a cell that begins beyond all that Python takes for one."""
    is_filled = None
    for column in sorted(cells, key=lambda column: column.null_count):
        is_ascii = pc.and_(pc.greater_equal(column, FIRST_ABOVE_BLANKS), pc.less_equal(column, LAST_PLAIN))
        begins_filled = pc.fill_null(pc.or_(is_ascii, pc.greater_equal(column, FIRST_ABOVE_WIDE_BLANK)), False)
        is_filled = begins_filled if is_filled is None else pc.or_(is_filled, begins_filled)
        if pc.all(is_filled).as_py():
            return True
    return False
