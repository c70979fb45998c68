"""The records of an archive, such as another process takes."""

from dataclasses import dataclass

MAX_BLOCK_BYTES = 16 << 20


@dataclass(frozen=True)
class Captured:
    """One record: its number in the archive from 1, the byte it begins at, and its block up to ``MAX_BLOCK_BYTES``.

    ``kind`` is its type by the library's list, since what an archive writes there may be anything; the rest is what its
    headers say.
    """

    number: int
    offset: int
    kind: str
    is_http: bool
    address: str
    date: str | None
    content_type: str | None
    is_truncated: bool
    block: bytes
    is_whole: bool


@dataclass(frozen=True)
class Unreadable:
    """A stretch of the archive of which no record can be made; it has a number as if it were one."""

    number: int
    reason: str
    detail: str
