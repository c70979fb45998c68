"""The series of the edition with their titles, winners and reasons, as the tables of awards have them."""

from collections.abc import Iterator
from itertools import groupby

from pydantic import BaseModel, ConfigDict

from pipelines.publication.site.page import Desk
from pipelines.publication.site.tables import Row

TITLES = "awards.award_title"
WINNERS = "awards.award_winner"
CANDIDATES = "awards.award_candidate"
COMPONENTS = "awards.award_component"


class Winner(BaseModel):
    """One subject that holds a title, and why."""

    model_config = ConfigDict(frozen=True)

    subject_id: str
    name: str
    rank: int | None
    rank_class: str
    score: float | None
    citation: str
    missed: str
    consecutive_wins: int | None
    total_wins: int | None


class Title(BaseModel):
    """One title with its rule and its winners, the best first."""

    model_config = ConfigDict(frozen=True)

    code: str
    name: str
    rule: str
    winners: tuple[Winner, ...]


class Series(BaseModel):
    """One series of titles."""

    model_config = ConfigDict(frozen=True)

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
    winners = desk.tables.rows(WINNERS)
    for code, group in groupby(rows, key=lambda row: str(row["series_code"])):
        titles = list(group)
        first = titles[0]
        announced = _said(desk, first, "series_announced_name", "series_name", "announced_name")
        yield Series(
            code=code,
            name=announced or code,
            body_name=_said(desk, first, "series_body_name", "body_name") or announced or code,
            titles=tuple(_title(desk, row, winners) for row in titles),
        )


def _title(desk: Desk, row: Row, winners: list[Row]) -> Title:
    code = str(row["title_code"])
    won = [w for w in winners if (str(w["series_code"]), str(w["title_code"])) == (str(row["series_code"]), code)]
    ordered = sorted(won, key=lambda w: (str(w.get("rank_class") or ""), w["award_rank"] or 0, w["subject_id"]))
    return Title(
        code=code,
        name=_said(desk, row, "title_name", "title_announced_name", "name") or code,
        rule=_said(desk, row, "rule_text", "rule", "title_rule"),
        winners=tuple(_winner(desk, winner) for winner in ordered),
    )


def _winner(desk: Desk, row: Row) -> Winner:
    return Winner(
        subject_id=str(row["subject_id"]),
        name=str(row.get("subject_name_zh") or row.get("subject_name") or row["subject_id"]),
        rank=row["award_rank"],
        rank_class=str(row.get("rank_class") or ""),
        score=row.get("award_score"),
        citation=_said(desk, row, "citation"),
        missed=_said(desk, row, "runner_up_missed", "runner_up_reason", "missed_reason"),
        consecutive_wins=row.get("consecutive_wins"),
        total_wins=row.get("total_wins"),
    )


def _order(row: Row) -> tuple[object, ...]:
    place = row.get("series_order")
    return (
        place if place is not None else 0,
        str(row["series_code"]),
        row.get("title_order") or 0,
        str(row["title_code"]),
    )


def _said(desk: Desk, row: Row, *stems: str) -> str:
    """The text of the first of these pairs of columns that is there."""
    for stem in stems:
        zh, en = row.get(f"{stem}_zh"), row.get(f"{stem}_en")
        if zh or en:
            return desk.say(str(zh or en), str(en or ""))
    return ""
