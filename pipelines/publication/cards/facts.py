"""The facts of cards: one nested record a subject, read from a release for all subjects by a handful of queries.

A record holds codes and numbers; their names are in the frame, which all cards share (``frame``). Scores and weights
are rounded to what is shown; a fact that a release does not hold is left out, never an error.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pipelines.foundation.sql import Row
from pipelines.publication.model_sql import render_macro
from pipelines.publication.site.tables import Tables

QUERIES_DIR = Path(__file__).parent / "queries"
INTERVALS, CHANCES = "indices.idx_rank_interval", "indices.idx_top_chance"
CANDIDATES, HISTORY = "awards.award_candidate", "awards.award_history"
INSPECTIONS = "core.fct_site_inspection"
# Of a node, in the order in which a shard holds them.
NODE = (
    "node_code", "score", "weight_used", "weighted_score", "contribution_share", "raw_value", "null_reason",
    "is_imputed", "is_vetoed", "change_code", "needed_value", "sample_size", "standard_error", "evidence",
)  # fmt: skip
# Of an index, as the root of its tree has them.
INDEX = (
    "index_code", "rank_class", "subject_rank", "ranked_count", "tied_count", "index_score", "is_passed",
    "index_coverage", "unranked_reason", "next_rank", "next_score",
)  # fmt: skip
ROUNDED = {
    "score": 6, "weight_used": 6, "weighted_score": 6, "contribution_share": 6, "standard_error": 6,
    "index_score": 6, "index_coverage": 6, "next_score": 6, "needed_value": 6,
}  # fmt: skip
NOT_APPLICABLE = "not_applicable"
COUNTED_SOURCES = "[(read.source, read.row_count) for read in evidence]"
SUMMED = ("arithmetic", "rubric")
# Subjects whose nodes are in memory together: all of them would be a gigabyte where thousands are ranked.
AT_ONCE = 500
Facts = dict[str, Any]


def read_cards(tables: Tables, wanted: Sequence[str] | None = None, *, with_files: bool = False) -> Iterator[Facts]:
    """The facts of the wanted subjects, or of all that have a card, in the order of their ids.

    With files, a node names the files and rows of its evidence; without, only the sources: names of files are nothing
    for the public.
    """
    chosen = sorted(tables.carded if wanted is None else wanted)
    beside = _beside(tables)
    awards, held, checks = _awards(tables), _held(tables), _checks(tables)
    for start in range(0, len(chosen), AT_ONCE):
        some = chosen[start : start + AT_ONCE]
        indices = _indices(tables, some, beside, with_files=with_files)
        for who in _subjects(tables, some):
            subject = who["id"]
            yield {
                **who,
                "indices": indices.get(subject, []),
                "awards": awards.get(subject, []),
                "held": held.get(subject, []),
                "checks": checks.get(subject, []),
            }


def _subjects(tables: Tables, chosen: list[str]) -> list[Row]:
    wanted = {
        "subject_id": "id", "subject_name": "name", "subject_kind": "kind", "subject_code": "code",
        "level": "level", "system": "system", "organiser_name": "organiser", "region_code": "region",
        "home_url": "url", "operating_status": "status", "is_synthetic": "synthetic",
    }  # fmt: skip
    rows = tables.select(
        "core.dim_subject", tuple(wanted), "where edition = ? and list_contains(?, subject_id) order by subject_id",
        (tables.candidate.edition, chosen),
    )  # fmt: skip
    return [{wanted[name]: value for name, value in row.items()} for row in rows]


def _beside(tables: Tables) -> list[tuple[str, dict[tuple[str, str], Any]]]:
    """What is told of an index beside its nodes: how sure its rank is, and the one before."""
    return [("span", _spans(tables)), ("chances", _chances(tables)), ("before", _before(tables))]


def _indices(
    tables: Tables, chosen: list[str], beside: list[tuple[str, dict[tuple[str, str], Any]]], *, with_files: bool
) -> dict[str, list[Facts]]:
    named = {("indices.idx_evidence", "file_name")} if with_files else set()
    statement = render_macro((QUERIES_DIR / "nodes.sql").read_text(encoding="utf-8"), named)
    rounded = ", ".join(f"round({name}, {digits}) as {name}" for name, digits in ROUNDED.items())
    names = [name for name in dict.fromkeys((*INDEX, *NODE[:-1])) if name not in ROUNDED]
    # Where files are not named, only what is counted is fetched: it is a row a node.
    names.append("evidence" if with_files else f"{COUNTED_SOURCES} as evidence")
    rows = tables.query(
        f"select subject_id, parent_code, is_leaf, aggregation, weight_share, {', '.join(names)}, {rounded} "
        f"from ({statement}) as explained order by line_number",
        {"edition": tables.candidate.edition, "wanted": chosen},
    )
    trees: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        trees[row["subject_id"], row["index_code"]].append(row)
    found: dict[str, list[Facts]] = defaultdict(list)
    for key, nodes in trees.items():
        root = nodes[0]
        facts: Facts = {name: root[name] for name in INDEX}
        facts |= {name: found_of.get(key) for name, found_of in beside}
        facts |= {"bounds": _bounds(nodes)}
        facts["nodes"] = [
            [*(node[name] for name in NODE[:-1]), _evidence(node["evidence"], with_files=with_files)] for node in nodes
        ]
        found[key[0]].append(facts)
    return found


def _evidence(read: list[Any] | None, *, with_files: bool) -> list[Any] | None:
    """The sources with the rows read of each, or all that is known of them."""
    if not read:
        return None
    if with_files or len(read) == 1:
        return read
    counts: dict[str, int] = defaultdict(int)
    for source, count in read:
        counts[source] += count
    return sorted(counts.items())


def _bounds(nodes: list[Row]) -> tuple[float, float] | None:
    """The score if all that is missing had nothing, and if it had everything; none where nothing is missing.

    Only where every branch is a weighted sum: elsewhere a missing part has no share of the score.
    """
    missing = [node for node in nodes if node["is_leaf"] and node["score"] is None and node["weight_share"]]
    if all(node["null_reason"] == NOT_APPLICABLE for node in missing):
        return None
    if any(not node["is_leaf"] and node["aggregation"] not in SUMMED for node in nodes):
        return None
    # Children stand below their parents: from the last row up, what is below a node is there before it.
    sums: dict[str, list[tuple[float, float, float]]] = defaultdict(list)
    low = high = 0.0
    for node in reversed(nodes):
        below = sums.pop(node["node_code"], [])
        weight = sum(share for share, _, _ in below)
        if node["null_reason"] == NOT_APPLICABLE:
            continue
        if node["is_leaf"]:
            low, high = (0.0, 100.0) if node["score"] is None else (node["score"], node["score"])
        elif not weight:
            return None
        else:
            low, high = (sum(part[0] * part[place] for part in below) / weight for place in (1, 2))
        if node["parent_code"] is not None and node["weight_share"]:
            sums[node["parent_code"]].append((node["weight_share"], low, high))
    return round(low, 6), round(high, 6)


def _spans(tables: Tables) -> dict[tuple[str, str], list[int | None]]:
    names = (
        "rank_p05", "rank_p95", "choice_rank_p05", "choice_rank_p95", "sampling_rank_p05", "sampling_rank_p95",
        "missing_rank_p10", "missing_rank_p90",
    )  # fmt: skip
    rows = tables.select(
        INTERVALS, ("subject_id", "index_code", *names), "where edition = ?", (tables.candidate.edition,)
    )
    return {(row["subject_id"], row["index_code"]): [row[name] for name in names] for row in rows}


def _chances(tables: Tables) -> dict[tuple[str, str], list[tuple[int, float]]]:
    if not tables.has(CHANCES):
        return {}
    found: dict[tuple[str, str], list[tuple[int, float]]] = defaultdict(list)
    rows = tables.query(
        f"select subject_id, index_code, top_count, round(chance, 4) as chance from {CHANCES} where edition = ? "
        "order by subject_id, index_code, top_count",
        (tables.candidate.edition,),
    )
    for row in rows:
        found[row["subject_id"], row["index_code"]].append((row["top_count"], row["chance"]))
    return found


def _before(tables: Tables) -> dict[tuple[str, str], Facts]:
    """Rank and score in the last edition before, where the release has one."""
    rows = tables.query(
        "select subject_id, index_code, edition, subject_rank, ranked_count, round(index_score, 6) as index_score "
        "from indices.idx_rank where edition < ? and subject_rank is not null "
        "qualify row_number() over (partition by subject_id, index_code order by edition desc) = 1",
        (tables.candidate.edition,),
    )
    return {(row.pop("subject_id"), row.pop("index_code")): row for row in rows}


def _awards(tables: Tables) -> dict[str, list[Row]]:
    names = (
        "subject_id", "series_code", "title_code", "rank_class", "award_score", "award_rank", "quota", "is_winner",
        "outcome_code", "reason_zh", "reason_en", "note_zh", "note_en",
    )  # fmt: skip
    return _of_subjects(
        tables.select(
            CANDIDATES, names, "where edition = ? order by series_code, title_code", (tables.candidate.edition,)
        )
    )


def _held(tables: Tables) -> dict[str, list[Row]]:
    names = ("present_subject_id", "award_year", "series_code", "title_code")
    rows = tables.select(
        HISTORY, names, "where edition = ? order by award_year desc, series_code, title_code",
        (tables.candidate.edition,),
    )  # fmt: skip
    return _of_subjects([{"subject_id": row.pop("present_subject_id"), **row} for row in rows])


def _checks(tables: Tables) -> dict[str, list[Row]]:
    """Spot checks by day; of one that failed the day of the first later one that passed, and the days between."""
    if not tables.has(INSPECTIONS):
        return {}
    return _of_subjects(
        tables.query(
            render_macro(
                """
                with {{ part('followed') }}

                select
                    subject_id, strftime(inspected_date, '%Y-%m-%d') as day, tier, is_passed, failure_reason,
                    strftime(mended_date, '%Y-%m-%d') as mended,
                    date_diff('day', inspected_date, mended_date) as days
                from followed
                where edition = ?
                order by subject_id, day, tier, failure_reason
                """
            ),
            (tables.candidate.edition,),
        )
    )


def _of_subjects(rows: list[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.pop("subject_id")].append(row)
    return found
