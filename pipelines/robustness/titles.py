"""How firm a win is: the chance of each eligible candidate of one title to win it when the choices vary.

A title is ranked by a weighted mean of inputs that are scores already. Who is eligible is taken as decided.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.foundation.hashing import hash_json
from pipelines.robustness.arithmetic import reaches
from pipelines.robustness.index import Branch, Floats, Index, Leaf, Method, Whole
from pipelines.robustness.rules import Rules
from pipelines.robustness.simulation import Draws
from pipelines.robustness.tables import percentiles

SUBJECT, RANK_CLASS, ERROR_SUFFIX = "subject_id", "rank_class", "_standard_error"
FIRMNESS = "award_firmness"


@dataclass(frozen=True)
class Title:
    """One title of one edition: its eligible candidates as an index, and what each of them must reach.

    ``quotas`` are the places of a candidate's class; ``thresholds`` (0 to 100) are nan where there is none.
    """

    series_code: str
    title_code: str
    index: Index
    quotas: Whole
    thresholds: Floats

    @property
    def fingerprint(self) -> str:
        """Hash of everything the chances follow from."""
        needed = [self.quotas.tolist(), [None if np.isnan(least) else least for least in self.thresholds.tolist()]]
        return hash_json([self.series_code, self.title_code, self.index.fingerprint, needed])

    def summarise(self, rules: Rules, draws: Draws) -> dict[str, pl.DataFrame]:
        """One row per candidate, in the order of class and id; who is tied for the last place is within the places."""
        is_within = draws.ranks <= self.quotas
        is_enough = np.isnan(self.thresholds) | reaches(draws.scores, self.thresholds)
        frame = pl.DataFrame(
            {
                "series_code": [self.series_code] * len(self.index.subject_ids),
                "title_code": [self.title_code] * len(self.index.subject_ids),
                RANK_CLASS: self.index.rank_classes,
                SUBJECT: self.index.subject_ids,
                "quota": self.quotas,
                "chance": np.count_nonzero(is_within & is_enough, axis=0) / len(draws.ranks),
                **{f"rank_{name}": values.astype(np.int64) for name, values in percentiles(draws.ranks).items()},
                "is_synthetic": self.index.is_synthetic,
            }
        )
        edition, count = pl.lit(self.index.edition, pl.Int32), pl.lit(rules.draw_count, pl.Int64)
        return {FIRMNESS: frame.with_columns(edition=edition, draw_count=count)}


def title_of(
    candidates: pl.DataFrame,
    weights: dict[str, float],
    edition: int,
    codes: tuple[str, str],
    tied_within: float = 0.000001,
) -> Title:
    """A title from the rows of its candidates.

    ``candidates`` has ``subject_id``, ``rank_class``, ``quota``, ``threshold_score``, ``is_synthetic``, a column of 0
    to 100 for each weight, and where an input is of a sample one named after it that ends in ``_standard_error``. An
    input that is missing gives its weight to the others. ``codes`` are those of the series and the title; they name the
    stream of random numbers.
    """
    ordered = candidates.sort(RANK_CLASS, SUBJECT)
    total = sum(weights.values())
    names = sorted(weights)
    code = "/".join(codes)
    index = Index(
        edition=edition,
        index_code=code,
        subject_ids=tuple(ordered[SUBJECT]),
        rank_classes=tuple(ordered[RANK_CLASS]),
        is_synthetic=ordered["is_synthetic"].to_numpy(),
        ranked_count=len(ordered),
        compared=(np.arange(len(ordered)),),
        root=Branch(
            code=code,
            aggregation="arithmetic",
            children=tuple(_leaf(ordered, name) for name in names),
            shares=tuple(weights[name] / total for name in names),
        ),
        tied_within=tied_within,
        score_scale=100,
    )
    quotas = ordered["quota"].cast(pl.Int64).to_numpy()
    return Title(*codes, index=index, quotas=quotas, thresholds=_numbers(ordered, "threshold_score"))


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
