"""The series of the edition with their titles, winners and reasons, as the tables of awards have them."""

from collections.abc import Iterator
from itertools import groupby

from pydantic import BaseModel

from pipelines.foundation.sql import Row
from pipelines.publication.site.links import anchor
from pipelines.publication.site.page import Desk

TITLES = "awards.award_title"
CLASSES = "awards.award_class"
WINNERS = "awards.award_winner"
CANDIDATES = "awards.award_candidate"
COMPONENTS = "awards.award_component"
FIRMNESS = "awards.award_firmness"
APPEALS = "awards.award_appeal"


class Winner(BaseModel, frozen=True):
    """One subject that holds a title, and why; ``chance`` is the share of the draws in which it wins."""

    subject_id: str
    name: str
    rank: int | None
    class_name: str
    score: float | None
    low: float | None
    high: float | None
    chance: float | None
    citation: str
    next_name: str
    next_score: float | None
    next_reason: str
    evidence: tuple[tuple[str, int], ...]
    consecutive_wins: int | None
    total_wins: int | None


class Title(BaseModel, frozen=True):
    """One title with its rule and its winners, class by class, the best first; ``gaps`` holds why classes are empty."""

    code: str
    name: str
    rule: str
    reasoning: str
    winners: tuple[Winner, ...]
    gaps: tuple[str, ...]


class Series(BaseModel, frozen=True):
    """One series of titles; the list of results and the body of the bulletin may name it differently."""

    code: str
    name: str
    body_name: str
    titles: tuple[Title, ...]

    @property
    def page(self) -> str:
        """Its page on the site."""
        return f"series/{self.code}.html"

    @property
    def winner_count(self) -> int:
        """How many titles were given."""
        return sum(len(title.winners) for title in self.titles)


def read_series(desk: Desk) -> Iterator[Series]:
    """The series in their order; none where the release has no awards."""
    rows = sorted(desk.tables.rows(TITLES), key=_order)
    for code, group in groupby(rows, key=lambda row: str(row["series_code"])):
        titles = list(group)
        first = titles[0]
        yield Series(
            code=anchor(code),
            name=desk.say(first["announced_name_zh"] or code, first.get("series_name_en") or ""),
            body_name=desk.say(
                first.get("body_name_zh") or first["announced_name_zh"] or code, first.get("series_name_en") or ""
            ),
            titles=tuple(_title(desk, row) for row in titles),
        )


def class_names(desk: Desk) -> dict[str, str]:
    """Names of the classes titles are given within."""
    return {
        row["rank_class"]: desk.say(row["class_name_zh"], row["class_name_en"])
        for row in desk.tables.rows(CLASSES)
        if row["class_name_zh"]
    }


def of_title(row: Row, series_code: str, title_code: str) -> bool:
    """Whether a row of awards is of a title."""
    return (anchor(str(row["series_code"])), str(row["title_code"])) == (anchor(series_code), title_code)


def chances(desk: Desk, series_code: str, title_code: str) -> dict[str, float]:
    """How firm a place among the winners of a title is, by subject."""
    rows = desk.tables.rows(FIRMNESS)
    return {row["subject_id"]: row["chance"] for row in rows if of_title(row, series_code, title_code)}


def _title(desk: Desk, row: Row) -> Title:
    series, code = str(row["series_code"]), str(row["title_code"])
    names = class_names(desk)
    firm = chances(desk, series, code)
    won = [winner for winner in desk.tables.rows(WINNERS) if of_title(winner, series, code)]
    ordered = sorted(won, key=lambda w: (str(w["rank_class"]), w["award_rank"] or 0, w["subject_id"]))
    empty = [
        desk.say(f"{found['class_name_zh']}：{found['reason_zh']}", f"{found['class_name_en']}: {found['reason_en']}")
        for found in desk.tables.rows(CLASSES)
        if of_title(found, series, code) and not found["winner_count"]
    ]
    return Title(
        code=code,
        name=desk.say(row["title_name_zh"], row["title_name_en"]),
        rule=desk.say(row.get("rule_zh") or "", row.get("rule_en") or ""),
        reasoning=desk.say(row.get("reasoning_zh") or "", row.get("reasoning_en") or ""),
        winners=tuple(_winner(desk, winner, names, firm.get(winner["subject_id"])) for winner in ordered),
        gaps=tuple(empty),
    )


def _winner(desk: Desk, row: Row, names: dict[str, str], chance: float | None) -> Winner:
    evidence = (
        ("self_nomination_count", "自荐", "own nominations"),
        ("expert_nomination_count", "专家推荐", "by experts"),
        ("reviewer_count", "评审专家", "reviewers"),
        ("respondent_count", "问卷样本", "respondents"),
    )
    return Winner(
        subject_id=str(row["subject_id"]),
        name=str(row["subject_name_zh"] or row["subject_id"]),
        rank=row["award_rank"],
        class_name=names.get(row["rank_class"], str(row["rank_class"] or "")),
        score=row["award_score"],
        low=row.get("award_score_p05"),
        high=row.get("award_score_p95"),
        chance=chance,
        citation=desk.say(row.get("citation_zh") or "", row.get("citation_en") or ""),
        next_name=str(row.get("runner_up_name_zh") or row.get("runner_up_subject_id") or ""),
        next_score=row.get("runner_up_score"),
        next_reason=desk.say(row.get("runner_up_reason_zh") or "", row.get("runner_up_reason_en") or ""),
        evidence=tuple((desk.say(zh, en), row[column]) for column, zh, en in evidence if row.get(column)),
        consecutive_wins=row.get("consecutive_wins"),
        total_wins=row.get("total_wins"),
    )


def _order(row: Row) -> tuple[object, ...]:
    return (row.get("series_number") or 0, str(row["series_code"]), row.get("title_order") or 0, str(row["title_code"]))
