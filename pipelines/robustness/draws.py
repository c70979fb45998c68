"""Random draws of the choices. Each follows from edition, index, choice and its number alone.

So a draw is the same however the draws are cut into blocks, and whichever thread works on it.
"""

from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

import numpy as np

from pipelines.robustness.index import Floats, Index, Whole
from pipelines.robustness.rules import SAMPLING, Rules


@dataclass(frozen=True)
class Sample:
    """One matrix of the design, ``a`` or ``b``: one row per draw, independent of the other matrix."""

    index: Index
    rules: Rules
    name: str
    size: int

    @cached_property
    def points(self) -> Floats:
        """Where each draw stands in the choices, 0 to 1: a column a weight, then normalisation and aggregation.

        Both matrices are halves of one scrambled Sobol sequence, as Saltelli's design wants them: even in each
        dimension and independent of each other. Sampled values have too many dimensions for one and are random.
        """
        # scipy takes a second to import, and most runs draw nothing.
        from scipy.stats import qmc  # type: ignore[import-untyped]

        width = sum(len(branch.shares) for branch in self.index.branches) + 2
        sequence = qmc.Sobol(2 * width, scramble=True, rng=seeded(self.index, "points"))
        halves: Floats = sequence.random_base2(int(np.ceil(np.log2(self.size))))[: self.size]
        return halves[:, :width] if self.name == "a" else halves[:, width:]

    @cached_property
    def shares(self) -> tuple[Floats, ...]:
        """For each branch the shares of its children, draws down: moved by noise and made to sum to one again."""
        moved = 1 + self.rules.weight_noise * (2 * self.points[:, :-2] - 1)
        found, start = [], 0
        for branch in self.index.branches:
            given = np.array(branch.shares)
            weights = given * moved[:, start : start + len(given)]
            total = _sum_of_columns(weights)
            is_weighed = total[:, 0] > 0
            weights[is_weighed] *= given.sum() / total[is_weighed]
            found.append(given + np.zeros_like(weights) if self.rules.weight_noise == 0 else weights)
            start += len(given)
        return tuple(found)

    @cached_property
    def normalisations(self) -> Whole:
        """Which of the rules' normalisations each draw takes."""
        return self._alternatives(self.points[:, -2], self.rules.normalisations)

    @cached_property
    def aggregations(self) -> Whole:
        """Which of the rules' aggregations each draw takes."""
        return self._alternatives(self.points[:, -1], self.rules.aggregations)

    def deviations(self, measure: str, count: int, start: int, stop: int) -> Floats:
        """Standard normal deviates of a measure's sampled values, for the draws from start to stop."""
        found = np.empty((stop - start, count))
        for row, number in enumerate(range(start, stop)):
            self._stream(SAMPLING, measure, number).standard_normal(out=found[row])
        return found

    def _alternatives(self, places: Floats, alternatives: tuple[tuple[str, float], ...]) -> Whole:
        bounds = np.cumsum([share for _, share in alternatives])[:-1]
        return np.searchsorted(bounds, places, side="right").astype(np.int64)

    def _stream(self, *parts: object) -> np.random.Generator:
        return seeded(self.index, self.name, *parts)


def seeded(index: Index, *parts: object) -> np.random.Generator:
    """The stream of random numbers of one purpose of one index."""
    words = "/".join(map(str, (index.edition, index.index_code, *parts)))
    return np.random.Generator(np.random.SFC64(list(np.frombuffer(sha256(words.encode()).digest(), np.uint32))))


def _sum_of_columns(values: Floats) -> Floats:
    """Sums along the last axis, from the first column on, as a column."""
    total = np.zeros((len(values), 1))
    for place in range(values.shape[1]):
        total[:, 0] += values[:, place]
    return total
