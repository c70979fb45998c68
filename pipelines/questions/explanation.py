"""Explains a published score: the tree of an index from its rank down to the rows of the files it rests on.

The explanation itself is SQL and part of every release: the macro ``explain_score``.
"""

from collections.abc import Iterable

import duckdb
from pydantic import BaseModel

from pipelines.errors import CepingError
from pipelines.foundation.sql import Row, query_rows
from pipelines.releases.release import Release

EXPLAIN = "explain_score"
OF_THE_INDEX = (
    "edition",
    "subject_id",
    "subject_name",
    "index_code",
    "index_name_zh",
    "index_name_en",
    "rank_class",
    "subject_rank",
    "ranked_count",
    "tied_count",
    "index_score",
    "is_passed",
    "index_coverage",
    "coverage_min",
    "unranked_reason",
    "next_rank",
    "next_subject_id",
    "next_score",
    "is_synthetic",
)
NAMES_SUGGESTED = 10


class Part(BaseModel, frozen=True):
    """One node of an index for one subject: its columns of ``explain_score``, and the parts below it."""

    facts: Row
    parts: tuple["Part", ...]

    def as_row(self) -> Row:
        """The same as plain nested data."""
        return {**self.facts, "parts": [part.as_row() for part in self.parts]}


class Explanation(BaseModel, frozen=True):
    """One index of one subject: its place in the ranking, and the tree that led to it."""

    facts: Row
    root: Part

    def as_row(self) -> Row:
        """The same as plain nested data."""
        return {**self.facts, "tree": self.root.as_row()}


def explain(release: Release, subject: str, index_code: str | None = None) -> list[Explanation]:
    """Explain every index of a subject, named by its id or its name, or the one index that is asked for.

    Raises ``CepingError`` where the release knows no such subject, or scored it in no such index.
    """
    with release.open() as connection:
        rows = query_rows(connection, f"select * from {EXPLAIN}(?) order by line_number", [subject])
        if not rows:
            raise CepingError(not_found(connection, subject))
    found = list(_nest(rows))
    chosen = [one for one in found if index_code in (None, one.facts["index_code"])]
    if not chosen:
        scored = ", ".join(one.facts["index_code"] for one in found)
        raise CepingError(f"{subject} is not scored in {index_code}; it is in {scored}")
    return chosen


def _nest(rows: Iterable[Row]) -> Iterable[Explanation]:
    trees: dict[tuple[int, str, str], list[Row]] = {}
    for row in rows:
        trees.setdefault((row["edition"], row["subject_id"], row["index_code"]), []).append(row)
    for nodes in trees.values():
        below: dict[str | None, list[Row]] = {}
        for row in nodes:
            below.setdefault(row["parent_code"], []).append(row)
        (root,) = below[None]
        yield Explanation(facts={name: root[name] for name in OF_THE_INDEX}, root=_part(root, below))


def _part(row: Row, below: dict[str | None, list[Row]]) -> Part:
    facts = {name: value for name, value in row.items() if name not in OF_THE_INDEX or name == "is_synthetic"}
    return Part(facts=facts, parts=tuple(_part(child, below) for child in below.get(row["node_code"], [])))


def not_found(connection: duckdb.DuckDBPyConnection, subject: str) -> str:
    """What to tell who asked for a subject that is in no index: those that may have been meant."""
    known = query_rows(
        connection,
        "select subject_id, subject_name, count(ranked.index_code) as index_count "
        "from core.dim_subject left join indices.idx_rank as ranked using (edition, subject_id) "
        "where contains(subject_name, ?) or contains(subject_id, ?) "
        f"group by all order by index_count desc, subject_id limit {NAMES_SUGGESTED}",
        [subject, subject],
    )
    if any(subject in (row["subject_id"], row["subject_name"]) for row in known):
        return f"{subject} is in no index of this release: no framework is about subjects of its kind"
    names = "".join(f"\n  {row['subject_id']}  {row['subject_name']}" for row in known)
    return f"no subject has the id or name {subject}" + (f"; perhaps one of{names}" if names else "")
