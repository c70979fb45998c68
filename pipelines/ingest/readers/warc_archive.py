"""The records of a WARC archive in their order, whatever is damaged between them.

FastWARC ends without a word where an archive is cut, and at the first damaged record; here each gap is reported, with
the byte it begins at, and what comes after it is read. Memory is bounded: no more of a record is held than a page may
have.
"""

import base64
import gzip
import hashlib
import re
import zlib
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import BinaryIO

from fastwarc.warc import ArchiveIterator, WarcRecord

from pipelines.ingest.pages.records import MAX_BLOCK_BYTES, Captured, Unreadable
from pipelines.ingest.readers.archives import open_bytes

CHUNK_BYTES = 1 << 20
REASON_CHARACTERS = 200
GZIP = b"\x1f\x8b"
BEGINNING_OF_RECORD = re.compile(rb"\n(WARC/[01]\.)")
BEGINNING_OF_MEMBER = re.compile(rb"(?s:.)(\x1f\x8b\x08[\x00-\x1f])")
END_OF_HEADER = re.compile(rb"\r?\n\r?\n")
DIGESTS = ("md5", "sha1", "sha256", "sha512")
LONGEST_BEGINNING = 8
LONGEST_FIRST_LINE = 1 << 10


def _has_its_digest(block: bytes, said: str | None) -> bool:
    """Whether a block has the digest it was written with; one of an unknown kind says nothing."""
    algorithm, _, digest = (said or "").strip().partition(":")
    if algorithm.lower() not in DIGESTS or not digest:
        return True
    found = hashlib.new(algorithm.lower(), block, usedforsecurity=False).digest()
    # Written as in the standard, in base 32, or in hexadecimal; padding may be left out.
    return digest.lower().rstrip("=") in (found.hex(), base64.b32encode(found).decode().lower().rstrip("="))


class Walk:
    """One pass over an archive; FastWARC finds out itself how it is compressed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = path.stat().st_size
        with path.open("rb") as stream:
            self.is_gzip = stream.read(len(GZIP)) == GZIP
        # The lenient mode reads lines that end in a bare line feed, and says less of what is damaged.
        self.is_bare = self._has_bare_line_feeds()
        self.numbers = count(1)
        self.last_offset: int | None = None
        self.last_length = 0
        self.resume_at = 0
        self.lost_by: str | None = None
        self.is_end_said = False

    def _has_bare_line_feeds(self) -> bool:
        try:
            with gzip.open(self.path) if self.is_gzip else open_bytes(self.path) as stream:
                first, end, _ = stream.read(LONGEST_FIRST_LINE).partition(b"\n")
        except (OSError, EOFError, zlib.error):
            return False
        return bool(end) and not first.endswith(b"\r")

    def __iter__(self) -> Iterator[Captured | Unreadable]:
        """Every record or gap; where damage ends, reading begins again at the next place that looks like a record."""
        with self.path.open("rb") as stream:
            start: int | None = 0
            while start is not None:
                stream.seek(start)
                self.resume_at = max(self.resume_at, start + 1)
                try:
                    yield from self._records(stream)
                    start = None
                except OSError as failure:
                    self.lost_by = self.lost_by or str(failure)[:REASON_CHARACTERS]
                    start = self._next_beginning(stream)
        self.lost_by = self.lost_by or self._cut_end()
        if self.lost_by is not None:
            yield self._gap(self.size)

    def _records(self, stream: BinaryIO) -> Iterator[Captured | Unreadable]:
        for record in ArchiveIterator(stream, parse_http=False, fsspec_args=False, quirks_mode=self.is_bare):
            if self.lost_by is not None:
                yield self._gap(record.stream_pos)
            # Of an archive compressed as a whole FastWARC puts every record but the first at the end.
            if self.last_offset is None or record.stream_pos < self.size:
                self.last_offset = record.stream_pos
                self.last_length = record.content_length
                self.resume_at = record.stream_pos + (1 if self.is_gzip else max(1, record.content_length))
            yield self._captured(record, self.last_offset)

    def _captured(self, record: WarcRecord, offset: int) -> Captured | Unreadable:
        declared = record.content_length
        block = record.reader.read(MAX_BLOCK_BYTES)
        found = len(block) + record.consume()
        if found < declared:
            self.is_end_said = True
            detail = f"the record at byte {offset:,} has {found:,} of {declared:,} bytes"
            return Unreadable(next(self.numbers), "record cut short", detail)
        is_whole = len(block) == found
        if is_whole and not _has_its_digest(block, record.headers.get("WARC-Block-Digest")):
            detail = f"the record at byte {offset:,} is not what its WARC-Block-Digest says"
            return Unreadable(next(self.numbers), "record is damaged", detail)
        said = record.headers
        return Captured(
            number=next(self.numbers),
            offset=offset,
            kind=str(record.record_type),
            is_http=record.is_http,
            address=(said.get("WARC-Target-URI") or "").strip("<> "),
            date=said.get("WARC-Date"),
            content_type=said.get("Content-Type"),
            is_truncated="WARC-Truncated" in said,
            block=block,
            is_whole=is_whole,
        )

    def _gap(self, until: int) -> Unreadable:
        since = "the beginning" if self.last_offset is None else f"the record at byte {self.last_offset:,}"
        detail = f"nothing can be read between {since} and byte {until:,} ({self.lost_by})"
        self.lost_by = None
        return Unreadable(next(self.numbers), "damaged stretch of the archive", detail)

    def _next_beginning(self, stream: BinaryIO) -> int | None:
        """The next byte at which a record, or a compressed record, seems to begin."""
        pattern = BEGINNING_OF_MEMBER if self.is_gzip else BEGINNING_OF_RECORD
        stream.seek(self.resume_at - 1)
        rest = b""
        while chunk := stream.read(CHUNK_BYTES):
            found = pattern.search(rest + chunk)
            if found is not None:
                return stream.tell() - len(chunk) - len(rest) + found.start(1)
            rest = chunk[-LONGEST_BEGINNING:]
        return None

    def _cut_end(self) -> str | None:
        """What is wrong at the end of an archive: FastWARC takes one that is cut for one that ends."""
        if self.is_end_said:
            return None
        if not self.is_gzip:
            return self._cut_header()
        with self.path.open("rb") as stream:
            stream.seek(self.last_offset or 0)
            try:
                with gzip.GzipFile(fileobj=stream) as member:
                    while member.read(CHUNK_BYTES):
                        pass
            except (EOFError, OSError, zlib.error) as failure:
                return str(failure)
        return None

    def _cut_header(self) -> str | None:
        """What is wrong where a plain archive ends with what is no whole header."""
        if self.last_offset is None:
            return None
        with self.path.open("rb") as stream:
            stream.seek(self.last_offset)
            beginning = stream.read(CHUNK_BYTES)
            header = END_OF_HEADER.search(beginning)
            if not beginning.startswith(b"WARC/"):
                return None
            # FastWARC takes half a header for a record that says nothing of its length.
            if header is None:
                return "it is cut within the header of a record"
            stream.seek(self.last_offset + header.end() + self.last_length)
            return "it is cut within the header of a record" if stream.read(CHUNK_BYTES).strip() else None
