"""Classes of ranking in words, and the order people expect them in: levels from the centre down, kinds as listed.

A class is coded by its parts, such as ``county`` or ``website/county``; names and places are those of the labels.
"""

from pipelines.publication.site.page import Desk

KINDS = ("rank_class", "group", "subject_kind")
Place = tuple[tuple[int, str], ...]


def class_name(desk: Desk, code: str | None) -> str:
    """A class in words: the names of its parts."""
    return " · ".join(desk.label(kind, part) if kind else part for kind, part in _parts(desk, code))


def class_place(desk: Desk, code: str | None) -> Place:
    """What to sort classes by."""
    return tuple(desk.tables.labels.place(kind, part) for kind, part in _parts(desk, code))


def _parts(desk: Desk, code: str | None) -> list[tuple[str, str]]:
    """The parts of a class, each with the kind of label it has; an empty kind where it has none."""
    parts = str(code).split("/") if code else []
    return [(next((kind for kind in KINDS if desk.tables.labels.has(kind, part)), ""), part) for part in parts]
