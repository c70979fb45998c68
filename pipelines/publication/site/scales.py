"""The classes a map or a matrix is coloured in, chosen by its values: yes and no, equal steps, or stated limits.

A class says its limits, so that a legend can. Values of which most would fall into one of equal steps, as counts with a
giant among them do, are parted by their fifths instead, at round numbers.
"""

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

from pydantic import BaseModel

from pipelines.publication.site.values import SHARE

SHADES = ("#f6efe4", "#e9c9b4", "#d6967f", "#b95a4a", "#8f1f1b")
YES, NO, UNKNOWN = "#8f1f1b", "#f6efe4", "#f1f0ee"
# A class may hold so much of all values before equal steps are given up.
MOST_IN_ONE = 0.6
ROUND = (1, 2, 2.5, 5, 10)
Say = Callable[[str, str], str]


class Step(BaseModel, frozen=True):
    """One class: the values from ``low`` on, up to ``high`` and without it; both are missing where nothing is known."""

    label: str
    shade: str
    low: float | None = None
    high: float | None = None


def steps_of(values: Sequence[float], unit: str, say: Say) -> list[Step]:
    """The classes of some values, the lowest first, and one for what is not known; none where all are alike."""
    known = sorted(set(values))
    if len(known) < 2:
        return []
    if set(known) <= {0, 1}:
        return [
            Step(label=say("无", "no"), shade=NO, low=0, high=1),
            Step(label=say("有", "yes"), shade=YES, low=1, high=math.inf),
            *_unknown(say),
        ]
    limits = _equal(known)
    if unit == SHARE and limits[-1] >= 1 and len(limits) > 2:
        # All of something is no class of its own beside nearly all.
        limits.pop()
    fullest = max(sum(low <= value < high for value in values) for low, high in pairwise([*limits, math.inf]))
    if fullest > MOST_IN_ONE * len(values):
        limits = _fifths(sorted(values))
    return [*_between(limits, unit), *_unknown(say)]


def share_steps(say: Say) -> list[Step]:
    """Fifths of the whole, for shares of several kinds side by side."""
    return [*_between([0, 0.2, 0.4, 0.6, 0.8], SHARE), *_unknown(say)]


def step_of(value: float | None, steps: Sequence[Step]) -> Step:
    """The class of a value."""
    for step in steps:
        if step.low is not None and step.high is not None and value is not None and value < step.high:
            return step
    return steps[-1]


def _unknown(say: Say) -> list[Step]:
    return [Step(label=say("无数据", "no data"), shade=UNKNOWN)]


def _equal(known: Sequence[float]) -> list[float]:
    """Lower limits of at most five equal steps at round numbers, from the lowest value to the highest."""
    span = known[-1] - known[0]
    power = 10.0 ** math.floor(math.log10(span / len(SHADES)))
    for step in (power * factor for factor in ROUND):
        first = math.floor(known[0] / step + 1e-9)
        count = math.floor(known[-1] / step + 1e-9) - first + 1
        if count <= len(SHADES):
            return [round((first + place) * step, 12) for place in range(count)]
    return [known[0]]


def _fifths(values: Sequence[float]) -> list[float]:
    """Lower limits at the fifths of the values, rounded to what can be said."""
    cuts = [values[len(values) * place // len(SHADES)] for place in range(1, len(SHADES))]
    rounded = [float(f"{cut:.2g}") for cut in cuts]
    return sorted({min(0.0, values[0]), *(cut for cut in rounded if cut > values[0])})


def _between(limits: Sequence[float], unit: str) -> list[Step]:
    shades = SHADES if len(limits) > 2 else (SHADES[0], SHADES[-2])
    places = [round(place * (len(shades) - 1) / max(len(limits) - 1, 1)) for place in range(len(limits))]
    ends = [*limits[1:], math.inf]
    return [
        Step(label=_label(low, high, unit), shade=shades[place], low=low, high=high)
        for low, high, place in zip(limits, ends, places, strict=True)
    ]


def _label(low: float, high: float, unit: str) -> str:
    if math.isinf(high):
        return f"≥ {_limit(low, unit)}"
    return f"{_limit(low, unit)}–{_limit(high, unit)}"


def _limit(value: float, unit: str) -> str:
    return f"{value * 100:g}%" if unit == SHARE else f"{value:,g}" if abs(value) < 1000 else f"{value:,.0f}"
