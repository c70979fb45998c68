"""The chance of staying within a quota, for whatever is ranked by a weighted sum of components: awards, for one.

chances = chances_within(
    frame,                       # a row a candidate: its id, its class, components 0 to 100, standard errors
    weights={"index": 0.7, "experts": 0.3},
    quotas={"province": 10, "key_city": 5},
    rules=read_rules(settings.seeds_dir)[2017, "influence"],
    edition=2017,
    purpose="award.series_1",    # names the stream of random numbers; the same draws each time
)
"""

from collections.abc import Mapping

import numpy as np
import polars as pl

from pipelines.robustness.index import Branch, Floats, Index, Leaf, Method
from pipelines.robustness.rules import Rules
from pipelines.robustness.simulation import Simulation

SUBJECT, RANK_CLASS, ERROR_SUFFIX = "subject_id", "rank_class", "_standard_error"


def chances_within(
    candidates: pl.DataFrame,
    weights: Mapping[str, float],
    quotas: Mapping[str, int],
    rules: Rules,
    edition: int,
    purpose: str,
    tied_within: float = 0.000001,
) -> pl.DataFrame:
    """Columns ``subject_id``, ``rank_class``, ``quota`` and ``chance`` (0 to 1), in the order of class and subject.

    ``candidates`` has ``subject_id``, ``rank_class``, a column of 0 to 100 for each weight, and where a component is of
    a sample one named after it that ends in ``_standard_error``. A component that is missing gives its weight to the
    others. Weights, aggregation and sampled values vary as the rules say; a component is scored already, so its
    normalisation does not. Who is tied for the last place is within. Raises ``KeyError`` for a class without a quota.
    """
    ordered = candidates.sort(RANK_CLASS, SUBJECT)
    index = _index(ordered, weights, edition, purpose, tied_within)
    ranks = Simulation(index, rules).run().ranks
    quota = np.array([quotas[name] for name in index.rank_classes], dtype=np.int64)
    return ordered.select(
        SUBJECT,
        RANK_CLASS,
        quota=pl.Series(quota, dtype=pl.Int64),
        chance=pl.Series(np.count_nonzero(ranks <= quota, axis=0) / len(ranks), dtype=pl.Float64),
    )


def _index(
    ordered: pl.DataFrame, weights: Mapping[str, float], edition: int, purpose: str, tied_within: float
) -> Index:
    total = sum(weights.values())
    names = sorted(weights)
    return Index(
        edition=edition,
        index_code=purpose,
        subject_ids=tuple(ordered[SUBJECT]),
        rank_classes=tuple(ordered[RANK_CLASS]),
        is_synthetic=np.zeros(len(ordered), dtype=np.bool_),
        ranked_count=len(ordered),
        compared=(np.arange(len(ordered)),),
        root=Branch(
            code=purpose,
            aggregation="arithmetic",
            children=tuple(_leaf(ordered, name) for name in names),
            shares=tuple(weights[name] / total for name in names),
        ),
        tied_within=tied_within,
        score_scale=100,
    )


def _leaf(ordered: pl.DataFrame, name: str) -> Leaf:
    values = _numbers(ordered, name)
    error = f"{name}{ERROR_SUFFIX}"
    return Leaf(
        code=name,
        measure=name,
        method=Method("given"),
        raw=values,
        treated=values,
        error=np.nan_to_num(_numbers(ordered, error)) if error in ordered.columns else np.zeros(len(ordered)),
        is_present=~np.isnan(values),
    )


def _numbers(frame: pl.DataFrame, name: str) -> Floats:
    return frame[name].cast(pl.Float64).fill_null(np.nan).to_numpy().copy()
