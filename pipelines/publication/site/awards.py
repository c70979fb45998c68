"""The series of the edition with their titles, winners and reasons, as the tables of awards have them."""

from collections.abc import Iterator
from itertools import groupby

from pydantic import BaseModel

from pipelines.foundation.sql import Row
from pipelines.publication.site.classes import class_name, class_place
from pipelines.publication.site.language import Language
from pipelines.publication.site.links import anchor
from pipelines.publication.site.page import Desk
from pipelines.publication.site.values import score, share

TITLES = "awards.award_title"
CLASSES = "awards.award_class"
WINNERS = "awards.award_winner"
CANDIDATES = "awards.award_candidate"
COMPONENTS = "awards.award_component"
FIRMNESS = "awards.award_firmness"
APPEALS = "awards.award_appeal"
PARAMETERS = "core.dim_parameter"
CHANCE_MIN, MARGIN_MIN = "award.chance_min", "award.margin_min"


class Winner(BaseModel, frozen=True):
    """One subject that holds a title, and why; ``chance`` is the share of the draws in which it wins.

    ``card`` is the address of its report card, if there are cards. ``doubt`` says why an editor should look at the win
    again; it is for pages and the queue, not for print.
    """

    subject_id: str
    card: str
    name: str
    rank: int | None
    class_name: str
    score: float | None
    low: float | None
    high: float | None
    chance: float | None
    doubt: str
    citation: str
    reason_head: str
    evidence: tuple[tuple[str, int], ...]
    vetoes: str
    consecutive_wins: int | None
    total_wins: int | None


class ClassOfTitle(BaseModel, frozen=True):
    """One class of a title: its winners, the best first; what of its places is vacant, and who came next."""

    code: str
    name: str
    quota: int | None
    winners: tuple[Winner, ...]
    vacancy: str
    reason: str
    next_one: str
    candidate_count: int


class Title(BaseModel, frozen=True):
    """One title with its rule and its classes in official order."""

    code: str
    name: str
    rule: str
    reasoning: str
    year: int | None
    classes: tuple[ClassOfTitle, ...]

    @property
    def winners(self) -> tuple[Winner, ...]:
        """Who won it, class by class."""
        return tuple(winner for each in self.classes for winner in each.winners)

    @property
    def is_classed(self) -> bool:
        """Whether it is given within classes that have to be named."""
        return len(self.classes) > 1

    @property
    def has_doubts(self) -> bool:
        """Whether a win should be looked at again."""
        return any(winner.doubt for winner in self.winners)


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
    found = [each for each in desk.tables.rows(CLASSES) if of_title(each, series, code)]
    won = [winner for winner in desk.tables.rows(WINNERS) if of_title(winner, series, code)]
    by_class = {each["rank_class"]: each for each in found}
    codes = {winner["rank_class"] for winner in won} | set(by_class)
    return Title(
        code=code,
        name=desk.say(row["title_name_zh"], row["title_name_en"]),
        rule=desk.say(row.get("rule_zh") or "", row.get("rule_en") or ""),
        reasoning=desk.say(row.get("reasoning_zh") or "", row.get("reasoning_en") or ""),
        year=row.get("year_number"),
        classes=tuple(
            _class(desk, each, by_class.get(each), [winner for winner in won if winner["rank_class"] == each])
            for each in sorted(codes, key=lambda each: class_place(desk, each))
        ),
    )


def _class(desk: Desk, code: str | None, row: Row | None, won: list[Row]) -> ClassOfTitle:
    name = desk.say(row["class_name_zh"], row["class_name_en"]) if row and row["class_name_zh"] else ""
    ordered = sorted(won, key=lambda winner: (winner["award_rank"] or 0, winner["subject_id"]))
    quota = row["quota"] if row else None
    return ClassOfTitle(
        code=str(code or ""),
        name=name or class_name(desk, code),
        quota=quota,
        winners=tuple(_winner(desk, winner, name or class_name(desk, code)) for winner in ordered),
        vacancy=_vacancy(desk, quota, len(won)),
        reason=desk.say(row["reason_zh"] or "", row["reason_en"] or "") if row else "",
        next_one=_next_one(desk, ordered[-1]) if ordered else "",
        candidate_count=int(row["candidate_count"] or 0) if row else 0,
    )


def _vacancy(desk: Desk, quota: int | None, count: int) -> str:
    """What of the places of a class was not given; nothing where all of them were, or where none are set."""
    if not count:
        return desk.say("空缺", "vacant")
    if quota is None or count >= quota:
        return ""
    left = quota - count
    return desk.say(
        f"名额{quota}个，评出{count}个，空缺{left}个", f"{count} of {quota} places filled, {left} left vacant"
    )


def _next_one(desk: Desk, row: Row) -> str:
    """Who came next in a class, and why that was not enough."""
    name = str(row.get("runner_up_name_zh") or row.get("runner_up_subject_id") or "")
    if not name:
        return ""
    points = score(row.get("runner_up_score"))
    return desk.say(
        f"{name}（{points}）：{row.get('runner_up_reason_zh') or ''}",
        f"{name} ({points}): {row.get('runner_up_reason_en') or ''}",
    )


def _winner(desk: Desk, row: Row, of_class: str) -> Winner:
    evidence = (
        ("self_nomination_count", "自荐", "own nominations"),
        ("expert_nomination_count", "专家推荐", "by experts"),
        ("reviewer_count", "评审专家", "reviewers"),
        ("respondent_count", "问卷样本", "respondents"),
    )
    chance = chances(desk, str(row["series_code"]), str(row["title_code"])).get(row["subject_id"])
    citation = desk.say(row.get("citation_zh") or "", row.get("citation_en") or "")
    is_named = str(row["subject_name_zh"]) in citation
    return Winner(
        subject_id=str(row["subject_id"]),
        card=desk.card(str(row["subject_id"])),
        name=subject_name(desk, row),
        rank=row["award_rank"],
        class_name=of_class,
        score=row["award_score"],
        low=row.get("award_score_p05"),
        high=row.get("award_score_p95"),
        chance=chance,
        doubt=_doubt(desk, row, chance),
        citation=citation,
        # A text that names its subject is not headed by the name once more.
        reason_head=("" if is_named else subject_name(desk, row) + desk.say("", ": "))
        + desk.say("获奖理由：", "Reason: "),
        evidence=tuple((desk.say(zh, en), row[column]) for column, zh, en in evidence if row.get(column)),
        vetoes=_examined(desk, row),
        consecutive_wins=row.get("consecutive_wins"),
        total_wins=row.get("total_wins"),
    )


def _examined(desk: Desk, row: Row) -> str:
    """How many of the vetoes were examined, where not all of them were."""
    if row.get("veto_null_reason") != "not_examined":
        return ""
    examined, of_all = row["examined_veto_count"], row["veto_count"]
    return desk.say(f"单项否决 {of_all} 项，已评价 {examined} 项", f"{examined} of {of_all} vetoes examined")


def subject_name(desk: Desk, row: Row) -> str:
    """Name of a winner; where another winner bears the same, its kind stands with it."""
    name = str(row["subject_name_zh"] or row["subject_id"])
    bearers = {each["subject_id"] for each in desk.tables.rows(WINNERS) if each["subject_name_zh"] == name}
    if len(bearers) < 2:
        return name
    kind = desk.label("subject", str(row["subject_id"]).partition(":")[0])
    return desk.say(f"{name}（{kind}）", f"{name} ({kind})")


def _doubt(desk: Desk, row: Row, chance: float | None) -> str:
    limits = parameter(desk, CHANCE_MIN), parameter(desk, MARGIN_MIN)
    return doubt(desk.language, chance, row.get("margin") if _has_rival(desk, row) else None, *limits)


def doubt(
    language: Language, chance: float | None, lead: float | None, chance_min: float | None, margin_min: float | None
) -> str:
    """Why a win should be looked at again: most draws take it away, or it leads by less than scores can tell apart.

    ``lead`` is in points ahead of the next one who was eligible. What is not known raises no doubt.
    """
    said = []
    if chance is not None and chance_min is not None and chance < chance_min:
        least = share(chance_min)
        said.append(language.say(f"获评可能性{share(chance)}，低于{least}", f"chance {share(chance)}, below {least}"))
    if lead is not None and margin_min is not None and lead < margin_min:
        least = score(margin_min)
        zh = f"仅领先次位者{score(lead)}分，不足{least}分"
        said.append(language.say(zh, f"only {score(lead)} points ahead of the next, less than {least}"))
    return language.say("；", "; ").join(said)


def _has_rival(desk: Desk, row: Row) -> bool:
    """Whether the next one was eligible: whom a rule stopped is no rival."""
    return any(
        each["is_eligible"]
        for each in desk.tables.rows(CANDIDATES)
        if each["subject_id"] == row.get("runner_up_subject_id")
        and (each["series_code"], each["title_code"]) == (row["series_code"], row["title_code"])
    )


def parameter(desk: Desk, code: str) -> float | None:
    """A parameter of the edition; nothing where the release does not have it."""
    rows = (row for row in desk.tables.of_edition(PARAMETERS) if row["parameter_code"] == code)
    return next((float(row["parameter_value"]) for row in rows), None)


def _order(row: Row) -> tuple[object, ...]:
    return (row.get("series_number") or 0, str(row["series_code"]), row.get("title_order") or 0, str(row["title_code"]))
