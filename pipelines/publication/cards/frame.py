"""What all cards of a release share: names of indices, indicators, titles, codes and regions; the spread of classes."""

from collections import defaultdict
from typing import Any

from pipelines.publication.cards.words import WORDS
from pipelines.publication.site.awards import TITLES
from pipelines.publication.site.links import anchor
from pipelines.publication.site.tables import Tables

NODES = "indices.dim_framework_node"
FACTS = "core.dim_edition_fact"
CLASSES = "awards.award_class"
LABEL_KINDS = ("subject_kind", "group", "rank_class", "null_reason", "source", "system", "operating_status", "method")
APPEALS = ("appeal_until", "appeal_to")
Frame = dict[str, Any]
Names = tuple[str, str]


def read_frame(tables: Tables) -> Frame:
    """The frame of a release's cards."""
    return {
        "edition": tables.candidate.edition,
        "synthetic": tables.candidate.is_synthetic,
        "words": WORDS,
        "labels": _labels(tables),
        "indices": _indices(tables),
        "spreads": _spreads(tables),
        "titles": _titles(tables),
        "classes": _classes(tables),
        "facts": _facts(tables),
    }


def _labels(tables: Tables) -> dict[str, dict[str, Names]]:
    rows = tables.select("core.dim_label", ("label_kind", "label_code", "name_zh", "name_en"))
    found: dict[str, dict[str, Names]] = {kind: {} for kind in LABEL_KINDS}
    for row in rows:
        if row["label_kind"] in found:
            found[row["label_kind"]][row["label_code"]] = (row["name_zh"], row["name_en"])
    return found


def _indices(tables: Tables) -> dict[str, dict[str, Any]]:
    """Each index with its names and the names and shares of its nodes."""
    found: dict[str, dict[str, Any]] = {}
    for row in sorted(tables.of_edition(NODES), key=lambda row: (row["index_code"], row["node_order"] or 0)):
        index = found.setdefault(
            row["index_code"],
            {"names": (row["index_name_zh"], row["index_name_en"]), "page": anchor(row["index_code"]), "nodes": {}},
        )
        index["nodes"][row["node_code"]] = {
            "names": (row["name_zh"], row["name_en"]),
            "parent": row["parent_code"],
            "share": row["weight_share"] and round(row["weight_share"], 6),
            "leaf": row["is_leaf"],
        }
    return found


def _spreads(tables: Tables) -> dict[str, dict[str, dict[str, list[float]]]]:
    """Quartiles of the scores of every node among the ranked of a class, by index, class and node."""
    found: dict[str, dict[str, dict[str, list[float]]]] = defaultdict(lambda: defaultdict(dict))
    rows = tables.query(
        """
        select
            ranks.index_code, ranks.rank_class, scores.node_code,
            quantile_cont(scores.score, [0.25, 0.5, 0.75]) as quartiles
        from indices.idx_rank as ranks
        inner join indices.idx_score as scores using (edition, index_code, subject_id)
        where ranks.edition = ? and ranks.subject_rank is not null and scores.score is not null
        group by all
        order by all
        """,
        (tables.candidate.edition,),
    )
    for row in rows:
        found[row["index_code"]][row["rank_class"]][row["node_code"]] = [round(value, 4) for value in row["quartiles"]]
    return found


def _titles(tables: Tables) -> dict[str, dict[str, Any]]:
    """The titles by series and title, with their page."""
    return {
        f"{row['series_code']}/{row['title_code']}": {
            "names": (row["title_name_zh"], row["title_name_en"]),
            "series": row["series_number"],
            "page": anchor(row["series_code"]),
        }
        for row in tables.of_edition(TITLES)
    }


def _classes(tables: Tables) -> dict[str, Names]:
    """Names of the classes titles are given within."""
    return {
        row["rank_class"]: (row["class_name_zh"], row["class_name_en"])
        for row in tables.of_edition(CLASSES)
        if row["class_name_zh"]
    }


def _facts(tables: Tables) -> dict[str, Names]:
    """The days and addresses a card names: until when data were taken, and objections are."""
    wanted = ("collected_until", *APPEALS)
    return {
        row["fact_code"]: (row["text_zh"], row["text_en"] or row["text_zh"])
        for row in tables.of_edition(FACTS)
        if row["fact_code"] in wanted
    }
