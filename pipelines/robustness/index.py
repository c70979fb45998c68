"""One index as arrays: its tree, and what was measured of every subject it ranks or compares with."""

import json
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Truth = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Method:
    """How an indicator becomes 0 to 100, in the words of ``framework_nodes``."""

    normalisation: str
    direction: int = 1
    treatment: str = "none"
    goal_low: float | None = None
    goal_high: float | None = None
    points: float | None = 1
    points_per_unit: float | None = None
    bands: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True)
class Leaf:
    """One indicator of every subject.

    ``raw`` is the value as it counts, ``treated`` the same after treatment of outliers, ``error`` its standard error in
    the unit of ``raw`` (0 where it is no sample), ``is_present`` whether it has a score, ``is_gap`` whether it was not
    measured, be it filled in or not. ``sample_size`` are the observations of a value that is drawn by the leaf's
    ``law``, not a number for one that is drawn normally by its error.
    """

    code: str
    measure: str
    method: Method
    raw: Floats
    treated: Floats
    error: Floats
    is_present: Truth
    is_gap: Truth
    sample_size: Floats
    law: str | None = None
    is_veto: bool = False
    may_be_missing: bool = True


@dataclass(frozen=True)
class Branch:
    """A node with others below it; ``shares`` sum to one, and a veto has none."""

    code: str
    aggregation: str
    children: tuple["Node", ...]
    shares: tuple[float, ...]


Node = Leaf | Branch


@dataclass(frozen=True)
class Index:
    """An index of one edition.

    Subjects stand in one order, whatever the order of the rows they came in: those that are ranked first, by class and
    id. ``compared`` are the groups within which values are compared, as positions.
    """

    edition: int
    index_code: str
    subject_ids: tuple[str, ...]
    rank_classes: tuple[str, ...]
    is_synthetic: Truth
    ranked_count: int
    compared: tuple[Whole, ...]
    root: Node
    tied_within: float
    score_scale: float

    @cached_property
    def leaves(self) -> tuple[Leaf, ...]:
        """The indicators, from the first branch on."""
        return tuple(node for node in walk(self.root) if isinstance(node, Leaf))

    @cached_property
    def branches(self) -> tuple[Branch, ...]:
        """The nodes that have others below them."""
        return tuple(node for node in walk(self.root) if isinstance(node, Branch))

    @cached_property
    def class_slices(self) -> tuple[slice, ...]:
        """Where each class stands among the ranked subjects."""
        classes = self.rank_classes[: self.ranked_count]
        starts = [place for place, name in enumerate(classes) if place == 0 or classes[place - 1] != name]
        stops = [*starts[1:], len(classes)] if starts else []
        return tuple(slice(start, stop) for start, stop in zip(starts, stops, strict=True))

    @cached_property
    def fingerprint(self) -> str:
        """Hash of everything the draws depend on."""
        digest = sha256(json.dumps(self._described(), sort_keys=True, ensure_ascii=False).encode())
        for leaf in self.leaves:
            for column in (leaf.raw, leaf.treated, leaf.error, leaf.is_present, leaf.is_gap, leaf.sample_size):
                digest.update(np.ascontiguousarray(column).tobytes())
        for positions in self.compared:
            digest.update(positions.tobytes())
        digest.update(self.is_synthetic.tobytes())
        return digest.hexdigest()

    def _described(self) -> list[object]:
        leaves = [
            (leaf.code, leaf.measure, leaf.law, leaf.is_veto, leaf.may_be_missing, *vars(leaf.method).values())
            for leaf in self.leaves
        ]
        branches = [
            (branch.code, branch.aggregation, branch.shares, [child.code for child in branch.children])
            for branch in self.branches
        ]
        return [
            self.edition,
            self.index_code,
            self.subject_ids,
            self.rank_classes,
            self.ranked_count,
            self.tied_within,
            self.score_scale,
            leaves,
            branches,
        ]


def walk(node: Node) -> list[Node]:
    """A node and all below it, each before its children."""
    below = [other for child in node.children for other in walk(child)] if isinstance(node, Branch) else []
    return [node, *below]
