"""How the evaluation is made: its facts, its methods with their evidence, and the tree of every index."""

from collections.abc import Iterator

from pydantic import BaseModel

from pipelines.foundation.sql import Row
from pipelines.publication.site.links import anchor
from pipelines.publication.site.notice import FACTS, methods
from pipelines.publication.site.page import Desk, Page
from pipelines.publication.site.values import NOTHING, share

PAGE = "methods.html"
NODES = "indices.dim_framework_node"


class Node(BaseModel, frozen=True):
    """One node of a framework as its line shows it."""

    depth: int
    code: str
    name: str
    weight: str
    how: str
    measure: str
    origin: str
    reasoning: str


class Framework(BaseModel, frozen=True):
    """The tree of an index."""

    code: str
    anchor: str
    name: str
    coverage: str
    nodes: tuple[Node, ...]


def build(desk: Desk) -> Iterator[Page]:
    """The page of methods, where there is anything to show."""
    desk = desk.at(PAGE)
    facts = sorted(desk.tables.of_edition(FACTS), key=lambda row: (row["fact_order"], row["fact_code"]))
    context = {
        "facts": [
            (
                anchor(f"fact-{row['fact_code']}"),
                desk.say(row["name_zh"], row["name_en"]),
                desk.say(row["text_zh"], row["text_en"]),
                row["claim_id"] or "",
            )
            for row in facts
        ],
        "methods": list(methods(desk)),
        "frameworks": list(frameworks(desk)),
    }
    if any(context.values()):
        yield Page(
            path=PAGE,
            template="methods.html",
            title=desk.say("方法与指标", "Methods and indicators"),
            section=PAGE,
            context=lambda: context,
        )


def frameworks(desk: Desk) -> Iterator[Framework]:
    """The tree of every index, each node below the one it makes."""
    rows = desk.tables.rows(NODES)
    for code in dict.fromkeys(row["index_code"] for row in rows):
        of_index = sorted(
            (row for row in rows if row["index_code"] == code),
            key=lambda row: (row["node_order"] or 0, row["node_code"]),
        )
        yield Framework(
            code=code,
            anchor=anchor(f"framework-{code}"),
            name=desk.say(of_index[0]["index_name_zh"] or code, of_index[0]["index_name_en"] or code),
            coverage=_coverage(desk, of_index[0]),
            nodes=tuple(_nodes(desk, of_index, None, 0)),
        )


def _coverage(desk: Desk, row: Row) -> str:
    """How much evidence a rank takes, and why that is enough."""
    least = share(row["coverage_min"])
    return desk.say(
        f"有据的权重不足 {least} 者不排名：{row['coverage_reasoning_zh']}。",
        f"Below {least} of the weight with evidence nobody is ranked: {row['coverage_reasoning_en']}.",
    )


def _nodes(desk: Desk, rows: list[Row], parent: str | None, depth: int) -> Iterator[Node]:
    for row in rows:
        if row["parent_code"] == parent:
            yield _node(desk, row, depth)
            yield from _nodes(desk, rows, row["node_code"], depth + 1)


def _node(desk: Desk, row: Row, depth: int) -> Node:
    how = row["normalisation"] if row["is_leaf"] else row["aggregation"]
    return Node(
        depth=depth,
        code=row["node_code"],
        name=desk.say(row["name_zh"], row["name_en"]),
        weight=desk.say("单项否决", "veto") if row["is_veto"] else share(row["weight_share"]) if depth else NOTHING,
        how=desk.label("method", how) if how else NOTHING,
        measure=row["measure_code"] or "",
        origin=desk.label("origin", row["origin"]) if row["origin"] else "",
        reasoning=desk.say(row["reasoning_zh"] or "", row["reasoning_en"] or row["source"] or ""),
    )
