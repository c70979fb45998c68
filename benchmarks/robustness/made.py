"""An index of any size, made from a seed number: ten indicators a branch, min–max and given points in turn."""

import numpy as np

from pipelines.robustness.index import Branch, Index, Leaf, Method, Node
from pipelines.robustness.rules import Rules

BRANCH_SIZE, CLASSES = 10, 5
PAIRS = 2


def make_index(subjects: int, indicators: int, *, is_sampled: bool) -> Index:
    """Everybody ranked, in five classes; where it is sampled every value has a standard error."""
    random = np.random.default_rng(2017)
    leaves = [_leaf(number, subjects, random, is_sampled) for number in range(indicators)]
    branches = [
        _branch(f"b{start:04}", tuple(leaves[start : start + BRANCH_SIZE]))
        for start in range(0, indicators, BRANCH_SIZE)
    ]
    return Index(
        edition=2017,
        index_code="benchmark",
        subject_ids=tuple(f"s{number:06}" for number in range(subjects)),
        rank_classes=tuple(sorted(str(number % CLASSES) for number in range(subjects))),
        is_synthetic=np.ones(subjects, dtype=np.bool_),
        ranked_count=subjects,
        compared=(np.arange(subjects),),
        root=_branch("root", tuple(branches)),
        tied_within=0.000001,
        score_scale=100,
    )


def make_rules(draws: int) -> Rules:
    """Everything varies; as few pairs as can be are taken apart, so that nearly all of the work is draws."""
    return Rules(
        draw_count=draws,
        sensitivity_count=PAIRS,
        resample_count=10,
        confidence=0.9,
        score_floor=1,
        top_counts=(1, 10),
        weight_noise=0.25,
        normalisations=tuple((name, 1 / 4) for name in ("own", "min_max", "z_score", "percentile")),
        aggregations=tuple((name, 1 / 4) for name in ("own", "arithmetic", "geometric", "harmonic")),
        error_scale=1,
    )


def _leaf(number: int, subjects: int, random: np.random.Generator, is_sampled: bool) -> Leaf:
    values = random.gamma(4, 9, subjects).clip(1, 99)
    return Leaf(
        code=f"l{number:04}",
        measure=f"m{number:04}",
        method=Method("min_max" if number % 2 else "given"),
        raw=values,
        treated=values,
        error=np.full(subjects, 2.0 if is_sampled else 0.0),
        is_present=np.ones(subjects, dtype=np.bool_),
        is_gap=np.zeros(subjects, dtype=np.bool_),
        sample_size=np.full(subjects, np.nan),
    )


def _branch(code: str, children: tuple[Node, ...]) -> Branch:
    return Branch(code, "arithmetic", children, tuple([1 / len(children)] * len(children)))
