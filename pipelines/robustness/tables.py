"""The results of an index's draws: an interval and chances of every ranked subject, and the share of every choice."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from pipelines.robustness.gaps import GAP_SHARES
from pipelines.robustness.index import Floats, Index, Whole
from pipelines.robustness.rules import Rules
from pipelines.robustness.simulation import Draws, Ranks

PERCENTILES = {"p05": 0.05, "p50": 0.5, "p95": 0.95}
SLAB = 2048
Numbers = npt.NDArray[Any]
RANK_INTERVAL, TOP_CHANCE, SENSITIVITY = "idx_rank_interval", "idx_top_chance", "idx_sensitivity"


@dataclass(frozen=True)
class RankedIndex:
    """An index that is drawn to see how sure its ranks are."""

    index: Index

    @property
    def fingerprint(self) -> str:
        """Hash of everything the draws follow from."""
        return self.index.fingerprint

    def summarise(self, rules: Rules, draws: Draws) -> dict[str, pl.DataFrame]:
        """The rows of the three tables, by the table's name."""
        return {
            RANK_INTERVAL: _rank_intervals(self.index, rules, draws),
            TOP_CHANCE: _top_chances(self.index, rules, draws.ranks),
            SENSITIVITY: _sensitivities(self.index, rules, draws),
        }


def _rank_intervals(index: Index, rules: Rules, draws: Draws) -> pl.DataFrame:
    scale = index.score_scale / 100
    scores = {
        f"score_{name}": scale * _reaching(values, draws.base_scores, name)
        for name, values in percentiles(draws.scores).items()
    }
    ranks = {f"rank_{name}": values.astype(np.int64) for name, values in percentiles(draws.ranks).items()}
    spans = ranks | _span("choice_rank", draws.choice_ranks) | _span("sampling_rank", draws.sampling_ranks)
    bounds = {name: _reaching(values, draws.base_ranks, name) for name, values in spans.items()}
    return _subjects(index).with_columns(
        draw_count=pl.lit(rules.draw_count, pl.Int64),
        **{name: pl.Series(values) for name, values in (scores | bounds).items()},
        **{_gap_name(share): _gap_ranks(draws, share) for share in GAP_SHARES},
        is_synthetic=pl.Series(index.is_synthetic[: index.ranked_count], dtype=pl.Boolean),
    )


def _gap_name(share: float) -> str:
    return f"missing_rank_p{round(100 * share):02}"


def _gap_ranks(draws: Draws, share: float) -> pl.Series:
    """The ranks if gaps stood there, empty where there is none."""
    ranks = pl.Series(draws.gap_ranks[share].astype(np.int64))
    return ranks.set(ranks == 0, None)


def _span(kind: str, middle_ranks: Floats) -> dict[str, Whole]:
    """The ends of an interval in whole places, outwards."""
    found = percentiles(middle_ranks)
    return {
        f"{kind}_p05": np.floor(found["p05"]).astype(np.int64),
        f"{kind}_p95": np.ceil(found["p95"]).astype(np.int64),
    }


def _reaching(values: Numbers, published: Numbers, name: str) -> Numbers:
    """An end of an interval, moved out to what is published: nobody stands outside the own interval."""
    if name.endswith("p05"):
        return np.minimum(values, published)
    return np.maximum(values, published) if name.endswith("p95") else values


def percentiles(values: Floats | Ranks) -> dict[str, Floats]:
    """Of each column the least value that the share of the rows does not exceed; no value between two that occurred."""
    places = {name: int(np.ceil(share * len(values))) - 1 for name, share in PERCENTILES.items()}
    found = {name: np.empty(values.shape[1], dtype=values.dtype) for name in PERCENTILES}
    for start in range(0, values.shape[1], SLAB):
        ordered = np.sort(np.ascontiguousarray(values[:, start : start + SLAB].T), axis=1)
        for name, place in places.items():
            found[name][start : start + SLAB] = ordered[:, place]
    return found


def _top_chances(index: Index, rules: Rules, ranks: Ranks) -> pl.DataFrame:
    sizes = np.concatenate([np.full(s.stop - s.start, s.stop - s.start) for s in index.class_slices] or [np.zeros(0)])
    subjects = _subjects(index).with_columns(
        is_synthetic=pl.Series(index.is_synthetic[: index.ranked_count], dtype=pl.Boolean)
    )
    by_count = [
        subjects.with_columns(
            top_count=pl.lit(count, pl.Int64),
            chance=pl.Series(np.count_nonzero(ranks <= count, axis=0) / len(ranks), dtype=pl.Float64),
        ).filter(pl.Series(sizes > count))
        for count in rules.top_counts
    ]
    return pl.concat([subjects.clear().with_columns(top_count=pl.lit(0, pl.Int64), chance=pl.lit(0.0)), *by_count])


def _sensitivities(index: Index, rules: Rules, draws: Draws) -> pl.DataFrame:
    # scipy takes a second to import, and most runs draw nothing.
    from pipelines.robustness.sensitivity import sensitivities

    rows = [vars(found) for found in sensitivities(index, rules, draws)]
    estimates = {name: pl.Float64 for name in rows[0] if "order" in name}
    frame = pl.DataFrame(rows, schema={"outcome_code": pl.String, "choice_code": pl.String, **estimates})
    return frame.with_columns(
        edition=pl.lit(index.edition, pl.Int32),
        index_code=pl.lit(index.index_code),
        draw_count=pl.lit(rules.sensitivity_count, pl.Int64),
        null_reason=pl.when(pl.col("first_order").is_null()).then(pl.lit("no_variation")),
        is_synthetic=pl.lit(bool(index.is_synthetic.any())),
    )


def _subjects(index: Index) -> pl.DataFrame:
    ranked = slice(index.ranked_count)
    return pl.DataFrame(
        {"subject_id": index.subject_ids[ranked], "rank_class": index.rank_classes[ranked]},
        schema={"subject_id": pl.String, "rank_class": pl.String},
    ).select(pl.lit(index.edition, pl.Int32).alias("edition"), pl.lit(index.index_code).alias("index_code"), pl.all())
