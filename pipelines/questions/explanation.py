"""Explains a published score: the tree of an index from its rank down to the rows of the files it rests on.

The explanation itself is SQL and part of every release: the macro ``explain_score``.
"""

from collections.abc import Iterable, Mapping

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
# What the part that was not measured could change, where ranks were drawn.
INTERVALS = "idx_rank_interval"
MISSING_RANKS = ("missing_rank_p10", "missing_rank_p90")
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
        missing = _missing_ranks(connection, {row["subject_id"] for row in rows})
    found = list(_nest(rows, missing))
    chosen = [one for one in found if index_code in (None, one.facts["index_code"])]
    if not chosen:
        scored = ", ".join(one.facts["index_code"] for one in found)
        raise CepingError(f"{subject} is not scored in {index_code}; it is in {scored}")
    return chosen


def _missing_ranks(connection: duckdb.DuckDBPyConnection, subjects: set[str]) -> dict[tuple[str, str, int], Row]:
    """Ranks if what was not measured stood at the low and the high end of the class."""
    tables = "select count(*) as table_count from information_schema.tables where table_name = ?"
    [drawn] = query_rows(connection, tables, [INTERVALS])
    if not drawn["table_count"]:
        return {}
    rows = query_rows(
        connection,
        f"select edition, index_code, subject_id, {', '.join(MISSING_RANKS)} from indices.{INTERVALS} "
        "where list_contains(?, subject_id)",
        [sorted(subjects)],
    )
    return {
        (row["subject_id"], row["index_code"], row["edition"]): {name: row[name] for name in MISSING_RANKS}
        for row in rows
    }


def _nest(rows: Iterable[Row], missing: Mapping[tuple[str, str, int], Row]) -> Iterable[Explanation]:
    trees: dict[tuple[int, str, str], list[Row]] = {}
    for row in rows:
        trees.setdefault((row["edition"], row["subject_id"], row["index_code"]), []).append(row)
    for nodes in trees.values():
        below: dict[str | None, list[Row]] = {}
        for row in nodes:
            below.setdefault(row["parent_code"], []).append(row)
        (root,) = below[None]
        key = (root["subject_id"], root["index_code"], root["edition"])
        facts = {name: root[name] for name in OF_THE_INDEX}
        facts |= missing.get(key, dict.fromkeys(MISSING_RANKS))
        yield Explanation(facts=facts, root=_part(root, below))


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
