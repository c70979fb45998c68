"""Finds the encoding of a text file by decoding all of it, strictly."""

import codecs
from pathlib import Path

from pipelines.errors import DeliveryError

ENCODINGS = ("utf-8-sig", "gb18030")
CHUNK_BYTES = 1 << 20


def find_encoding(path: Path, label: str) -> str:
    """The first encoding that decodes every byte: UTF-16 where marked so, UTF-8, GB18030.

    Raises ``DeliveryError`` where none does.
    """
    with path.open("rb") as stream:
        first_line = stream.readline(CHUNK_BYTES)
    is_marked = first_line.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    # Most of UTF-16 decodes as GB18030, into nonsense; no other encoding has zero bytes in its headers.
    if not is_marked and b"\0" in first_line:
        raise DeliveryError(f"{label}: the text is in no known encoding (it looks like UTF-16, but has no mark)")
    candidates = ("utf-16",) if is_marked else ENCODINGS
    failures = []
    for encoding in candidates:
        failure = _first_undecodable(path, encoding)
        if failure is None:
            return encoding
        failures.append(f"{encoding.removesuffix('-sig').upper()} fails near byte {failure}")
    raise DeliveryError(f"{label}: the text is in no known encoding ({'; '.join(failures)})")


def _first_undecodable(path: Path, encoding: str) -> int | None:
    decoder = codecs.getincrementaldecoder(encoding)()
    offset = 0
    with path.open("rb") as stream:
        while True:
            chunk = stream.read(CHUNK_BYTES)
            try:
                decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as failure:
                return offset + failure.start
            if not chunk:
                return None
            offset += len(chunk)
