"""How firm a win is: the chance of each eligible candidate of a title to win it when the choices vary.

A title is ranked by a weighted mean of inputs that are scores already. Those that are scores of an index or of its
nodes are carried over from the draws of that index, so that its own choices, and one noise for the index and its nodes,
reach the title. Titles are decided in turns, and who wins one in a draw cannot win in it what that excludes from. Who
is eligible otherwise is taken as decided.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.foundation.hashing import hash_json
from pipelines.robustness.arithmetic import places_from_best, reaches, steps_of
from pipelines.robustness.index import Branch, Floats, Index, Leaf, Method, Truth, Whole
from pipelines.robustness.laws import sampled
from pipelines.robustness.rules import Rules
from pipelines.robustness.simulation import Draws, Simulation
from pipelines.robustness.tables import PERCENTILES

SUBJECT, RANK_CLASS = "subject_id", "rank_class"
ERROR_SUFFIX, SIZE_SUFFIX = "_standard_error", "_sample_size"
FIRMNESS = "award_firmness"
EVERY_TITLE = "*"
# Below every step that a score can have.
EXCLUDED = np.iinfo(np.int64).min // 2
TitleKey = tuple[int, str, str]
# The index and the node that an input of a title is the score of.
NodeKey = tuple[str, str]


@dataclass(frozen=True)
class CarriedIndex:
    """What titles go on with of the draws of one index: scores of nodes, a row a draw and a column a subject."""

    subject_ids: tuple[str, ...]
    nodes: Mapping[str, Floats]


@dataclass(frozen=True)
class Title:
    """One title of one edition: its candidates as an index, and what each of them must reach.

    ``quotas`` are the places of a candidate's class; ``thresholds`` (0 to 100) are nan where there is none. Of the
    candidates ``is_eligible`` are those with a chance to tell of; the others would be if they had not won what excludes
    them. ``nodes`` says which inputs are scores of which index.
    """

    series_code: str
    title_code: str
    stage: int
    index: Index
    quotas: Whole
    thresholds: Floats
    is_eligible: Truth
    nodes: Mapping[str, NodeKey]

    @property
    def key(self) -> TitleKey:
        """Edition, series and title."""
        return self.index.edition, self.series_code, self.title_code

    @property
    def fingerprint(self) -> str:
        """Hash of everything the chances follow from, but for the draws of indices and of earlier titles."""
        least = [None if np.isnan(number) else number for number in self.thresholds.tolist()]
        needed = [self.stage, self.quotas.tolist(), least, self.is_eligible.tolist(), sorted(self.nodes.items())]
        return hash_json([self.series_code, self.title_code, self.index.fingerprint, needed])

    def carried(self, draw_count: int, indices: Mapping[str, CarriedIndex]) -> dict[str, Floats]:
        """Scores of the inputs in each draw of their index, nan for who was not ranked in it."""
        found = {}
        for code, (index_code, node_code) in self.nodes.items():
            drawn = indices.get(index_code)
            if drawn is None or node_code not in drawn.nodes:
                continue
            scores = np.full((draw_count, len(self.index.subject_ids)), np.nan)
            places = {subject: place for place, subject in enumerate(drawn.subject_ids)}
            there = [place for place, subject in enumerate(self.index.subject_ids) if subject in places]
            rows = np.arange(draw_count) % len(drawn.nodes[node_code])
            columns = np.array([places[self.index.subject_ids[place]] for place in there], dtype=np.int64)
            scores[:, there] = drawn.nodes[node_code][np.ix_(rows, columns)]
            found[code] = scores
        return found


@dataclass(frozen=True)
class Exclusion:
    """Winners of one title, or of every one of a series, cannot win another."""

    edition: int
    series_code: str
    title_code: str
    excluding_series_code: str
    excluding_title_code: str

    def is_by(self, title: TitleKey) -> bool:
        """Whether winners of the title are excluded by it."""
        series = (self.edition, self.excluding_series_code)
        return title[:2] == series and self.excluding_title_code in (EVERY_TITLE, title[2])


def decide_titles(
    titles: Sequence[Title],
    exclusions: Sequence[Exclusion],
    rules: Mapping[TitleKey, Rules],
    indices: Mapping[int, Mapping[str, CarriedIndex]],
    threads: int = 1,
) -> Iterator[pl.DataFrame]:
    """Decide every title in every draw, turn by turn; a frame a title, a row an eligible candidate.

    ``indices`` are what was drawn of the indices, by edition and code.
    """
    won: dict[TitleKey, tuple[tuple[str, ...], Truth]] = {}
    for title in sorted(titles, key=lambda title: (title.stage, title.key)):
        varied = rules[title.key]
        carried = title.carried(varied.draw_count, indices.get(title.index.edition, {}))
        draws = Simulation(title.index, varied, carried=carried).run(threads)
        earlier = [
            found
            for exclusion in exclusions
            if (exclusion.edition, exclusion.series_code, exclusion.title_code) == title.key
            for key, found in won.items()
            if exclusion.is_by(key)
        ]
        is_excluded = _excluded(title, draws, earlier)
        ranks = _ranks(title, draws, is_excluded)
        is_won = _won(title, draws, ranks) & ~is_excluded
        won[title.key] = title.index.subject_ids, is_won
        yield _summary(title, varied, ranks, is_excluded, is_won)


def _excluded(title: Title, draws: Draws, earlier: Sequence[tuple[tuple[str, ...], Truth]]) -> Truth:
    """Who won in each draw what excludes from the title."""
    found = np.zeros(draws.scores.shape, dtype=np.bool_)
    for subject_ids, is_won in earlier:
        places = {subject: place for place, subject in enumerate(subject_ids)}
        rows = np.arange(len(found)) % len(is_won)
        for column, subject in enumerate(title.index.subject_ids):
            if subject in places:
                found[:, column] |= is_won[rows, places[subject]]
    return found


def _ranks(title: Title, draws: Draws, is_excluded: Truth) -> Whole:
    """Ranks in the class among those who are not excluded in the draw."""
    steps = np.where(is_excluded, EXCLUDED, steps_of(draws.scores, title.index.tied_within))
    ranks = np.empty(steps.shape, dtype=np.int64)
    for places in title.index.class_slices:
        ranks[:, places] = places_from_best(steps[:, places])
    return ranks


def _won(title: Title, draws: Draws, ranks: Whole) -> Truth:
    """Who is within the places and reaches the threshold; who is tied for the last place is within the places."""
    is_enough: Truth = np.isnan(title.thresholds) | reaches(draws.scores, title.thresholds)
    return (ranks <= title.quotas) & is_enough


def _summary(title: Title, rules: Rules, ranks: Whole, is_excluded: Truth, is_won: Truth) -> pl.DataFrame:
    index = title.index
    frame = pl.DataFrame(
        {
            "series_code": [title.series_code] * len(index.subject_ids),
            "title_code": [title.title_code] * len(index.subject_ids),
            RANK_CLASS: index.rank_classes,
            SUBJECT: index.subject_ids,
            "quota": title.quotas,
            "chance": np.count_nonzero(is_won, axis=0) / len(is_won),
            **_percentiles(ranks, is_excluded),
            "is_synthetic": index.is_synthetic,
        }
    ).filter(pl.Series(title.is_eligible, dtype=pl.Boolean))
    edition, count = pl.lit(index.edition, pl.Int32), pl.lit(rules.draw_count, pl.Int64)
    return frame.with_columns(edition=edition, draw_count=count)


def _percentiles(ranks: Whole, is_excluded: Truth) -> dict[str, Whole]:
    """Percentiles of the ranks in the draws in which a candidate stands; of all draws where it stands in none."""
    found = {f"rank_{name}": np.empty(ranks.shape[1], dtype=np.int64) for name in PERCENTILES}
    for column in range(ranks.shape[1]):
        stands = ~is_excluded[:, column]
        ordered = np.sort(ranks[stands, column] if stands.any() else ranks[:, column])
        for name, share in PERCENTILES.items():
            found[f"rank_{name}"][column] = ordered[int(np.ceil(share * len(ordered))) - 1]
    return found


def title_of(
    candidates: pl.DataFrame,
    weights: dict[str, float],
    edition: int,
    codes: tuple[str, str],
    tied_within: float = 0.000001,
    stage: int = 1,
    nodes: Mapping[str, NodeKey] | None = None,
    laws: Mapping[str, str] | None = None,
) -> Title:
    """A title from the rows of its candidates.

    ``candidates`` has ``subject_id``, ``rank_class``, ``quota``, ``threshold_score``, ``is_eligible``,
    ``is_synthetic``, a column of 0 to 100 for each weight, and where an input is of a sample one named after it that
    ends in ``_standard_error``; where ``laws`` names the law it is drawn by, another that ends in ``_sample_size``. An
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
            children=tuple(_leaf(ordered, name, (laws or {}).get(name)) for name in names),
            shares=tuple(weights[name] / total for name in names),
        ),
        tied_within=tied_within,
        score_scale=100,
    )
    return Title(
        *codes,
        stage=stage,
        index=index,
        quotas=ordered["quota"].cast(pl.Int64).to_numpy(),
        thresholds=_numbers(ordered, "threshold_score"),
        is_eligible=ordered["is_eligible"].to_numpy(),
        nodes=nodes or {},
    )


def _leaf(ordered: pl.DataFrame, name: str, law: str | None) -> Leaf:
    values = _numbers(ordered, name)
    errors = _numbers(ordered, f"{name}{ERROR_SUFFIX}", np.zeros(len(ordered)))
    sizes = _numbers(ordered, f"{name}{SIZE_SUFFIX}", np.full(len(ordered), np.nan))
    error, sample_size = sampled(values, errors, sizes, law)
    return Leaf(
        code=name,
        measure=name,
        method=Method("given"),
        raw=values,
        treated=values,
        error=error,
        is_present=~np.isnan(values),
        is_gap=np.isnan(values),
        sample_size=sample_size,
        law=law,
    )


def _numbers(frame: pl.DataFrame, name: str, missing: Floats | None = None) -> Floats:
    if missing is not None and name not in frame.columns:
        return missing
    return frame[name].cast(pl.Float64).fill_null(np.nan).to_numpy().copy()
