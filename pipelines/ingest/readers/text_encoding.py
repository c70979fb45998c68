"""Finds the encoding of a text file by decoding all of it, strictly."""

import codecs
import io
import re
from pathlib import Path
from typing import cast

import numpy as np

from pipelines.errors import DeliveryError
from pipelines.ingest.readers.archives import open_bytes

ENCODINGS = ("utf-8-sig", "gb18030")
# Windows has the euro sign at a byte that no standard gives a meaning in GBK or GB18030.
AS_WINDOWS = "ceping-cp936"
EURO_OF_CP936 = 0x80
CHUNK_BYTES = 1 << 20
OTHER_KINDS = {
    b"PK\x03\x04": "an Excel workbook or another zip archive",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook or another document of Office",
    b"\x1f\x8b": "a gzip archive",
    b"\x28\xb5\x2f\xfd": "a zstd archive",
    b"PAR1": "a Parquet file",
    b"%PDF": "a PDF",
}
# Two Chinese characters that are valid UTF-8 in one line do not come about by chance in GB18030.
FIRST_LEAD, LAST_LEAD, CLASS_OF_BYTE, FOLLOWS = 0xE4, 0xE9, 0xC0, 0x80
CHINESE_IN_UTF_8 = re.compile(rb"(?:[\xe4-\xe9][\x80-\xbf]{2}){2}")


def _euro_of_cp936(failure: UnicodeError) -> tuple[str, int]:
    if isinstance(failure, UnicodeDecodeError) and failure.object[failure.start] == EURO_OF_CP936:
        return "€", failure.start + 1
    raise failure


codecs.register_error(AS_WINDOWS, _euro_of_cp936)


def errors_of(encoding: str) -> str:
    """The name of the rule for bytes without a meaning in an encoding."""
    return AS_WINDOWS if encoding == "gb18030" else "strict"


def find_encoding(path: Path, label: str) -> str:
    """The first encoding that decodes every byte: UTF-16 where marked so, UTF-8, GB18030.

    Raises ``DeliveryError`` where none does, or where lines in UTF-8 stand among lines in GB18030.
    """
    with open_bytes(path) as stream:
        beginning = stream.read(CHUNK_BYTES)
    for signature, kind in OTHER_KINDS.items():
        if beginning.startswith(signature):
            raise DeliveryError(f"{label}: expected a text file, as its name promises, found {kind}")
    is_marked = beginning.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    # Most of UTF-16 decodes as GB18030, into nonsense; no other encoding has zero bytes in its headers.
    if not is_marked and b"\0" in beginning.partition(b"\n")[0]:
        raise DeliveryError(f"{label}: the text is in no known encoding (it looks like UTF-16, but has no mark)")
    candidates = ("utf-16",) if is_marked else ENCODINGS
    failures = []
    for encoding in candidates:
        failure = _first_undecodable(path, encoding)
        if failure is None:
            _refuse_mixture(path, label, encoding)
            return encoding
        failures.append(f"{encoding.removesuffix('-sig').upper()} fails near byte {failure}")
    raise DeliveryError(f"{label}: the text is in no known encoding ({'; '.join(failures)})")


def _first_undecodable(path: Path, encoding: str) -> int | None:
    decoder = codecs.getincrementaldecoder(encoding)(errors_of(encoding))
    offset = 0
    with open_bytes(path) as stream:
        while True:
            chunk = stream.read(CHUNK_BYTES)
            try:
                decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as failure:
                return offset + failure.start
            if not chunk:
                return None
            offset += len(chunk)


def _refuse_mixture(path: Path, label: str, encoding: str) -> None:
    """UTF-8 decodes as GB18030, into nonsense: where a file is not all UTF-8, some of its lines may still be."""
    if encoding != "gb18030":
        return
    number = 0
    with open_bytes(path) as stream:
        text = io.BufferedReader(cast(io.RawIOBase, stream))
        while lines := text.readlines(CHUNK_BYTES):
            if _may_hold_utf8(b"".join(lines)):
                for place, line in enumerate(lines, start=number + 1):
                    _refuse_utf8(line, place, label)
            number += len(lines)


def _may_hold_utf8(text: bytes) -> bool:
    """Whether ``CHINESE_IN_UTF_8`` may be found in it: to look at all bytes at once costs a tenth of looking for it."""
    codes = np.frombuffer(text, np.uint8)
    leads, follows = (codes >= FIRST_LEAD) & (codes <= LAST_LEAD), (codes & CLASS_OF_BYTE) == FOLLOWS
    is_character = leads[:-2] & follows[1:-1] & follows[2:]
    return bool((is_character[:-3] & is_character[3:]).any())


def _refuse_utf8(line: bytes, number: int, label: str) -> None:
    if not CHINESE_IN_UTF_8.search(line):
        return
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return
    raise DeliveryError(f"{label}, line {number}: the line is UTF-8, the file otherwise GB18030; save it in one")
