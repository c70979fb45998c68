"""All draws of one index: its scores and ranks in each, and what each choice alone changes.

The design is Saltelli's: two independent matrices of draws, ``a`` and ``b``, and for every choice the draws of ``a``
with that choice taken from ``b``. All of ``a`` and ``b`` are draws of the rank; the first of them, as many as the
rules ask, are taken apart by choice.
"""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from pipelines.robustness.arithmetic import middle_places, places_from_best, steps_of
from pipelines.robustness.draws import Sample
from pipelines.robustness.gaps import GAP_SHARES, fill_gaps
from pipelines.robustness.index import Floats, Index, Leaf, Whole
from pipelines.robustness.laws import Law, law_of
from pipelines.robustness.normalising import RELATIVE, limits, normalise, treat
from pipelines.robustness.rules import AGGREGATION, CHOICE_CODES, NORMALISATION, OWN, SAMPLING, WEIGHTS, Rules
from pipelines.robustness.scoring import AVERAGED, Evidence, find_evidence, score

BLOCK_CELLS = 1 << 17
Ranks = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Draws:
    """What came out for the ranked subjects.

    ``scores`` (0 to 100) and ``ranks`` have a row a draw. ``shifts`` and ``crossed`` are of the draws that are taken
    apart, a row a matrix: the mean absolute difference from the rank that is published, for ``a``, ``b`` and for ``a``
    with each choice from ``b``; and what all ranks together give for Sobol's indices. ``choice_ranks`` are those of the
    same draws of ``a`` where no value moves, ``sampling_ranks`` those where values alone move; who is tied stands in
    the middle of the places. ``gap_ranks`` are, by the share of the class that is worse, those a subject would have
    if what was not measured of it stood there; 0 where nothing is missing. ``nodes`` are the scores of wanted nodes, a
    row a draw and a column a wanted subject.
    """

    base_scores: Floats
    base_ranks: Ranks
    scores: Floats
    ranks: Ranks
    shifts_a: Floats
    shifts_b: Floats
    shifts_ab: Floats
    crossed: Floats
    squared: Floats
    choice_ranks: Floats
    sampling_ranks: Floats
    gap_ranks: Mapping[float, Ranks]
    nodes: Mapping[str, Floats]


@dataclass(frozen=True)
class Wanted:
    """Nodes of an index whose scores in each draw somebody goes on with, and of which ranked subjects, as positions."""

    nodes: tuple[str, ...] = ()
    positions: Whole = field(default_factory=lambda: np.zeros(0, dtype=np.int64))


@dataclass(frozen=True)
class Simulation:
    """An index, the rules it is varied by, and the size of the blocks (cells of draws by subjects).

    ``carried`` are scores of leaves that were drawn elsewhere, a row a draw and a column a subject; where they are not
    numbers the leaf's own error moves the value.
    """

    index: Index
    asked: Rules
    block_cells: int = BLOCK_CELLS
    wanted: Wanted = field(default_factory=Wanted)
    carried: Mapping[str, Floats] = field(default_factory=dict)

    @cached_property
    def rules(self) -> Rules:
        """The rules with distinct alternatives alone: what the framework does itself is not drawn a second time."""
        normalisations = {
            leaf.method.normalisation for leaf in self.index.leaves if leaf.method.normalisation in RELATIVE
        }
        aggregations = {branch.aggregation for branch in self.index.branches if branch.aggregation in AVERAGED}
        return replace(
            self.asked,
            normalisations=_distinct(self.asked.normalisations, normalisations),
            aggregations=_distinct(self.asked.aggregations, aggregations),
        )

    def run(self, threads: int = 1) -> Draws:
        """Score and rank every draw."""
        index, rules = self.index, self.rules
        shape = (rules.draw_count, index.ranked_count)
        apart = rules.sensitivity_count
        base_scores, _ = self._scores(self._unmoved())
        base_ranks = self._ranks(base_scores)
        draws = Draws(
            base_scores=base_scores[0],
            base_ranks=base_ranks[0],
            scores=np.empty(shape),
            ranks=np.empty(shape, dtype=np.int32),
            shifts_a=np.zeros(apart),
            shifts_b=np.zeros(apart),
            shifts_ab=np.zeros((len(CHOICE_CODES), apart)),
            crossed=np.zeros((len(CHOICE_CODES), apart)),
            squared=np.zeros((len(CHOICE_CODES), apart)),
            choice_ranks=np.empty((apart, index.ranked_count), dtype=np.float32),
            sampling_ranks=np.empty((apart, index.ranked_count), dtype=np.float32),
            gap_ranks={share: self._gap_ranks(share, base_scores[0]) for share in GAP_SHARES},
            nodes={code: np.empty((rules.draw_count, len(self.wanted.positions))) for code in self.wanted.nodes},
        )
        with ThreadPoolExecutor(threads) as pool:
            for done in [pool.submit(self._draw, draws, start, stop) for start, stop in self._blocks()]:
                done.result()
        return draws

    @cached_property
    def varied(self) -> tuple[str, ...]:
        """The choices that can change anything: those with more than one alternative, for something they apply to."""
        leaves, branches = self.index.leaves, self.index.branches
        is_varied = {
            WEIGHTS: self.rules.weight_noise > 0 and any(np.count_nonzero(branch.shares) > 1 for branch in branches),
            NORMALISATION: _is_open(self.rules.normalisations)
            and any(leaf.method.normalisation in RELATIVE for leaf in leaves),
            AGGREGATION: _is_open(self.rules.aggregations)
            and any(branch.aggregation in AVERAGED for branch in branches),
            SAMPLING: bool(self.carried) or (self.rules.error_scale > 0 and bool(self._sampled)),
        }
        return tuple(choice for choice in CHOICE_CODES if is_varied[choice])

    @cached_property
    def _samples(self) -> tuple[Sample, Sample]:
        apart = self.rules.sensitivity_count
        first = Sample(self.index, self.rules, "a", self.rules.draw_count - apart)
        second = Sample(self.index, self.rules, "b", apart)
        for sample in (first, second):
            # Made now, so that threads find them.
            _ = sample.shares, sample.normalisations, sample.aggregations
        return first, second

    @cached_property
    def _sampled(self) -> dict[str, Whole]:
        """The subjects of which each measure is a sample, as positions."""
        found: dict[str, npt.NDArray[np.bool_]] = {}
        for leaf in self.index.leaves:
            is_sampled = leaf.is_present & (leaf.error > 0)
            found[leaf.measure] = found[leaf.measure] | is_sampled if leaf.measure in found else is_sampled
        return {measure: np.flatnonzero(is_sampled) for measure, is_sampled in found.items() if is_sampled.any()}

    @cached_property
    def _groups(self) -> dict[str, tuple[Whole, ...]]:
        """Within which subjects each leaf compares: those of a group that have a value."""
        return {
            leaf.code: tuple(
                present
                for positions in self.index.compared
                if len(present := positions[leaf.is_present[positions]]) > 0
            )
            for leaf in self.index.leaves
        }

    @cached_property
    def _limits(self) -> dict[str, tuple[Floats, Floats]]:
        """How far the values of each leaf that is of a sample may move."""
        return {
            leaf.code: limits(leaf, self._groups[leaf.code])
            for leaf in self.index.leaves
            if leaf.measure in self._sampled or leaf.code in self.carried
        }

    @cached_property
    def _laws(self) -> dict[str, Law | None]:
        """By what law the values of each leaf that is of a sample move."""
        return {leaf.code: law_of(leaf) for leaf in self.index.leaves if leaf.measure in self._sampled}

    @cached_property
    def _evidence(self) -> Mapping[str, Evidence]:
        return find_evidence(self.index)

    @cached_property
    def _unsampled(self) -> dict[tuple[str, str], Floats]:
        """Scores of each leaf by normalisation where no value moves."""
        names = {OWN, *(name for name, _ in self.rules.normalisations)}
        return {
            (leaf.code, name): self._normalised(leaf, name, leaf.treated[None, :])
            for leaf in self.index.leaves
            for name in names
        }

    def _blocks(self) -> Iterator[tuple[int, int]]:
        """Ranges of draws of ``a``; none reaches over the end of those that are taken apart."""
        _ = self._samples, self._evidence, self._unsampled, self._limits, self.varied
        rows = max(1, self.block_cells // max(1, len(self.index.subject_ids)))
        apart, total = self.rules.sensitivity_count, self.rules.draw_count - self.rules.sensitivity_count
        for first, last in ((0, apart), (apart, total)):
            for start in range(first, last, rows):
                yield start, min(start + rows, last)

    def _draw(self, draws: Draws, start: int, stop: int) -> None:
        """Fill in the draws of ``a`` from start to stop, and of ``b`` and in between where they are taken apart."""
        first, second = self._samples
        a = self._moved(first, start, stop)
        scores, nodes = self._scores(a)
        ranks = self._ranks(scores)
        draws.scores[start:stop], draws.ranks[start:stop] = scores, ranks
        self._keep(draws, nodes, slice(start, stop))
        apart = self.rules.sensitivity_count
        if start >= apart:
            return
        b = self._moved(second, start, stop)
        scores_b, nodes_b = self._scores(b)
        ranks_b = self._ranks(scores_b)
        of_b = slice(len(draws.ranks) - apart + start, len(draws.ranks) - apart + stop)
        draws.scores[of_b], draws.ranks[of_b] = scores_b, ranks_b
        self._keep(draws, nodes_b, of_b)
        draws.choice_ranks[start:stop] = self._middle_ranks(self._scores(a.without_sampling())[0])
        draws.sampling_ranks[start:stop] = self._middle_ranks(self._scores(self._only_sampled(a))[0])
        draws.shifts_a[start:stop] = _shift(ranks, draws.base_ranks)
        draws.shifts_b[start:stop] = _shift(ranks_b, draws.base_ranks)
        draws.shifts_ab[:, start:stop] = draws.shifts_a[start:stop]
        for choice in self.varied:
            place = CHOICE_CODES.index(choice)
            mixed = self._ranks(self._scores(a.with_choice(choice, b))[0])
            change = (mixed - ranks).astype(np.int64)
            draws.shifts_ab[place, start:stop] = _shift(mixed, draws.base_ranks)
            draws.crossed[place, start:stop] = ((ranks_b - draws.base_ranks) * change).sum(axis=1)
            draws.squared[place, start:stop] = (change * change).sum(axis=1)

    def _gap_ranks(self, share: float, base_scores: Floats) -> Ranks:
        """Ranks where everybody else stays as published and the own gaps take a share's place in the class."""
        leaf_scores = {leaf.code: self._unsampled[leaf.code, OWN][0] for leaf in self.index.leaves}
        filled = fill_gaps(self.index, leaf_scores, share)
        shares = {branch.code: np.array([branch.shares]) for branch in self.index.branches}
        evidence = find_evidence(filled.index)
        [scores], _ = score(filled.index, evidence, shares, filled.leaf_scores, OWN, self.rules.score_floor)
        tied_within = self.index.tied_within
        published, would_be = steps_of(base_scores, tied_within), steps_of(scores, tied_within)
        ranks = np.zeros(self.index.ranked_count, dtype=np.int32)
        for places in self.index.class_slices:
            ordered = np.sort(published[places])
            above = len(ordered) - np.searchsorted(ordered, would_be[places], side="right")
            ranks[places] = 1 + above - (published[places] > would_be[places])
        return np.where(filled.has_gap, ranks, 0).astype(np.int32)

    def _unmoved(self) -> "Moved":
        shares = {branch.code: np.array([branch.shares]) for branch in self.index.branches}
        return Moved(shares, [OWN], [OWN], Deviations({}))

    def _only_sampled(self, moved: "Moved") -> "Moved":
        """The framework's own choices, with the values of the draws."""
        count = len(moved.aggregations)
        shares = {branch.code: np.repeat([branch.shares], count, axis=0) for branch in self.index.branches}
        return Moved(shares, [OWN] * count, [OWN] * count, moved.deviations)

    def _moved(self, sample: Sample, start: int, stop: int) -> "Moved":
        rules = self.rules
        shares = {
            branch.code: found[start:stop] for branch, found in zip(self.index.branches, sample.shares, strict=True)
        }
        deviations = {
            measure: sample.deviations(measure, len(positions), start, stop)
            for measure, positions in self._sampled.items()
            if rules.error_scale > 0
        }
        first = 0 if sample.name == "a" else rules.draw_count - rules.sensitivity_count
        carried = {code: found[first + start : first + stop] for code, found in self.carried.items()}
        return Moved(
            shares,
            [rules.normalisations[place][0] for place in sample.normalisations[start:stop]],
            [rules.aggregations[place][0] for place in sample.aggregations[start:stop]],
            Deviations(deviations, carried),
        )

    def _keep(self, draws: Draws, nodes: Mapping[str, Floats], rows: slice) -> None:
        for code, scores in nodes.items():
            draws.nodes[code][rows] = scores[:, self.wanted.positions]

    def _scores(self, moved: "Moved") -> tuple[Floats, dict[str, Floats]]:
        """Scores of the ranked subjects, one row per draw, and those of the wanted nodes."""
        leaf_scores = {leaf.code: self._leaf_scores(leaf, moved) for leaf in self.index.leaves}
        shape = (len(moved.aggregations), self.index.ranked_count)
        found = np.empty(shape)
        nodes = {code: np.empty(shape) for code in self.wanted.nodes}
        for aggregation in dict.fromkeys(moved.aggregations):
            rows = _places_of(aggregation, moved.aggregations)
            found[rows], wanted = score(
                self.index,
                self._evidence,
                {code: shares[rows] for code, shares in moved.shares.items()},
                {code: scores if len(scores) == 1 else scores[rows] for code, scores in leaf_scores.items()},
                aggregation,
                self.rules.score_floor,
                self.wanted.nodes,
            )
            for code, scores in wanted.items():
                nodes[code][rows] = scores
        return found, nodes

    def _leaf_scores(self, leaf: Leaf, moved: "Moved") -> Floats:
        """Scores of one leaf, one row per draw; one row for all where nothing moves it."""
        is_relative = leaf.method.normalisation in RELATIVE
        names = moved.normalisations if is_relative else [OWN] * len(moved.normalisations)
        key = (leaf.code, *names)
        if key in moved.deviations.kept:
            return moved.deviations.kept[key]
        deviations = moved.deviations.of.get(leaf.measure)
        carried = moved.deviations.carried.get(leaf.code)
        if deviations is None and carried is None:
            alike = len(set(names)) == 1
            found = np.concatenate([self._unsampled[leaf.code, name] for name in (names[:1] if alike else names)])
        else:
            found = np.empty((len(names), self.index.ranked_count))
            values = self._moved_values(leaf, deviations, carried)
            for name in dict.fromkeys(names):
                rows = _places_of(name, names)
                found[rows] = self._normalised(leaf, name, values[rows])
        moved.deviations.kept[key] = found
        return found

    def _moved_values(self, leaf: Leaf, deviations: Floats | None, carried: Floats | None) -> Floats:
        if carried is None:
            return self._sampled_values(leaf, deviations) if deviations is not None else leaf.treated[None, :]
        by_error = leaf.treated[None, :] if deviations is None else self._sampled_values(leaf, deviations)
        return np.where(np.isnan(carried), by_error, treat(leaf, carried, self._limits[leaf.code]))

    def _sampled_values(self, leaf: Leaf, deviations: Floats) -> Floats:
        positions, error, law = self._sampled[leaf.measure], leaf.error, self._laws[leaf.code]
        scaled = self.rules.error_scale * deviations
        if law is None:
            scaled *= error[positions]
            scaled += leaf.raw[positions]
        moved = scaled if law is None else law.values(scaled, positions)
        if len(positions) == len(error):
            raw = moved
        else:
            raw = np.repeat(leaf.raw[None, :], len(deviations), axis=0)
            raw[:, positions] = moved
        treated = treat(leaf, raw, self._limits[leaf.code])
        return treated if (error > 0).all() else np.where(error > 0, treated, leaf.treated)

    def _normalised(self, leaf: Leaf, name: str, values: Floats) -> Floats:
        normalisation = name if name != OWN and leaf.method.normalisation in RELATIVE else leaf.method.normalisation
        return normalise(leaf.method, normalisation, values, self._groups[leaf.code])[:, : self.index.ranked_count]

    def _middle_ranks(self, scores: Floats) -> Floats:
        ranks = np.empty(scores.shape)
        steps = steps_of(scores, self.index.tied_within)
        for places in self.index.class_slices:
            ranks[:, places] = middle_places(steps[:, places])
        return ranks

    def _ranks(self, scores: Floats) -> Ranks:
        ranks = np.empty(scores.shape, dtype=np.int32)
        steps = steps_of(scores, self.index.tied_within)
        for places in self.index.class_slices:
            ranks[:, places] = places_from_best(steps[:, places])
        return ranks


@dataclass(frozen=True)
class Deviations:
    """How sampled values deviate, by measure, what was drawn elsewhere, by leaf, and what scores leaves had with them.

    The latter are kept while a block lasts.
    """

    of: Mapping[str, Floats]
    carried: Mapping[str, Floats] = field(default_factory=dict)
    kept: dict[tuple[str, ...], Floats] = field(default_factory=dict)


@dataclass(frozen=True)
class Moved:
    """The choices of some draws, a row or an entry each."""

    shares: Mapping[str, Floats]
    normalisations: list[str]
    aggregations: list[str]
    deviations: Deviations

    def without_sampling(self) -> "Moved":
        """The same choices over the values as they were measured."""
        return Moved(self.shares, self.normalisations, self.aggregations, Deviations({}))

    def with_choice(self, choice: str, other: "Moved") -> "Moved":
        """The same draws with one choice taken from others."""
        return Moved(
            other.shares if choice == WEIGHTS else self.shares,
            other.normalisations if choice == NORMALISATION else self.normalisations,
            other.aggregations if choice == AGGREGATION else self.aggregations,
            other.deviations if choice == SAMPLING else self.deviations,
        )


def _places_of(name: str, names: list[str]) -> slice | Whole:
    """Where a name stands; a slice if it can be one, which copies nothing."""
    places = np.flatnonzero([other == name for other in names])
    is_run = places[-1] - places[0] + 1 == len(places)
    return slice(int(places[0]), int(places[-1]) + 1) if is_run else places


def _distinct(alternatives: tuple[tuple[str, float], ...], own: set[str]) -> tuple[tuple[str, float], ...]:
    """The alternatives without the one that is the framework's own under another name."""
    names = [name for name, _ in alternatives]
    kept = [(name, share) for name, share in alternatives if not (OWN in names and own == {name})]
    total = sum(share for _, share in kept)
    return tuple((name, share / total) for name, share in kept)


def _is_open(alternatives: tuple[tuple[str, float], ...]) -> bool:
    return len(alternatives) > 1 or alternatives[0][0] != OWN


def _shift(ranks: Ranks, base_ranks: Ranks) -> Floats:
    shifts: Floats = np.abs(ranks.astype(np.int64) - base_ranks).sum(axis=1) / max(1, ranks.shape[1])
    return shifts
