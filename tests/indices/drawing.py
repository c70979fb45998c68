"""Small indices as arrays, and rules that vary some of their choices."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from pipelines.robustness.index import Branch, Index, Leaf, Method
from pipelines.robustness.rules import Rules

Columns = Mapping[str, Sequence[float]]
STILL: dict[str, Any] = {
    "draw_count": 400,
    "sensitivity_count": 64,
    "resample_count": 50,
    "confidence": 0.9,
    "score_floor": 1,
    "top_counts": (1, 2),
    "weight_noise": 0,
    "normalisations": (("own", 1.0),),
    "aggregations": (("own", 1.0),),
    "error_scale": 0,
}


def rules(**varied: Any) -> Rules:
    """Rules under which nothing varies but what is named."""
    return Rules(**{**STILL, **varied})


def alike(*alternatives: str) -> tuple[tuple[str, float], ...]:
    """Alternatives with the same share."""
    return tuple((name, 1 / len(alternatives)) for name in alternatives)


def flat_index(
    values: Columns,
    errors: Columns | None = None,
    classes: Sequence[str] | None = None,
    tied_within: float = 0.000001,
    **method: Any,
) -> Index:
    """An index whose root is the mean of its indicators, all ranked; subjects are named by their place."""
    count = len(next(iter(values.values())))
    leaves = tuple(
        Leaf(
            code=name,
            measure=name,
            method=Method(**{"normalisation": "given", **method}),
            raw=np.array(column, dtype=float),
            treated=np.array(column, dtype=float),
            error=np.array((errors or {}).get(name, [0.0] * count), dtype=float),
            is_present=np.ones(count, dtype=np.bool_),
        )
        for name, column in values.items()
    )
    return Index(
        edition=2017,
        index_code="toy",
        subject_ids=tuple(f"s{number}" for number in range(count)),
        rank_classes=tuple(classes or ["all"] * count),
        is_synthetic=np.zeros(count, dtype=np.bool_),
        ranked_count=count,
        compared=(np.arange(count),),
        root=Branch("root", "arithmetic", leaves, tuple([1 / len(leaves)] * len(leaves))),
        tied_within=tied_within,
        score_scale=100,
    )
