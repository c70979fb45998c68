"""What was not measured of a subject, put where a share of its class stands: how much the missing part could change."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from pipelines.robustness.index import Branch, Floats, Index, Leaf, Node, Truth

# The low and the high end of the class, as shares of it that are worse or equal.
GAP_SHARES = (0.1, 0.9)


@dataclass(frozen=True)
class Filled:
    """An index without its gaps: scores of the ranked subjects by leaf (one row), and who had any gap that counts."""

    index: Index
    leaf_scores: Mapping[str, Floats]
    has_gap: Truth


def fill_gaps(index: Index, leaf_scores: Mapping[str, Floats], share: float) -> Filled:
    """Put every gap at the least score of its class that the share does not exceed.

    ``leaf_scores`` are those of the ranked subjects. A gap of a class in which nothing was measured stays as it is.
    """
    has_gap = np.zeros(index.ranked_count, dtype=np.bool_)
    weighed = {
        child.code for branch in index.branches for child, part in zip(branch.children, branch.shares, strict=True)
        if part > 0 or (isinstance(child, Leaf) and child.is_veto)
    }  # fmt: skip
    scores, present = {}, {}
    for leaf in index.leaves:
        found, is_there = leaf_scores[leaf.code].copy(), leaf.is_present.copy()
        is_gap = leaf.is_gap[: index.ranked_count]
        for places in index.class_slices:
            measured = found[places][is_there[places] & ~is_gap[places]]
            if measured.size:
                place = int(np.ceil(round(share * measured.size, 9))) - 1
                found[places] = np.where(is_gap[places], np.sort(measured)[place], found[places])
                is_there[places] |= is_gap[places]
                if leaf.code in weighed:
                    has_gap[places] |= is_gap[places]
        scores[leaf.code], present[leaf.code] = found[None, :], is_there
    return Filled(replace(index, root=_with(index.root, present)), scores, has_gap)


def _with(node: Node, present: Mapping[str, Truth]) -> Node:
    """The tree with other leaves present."""
    if isinstance(node, Branch):
        return replace(node, children=tuple(_with(child, present) for child in node.children))
    return replace(node, is_present=present[node.code])
