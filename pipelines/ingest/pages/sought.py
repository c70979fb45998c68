"""What a contract looks for in the records of an archive, as plain values that another process takes."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SoughtColumn:
    """A column found on pages: by names of meta tags, or by patterns of LIKE that find its type of thing."""

    name: str
    data_type: str
    meta_tag: str | None = None
    meta_tags: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sought:
    """The columns a contract has, and those of them that it says how to find on pages."""

    names: tuple[str, ...]
    columns: tuple[SoughtColumn, ...]
