"""The tree of an index scored for many draws at once, as ``int_node_score`` does it for one.

Draws go down, ranked subjects across. What is missing is the same in every draw, and so is who is ranked: evidence is
no choice. Sums run over children in one order and over nothing else, so that blocks of any size give the same digits.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import numpy as np

from pipelines.robustness.arithmetic import SCORE_DIGITS, round_away
from pipelines.robustness.index import Branch, Floats, Index, Leaf, Node, Truth, Whole
from pipelines.robustness.rules import OWN

AVERAGED = ("arithmetic", "geometric", "harmonic")
FILLED = {"arithmetic": 0.0, "rubric": 0.0, "geometric": 100.0, "harmonic": np.inf}


@dataclass(frozen=True)
class Evidence:
    """What of a branch's children is there: the patterns that occur, and which of them each ranked subject has."""

    patterns: Truth
    pattern_of: Whole
    children: tuple[Truth, ...]

    @property
    def is_whole(self) -> bool:
        """Whether every ranked subject has every child."""
        return bool(self.patterns.all())


def find_evidence(index: Index) -> dict[str, Evidence]:
    """The evidence of every branch, by its code."""
    found: dict[str, Evidence] = {}
    _scored(index.root, index, found)
    return found


def score(
    index: Index,
    evidence: Mapping[str, Evidence],
    shares: Mapping[str, Floats],
    leaf_scores: Mapping[str, Floats],
    aggregation: str,
    score_floor: float,
    wanted: Collection[str] = (),
) -> tuple[Floats, dict[str, Floats]]:
    """Scores of the index, 0 to 100, and those of wanted nodes below it.

    Where ``aggregation`` is not ``own`` it takes the place of every mean's.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        tree = _Tree(evidence, shares, leaf_scores, aggregation, score_floor, wanted)
        return tree.score(index.root), tree.found


@dataclass(frozen=True)
class _Tree:
    evidence: Mapping[str, Evidence]
    shares: Mapping[str, Floats]
    leaf_scores: Mapping[str, Floats]
    aggregation: str
    score_floor: float
    wanted: Collection[str]
    found: dict[str, Floats] = field(default_factory=dict)

    def score(self, node: Node) -> Floats:
        scores = self._score(node)
        if node.code in self.wanted:
            self.found[node.code] = scores
        return scores

    def _score(self, node: Node) -> Floats:
        if isinstance(node, Leaf):
            return self.leaf_scores[node.code]
        below = [self.score(child) for child in node.children]
        own = node.aggregation
        method = own if self.aggregation == OWN or own not in AVERAGED else self.aggregation
        floor = self.score_floor if method != own else 0.0
        averaged = self._mean(node, below, method, floor)
        return self._struck(node, below, averaged) if own == "rubric" else averaged

    def _mean(self, branch: Branch, below: list[Floats], method: str, floor: float) -> Floats:
        evidence, shares = self.evidence[branch.code], self.shares[branch.code]
        total = _zeros(shares, below)
        for place, scores in enumerate(below):
            if branch.shares[place] > 0:
                known = _known(evidence, place, scores, FILLED[method])
                total = total + shares[:, place : place + 1] * _transformed(known, method, floor)
        return round_away(_averaged(total, self._available(branch), method), SCORE_DIGITS)

    def _available(self, branch: Branch) -> Floats:
        """The sum of the shares that have a score, by draw and, where something is missing, by subject."""
        evidence, shares = self.evidence[branch.code], self.shares[branch.code]
        available = np.zeros((len(shares), len(evidence.patterns)))
        for place in range(len(branch.shares)):
            available = available + shares[:, place : place + 1] * evidence.patterns[:, place]
        available[available == 0] = 1
        return available if evidence.is_whole else np.take(available, evidence.pattern_of, axis=1)

    def _struck(self, branch: Branch, below: list[Floats], scores: Floats) -> Floats:
        """A veto that strikes makes the rubric nothing, whatever its points."""
        evidence = self.evidence[branch.code]
        for place, child in enumerate(branch.children):
            if isinstance(child, Leaf) and child.is_veto:
                scores = np.where((below[place] == 0) & evidence.children[place], 0.0, scores)
        return scores


def _scored(node: Node, index: Index, found: dict[str, Evidence]) -> Truth:
    """Which ranked subjects have a score of the node; of the branches below it the evidence is kept."""
    if isinstance(node, Leaf):
        is_present: Truth = node.is_present[: index.ranked_count]
        return is_present
    children = tuple(_scored(child, index, found) for child in node.children)
    weighed = np.array([share > 0 for share in node.shares])
    columns = np.stack(children, axis=1) & weighed
    patterns, pattern_of = _patterns(columns)
    is_scored: Truth = columns.any(axis=1)
    for child, is_there in zip(node.children, children, strict=True):
        if isinstance(child, Leaf) and not child.may_be_missing:
            is_scored &= is_there
    found[node.code] = Evidence(patterns | ~weighed, pattern_of, children)
    return is_scored


def _patterns(columns: Truth) -> tuple[Truth, Whole]:
    """The rows that occur, and which of them each row is."""
    if columns.all():
        return columns[:1], np.zeros(len(columns), dtype=np.int64)
    patterns, pattern_of = np.unique(columns, axis=0, return_inverse=True)
    return patterns, pattern_of.reshape(-1).astype(np.int64)


def _known(evidence: Evidence, place: int, scores: Floats, filled: float) -> Floats:
    is_there = evidence.children[place]
    return scores if is_there.all() else np.where(is_there, scores, filled)


def _transformed(scores: Floats, method: str, floor: float) -> Floats:
    if method in ("arithmetic", "rubric"):
        return scores
    positive = np.maximum(scores, floor)
    with np.errstate(divide="ignore"):
        return np.log(positive / 100) if method == "geometric" else 1 / positive


def _averaged(total: Floats, available: Floats, method: str) -> Floats:
    if method == "geometric":
        return 100 * np.exp(total / available)
    if method == "harmonic":
        with np.errstate(divide="ignore"):
            return available / total
    return total / available


def _zeros(shares: Floats, below: list[Floats]) -> Floats:
    return np.zeros((len(shares), max(scores.shape[-1] for scores in below)))
