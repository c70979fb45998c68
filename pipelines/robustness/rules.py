"""What is varied and how much, as the seeds have it: ``robustness_settings`` and ``robustness_choices``.

Both name an index, or a title of an award as ``series/title``.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, Field

from pipelines.errors import FrameworkError
from pipelines.reference.rows import Fault, read_rows, read_valid_rows, shown_seed

SETTINGS, CHOICES = "robustness_settings", "robustness_choices"
FRAMEWORKS, TITLES = "frameworks", "award_rules"
EVERY_INDEX = "*"
OWN = "own"
WEIGHTS, NORMALISATION, AGGREGATION, SAMPLING = "weights", "normalisation", "aggregation", "sampling"
CHOICE_CODES = (WEIGHTS, NORMALISATION, AGGREGATION, SAMPLING)
ALTERNATIVES = {
    WEIGHTS: ("uniform_noise",),
    NORMALISATION: (OWN, "min_max", "z_score", "rank", "percentile"),
    AGGREGATION: (OWN, "arithmetic", "geometric", "harmonic"),
    SAMPLING: ("posterior",),
}
IndexKey = tuple[int, str]
Counts = Annotated[tuple[int, ...], BeforeValidator(lambda text: text.split("|") if isinstance(text, str) else text)]


class IndexRow(BaseModel, frozen=True):
    """A row for one index, or for every index, from an edition on."""

    edition: int
    index_code: str = Field(min_length=1)


class SettingsRow(IndexRow):
    """How often one index is drawn, and what is computed from the draws."""

    draw_count: int = Field(gt=0)
    sensitivity_count: int = Field(gt=1)
    resample_count: int = Field(gt=0)
    confidence: float = Field(gt=0, lt=1)
    score_floor: float = Field(gt=0, lt=100)
    top_counts: Counts


class ChoiceRow(IndexRow):
    """One alternative of one choice of one index."""

    choice_code: Literal["weights", "normalisation", "aggregation", "sampling"]
    alternative_code: str
    amount: float = Field(ge=0)


Numbered = TypeVar("Numbered", bound=IndexRow)


@dataclass(frozen=True)
class Rules:
    """Everything by which one index is varied.

    ``weight_noise`` is the largest share a weight moves by, ``error_scale`` the multiple of a standard error that
    sampled values move by; of the alternatives each has its share of the draws. Where a geometric or harmonic mean is
    an alternative, scores below ``score_floor`` (points of 100) count as that.
    """

    draw_count: int
    sensitivity_count: int
    resample_count: int
    confidence: float
    score_floor: float
    top_counts: tuple[int, ...]
    weight_noise: float
    normalisations: tuple[tuple[str, float], ...]
    aggregations: tuple[tuple[str, float], ...]
    error_scale: float


def read_rules(seeds: Path) -> dict[IndexKey, Rules]:
    """The rules of every index and every title of every edition.

    Raises ``FrameworkError`` with every fault, each with its seed and line where it lies in one.
    """
    settings, setting_faults = read_valid_rows(seeds, SETTINGS, SettingsRow)
    choices, choice_faults = read_valid_rows(seeds, CHOICES, ChoiceRow)
    found = [*setting_faults, *choice_faults, *_setting_faults(settings), *_choice_faults(choices)]
    faults = [fault.told(seeds) for fault in found]
    rules: dict[IndexKey, Rules] = {}
    for edition, index_code in [] if faults else _indices(seeds):
        setting = _of_index(settings.values(), edition, index_code)
        varied = {code: _of_index(_of_choice(choices, code), edition, index_code) for code in CHOICE_CODES}
        if not setting:
            faults.append(f"{shown_seed(seeds, SETTINGS)} has no row for index {index_code}")
        missing = [code for code, rows in varied.items() if not rows]
        faults += [f"{shown_seed(seeds, CHOICES)} has no {code} for index {index_code}" for code in missing]
        if setting and not missing:
            rules[edition, index_code] = _rules(setting[0], varied)
    if faults:
        raise FrameworkError("\n".join(["the draws of ranks cannot be made:", *dict.fromkeys(faults)]))
    return rules


def _rules(setting: SettingsRow, varied: dict[str, list[ChoiceRow]]) -> Rules:
    return Rules(
        draw_count=setting.draw_count,
        sensitivity_count=setting.sensitivity_count,
        resample_count=setting.resample_count,
        confidence=setting.confidence,
        score_floor=setting.score_floor,
        top_counts=tuple(sorted(setting.top_counts)),
        weight_noise=varied[WEIGHTS][0].amount,
        normalisations=_shares(varied[NORMALISATION]),
        aggregations=_shares(varied[AGGREGATION]),
        error_scale=varied[SAMPLING][0].amount,
    )


def _shares(rows: list[ChoiceRow]) -> tuple[tuple[str, float], ...]:
    total = sum(row.amount for row in rows)
    return tuple((row.alternative_code, row.amount / total) for row in rows if row.amount > 0)


def _of_index(rows: Iterable[Numbered], edition: int, index_code: str) -> list[Numbered]:
    """The rows of an index, or else those of every index; of the newest edition that is not later, or else the first.

    So rules hold from their edition on until others take their place.
    """
    fitting = [row for row in rows if row.index_code in (index_code, EVERY_INDEX)]
    own = [row for row in fitting if row.index_code == index_code] or fitting
    editions = sorted({row.edition for row in own})
    valid = [each for each in editions if each <= edition][-1:] or editions[:1]
    return [row for row in own if row.edition in valid]


def _of_choice(choices: dict[int, ChoiceRow], choice_code: str) -> list[ChoiceRow]:
    return [row for row in choices.values() if row.choice_code == choice_code]


def _setting_faults(settings: dict[int, SettingsRow]) -> Iterator[Fault]:
    for line, row in settings.items():
        if row.sensitivity_count & (row.sensitivity_count - 1):
            yield Fault(SETTINGS, line, f"sensitivity_count must be a power of two, found {row.sensitivity_count}")
        if row.draw_count < 2 * row.sensitivity_count:
            yield Fault(SETTINGS, line, f"draw_count must be at least twice sensitivity_count, found {row.draw_count}")
        if any(count < 1 for count in row.top_counts):
            yield Fault(SETTINGS, line, "top_counts must be positive")


def _choice_faults(choices: dict[int, ChoiceRow]) -> Iterator[Fault]:
    shares: dict[tuple[int, str, str], float] = {}
    for line, row in choices.items():
        key = (row.edition, row.index_code, row.choice_code)
        shares[key] = shares.get(key, 0) + row.amount
        if row.alternative_code not in ALTERNATIVES[row.choice_code]:
            known = ", ".join(ALTERNATIVES[row.choice_code])
            yield Fault(CHOICES, line, f"{row.choice_code} knows {known}, found {row.alternative_code}")
        if row.choice_code == WEIGHTS and row.amount >= 1:
            yield Fault(CHOICES, line, f"a weight that moves by its whole would vanish, found {row.amount:g}")
    for (edition, index_code, choice_code), total in shares.items():
        if choice_code in (NORMALISATION, AGGREGATION) and not total > 0:
            yield Fault(CHOICES, None, f"no {choice_code} of {index_code} in {edition} has a share")


def _indices(seeds: Path) -> list[IndexKey]:
    indices = [(int(cells["edition"]), cells["index_code"]) for _, cells in read_rows(seeds, FRAMEWORKS)]
    titles = [
        (int(cells["edition"]), f"{cells['series_code']}/{cells['title_code']}")
        for _, cells in read_rows(seeds, TITLES)
    ]
    return sorted([*indices, *titles])
