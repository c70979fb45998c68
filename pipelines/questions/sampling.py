"""How many of each stratum are drawn for a share to be known within a margin, and which ones.

A share is estimated as the mean of the strata's shares, each counting as many subjects as it has. Its variance is the
sum over strata of W² (1 - f) S² / n, where W is the stratum's part of all, f = n / N the part drawn of it and
S² = p (1 - p) N / (N - 1) (Cochran 1977, Sampling Techniques, 5.3 to 5.9). Who is drawn follows from a hash of the
seed and the subject: the same seed draws the same, and who joins a stratum later moves nobody else.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from math import ceil, sqrt
from statistics import NormalDist
from typing import Literal

from pipelines.errors import CepingError

Allocation = Literal["neyman", "proportional"]
# Without two of a stratum nothing tells how much its subjects differ.
LEAST_OF_A_STRATUM = 2


@dataclass(frozen=True)
class Stratum:
    """One part of the subjects: its size, and the share looked for as it is known or feared, strictly in 0 to 1."""

    code: str
    size: int
    prior: float

    @property
    def variance(self) -> float:
        """How much its subjects differ: that of a share in a finite population."""
        return self.prior * (1 - self.prior) * self.size / (self.size - 1) if self.size > 1 else 0.0


@dataclass(frozen=True)
class Plan:
    """How many are drawn of each stratum, by its code, and how sure the share is then."""

    strata: tuple[Stratum, ...]
    counts: Mapping[str, int]
    confidence: float
    simple_count: int

    @property
    def margin(self) -> float:
        """Half the width of the interval of the share of all, if the priors hold."""
        return normal_quantile(self.confidence) * sqrt(variance_of(self.strata, self.counts))

    @property
    def is_full_count(self) -> bool:
        """Whether everybody is drawn, so that there is no sampling error."""
        return all(self.counts[stratum.code] == stratum.size for stratum in self.strata)


def plan_sample(
    strata: Sequence[Stratum], margin: float, confidence: float = 0.95, allocation: Allocation = "neyman"
) -> Plan:
    """The smallest sample that keeps the share of all within the margin.

    ``neyman`` draws most where subjects are many and differ most; it is exact in whole numbers, adding one subject at
    a time where it lowers the variance most (Wright 2012, The American Statistician 66). ``proportional`` draws the
    same part of each stratum, rounded up. Both draw two of each stratum at least, and at most all. Raises
    ``CepingError`` where margin, confidence or a prior is no share strictly between 0 and 1, or there are no subjects.
    """
    values = {"margin": margin, "confidence": confidence}
    values |= {f"prior of {stratum.code}": stratum.prior for stratum in strata}
    wrong = [f"{name} {value:g}" for name, value in values.items() if not 0 < value < 1]
    if wrong or not strata:
        raise CepingError(
            f"expected shares between 0 and 1, found {', '.join(wrong)}"
            if wrong
            else "nobody is in scope of the sample"
        )
    allowed = (margin / normal_quantile(confidence)) ** 2
    counts = _neyman(strata, allowed) if allocation == "neyman" else _proportional(strata, allowed)
    return Plan(tuple(strata), counts, confidence, _simple_count(strata, allowed))


def draw(subjects: Mapping[str, Sequence[str]], counts: Mapping[str, int], seed: str) -> dict[str, list[str]]:
    """The subjects drawn of each stratum: those with the lowest hashes, in that order."""
    return {
        code: sorted(members, key=lambda subject: (_number(seed, subject), subject))[: counts[code]]
        for code, members in subjects.items()
    }


def variance_of(strata: Sequence[Stratum], counts: Mapping[str, int]) -> float:
    """The variance of the share of all with so many drawn of each stratum."""
    total = sum(stratum.size for stratum in strata)
    return sum(
        (stratum.size / total) ** 2
        * (1 - counts[stratum.code] / stratum.size)
        * stratum.variance
        / counts[stratum.code]
        for stratum in strata
    )


def normal_quantile(confidence: float) -> float:
    """Standard deviations that hold so much of a normal distribution in the middle."""
    return NormalDist().inv_cdf((1 + confidence) / 2)


def _neyman(strata: Sequence[Stratum], allowed: float) -> dict[str, int]:
    counts = {stratum.code: min(LEAST_OF_A_STRATUM, stratum.size) for stratum in strata}
    total = sum(stratum.size for stratum in strata)
    # What one more takes off the variance, the most first.
    gains: list[tuple[float, str, Stratum]] = []

    def push(stratum: Stratum) -> None:
        count = counts[stratum.code]
        if count < stratum.size:
            gain = (stratum.size / total) ** 2 * stratum.variance / (count * (count + 1))
            heappush(gains, (-gain, stratum.code, stratum))

    for stratum in strata:
        push(stratum)
    variance = variance_of(strata, counts)
    while variance > allowed and gains:
        gain, code, stratum = heappop(gains)
        counts[code] += 1
        variance += gain
        push(stratum)
    return counts


def _proportional(strata: Sequence[Stratum], allowed: float) -> dict[str, int]:
    total = sum(stratum.size for stratum in strata)

    def counts(drawn: int) -> dict[str, int]:
        return {
            stratum.code: min(max(ceil(drawn * stratum.size / total), LEAST_OF_A_STRATUM), stratum.size)
            for stratum in strata
        }

    low, high = 0, total
    while low < high:
        middle = (low + high) // 2
        if variance_of(strata, counts(middle)) > allowed:
            low = middle + 1
        else:
            high = middle
    return counts(low)


def _simple_count(strata: Sequence[Stratum], allowed: float) -> int:
    """How many a sample without strata would need for the same margin, to set beside."""
    total = sum(stratum.size for stratum in strata)
    whole = Stratum("", total, sum(stratum.size * stratum.prior for stratum in strata) / total)
    infinite = whole.variance / allowed
    return min(total, ceil(infinite / (1 + infinite / total)))


def _number(seed: str, subject: str) -> str:
    return hashlib.sha256(f"{seed}\0{subject}".encode()).hexdigest()
