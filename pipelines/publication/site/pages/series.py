"""A page a series: its titles, the rule of each, the winners with their citations, and why the next one missed."""

from collections.abc import Iterator

from pipelines.publication.site.awards import CANDIDATES, COMPONENTS, Series, Title, Winner, read_series
from pipelines.publication.site.grid import Cell, Column, Grid, grid, number_cell, score_cell, text_cell
from pipelines.publication.site.links import anchor
from pipelines.publication.site.page import Desk, Page
from pipelines.publication.site.tables import Row

MOST_CANDIDATES = 300
CANDIDATE_COLUMNS = (
    "series_code", "title_code", "rank_class", "subject_id", "subject_name_zh", "award_score", "award_rank",
    "candidate_rank", "outcome_code", "outcome_reason_zh", "outcome_reason_en", "outcome_zh", "outcome_en",
)  # fmt: skip


def build(desk: Desk) -> Iterator[Page]:
    """The page of every series the release has."""
    for series in read_series(desk):
        at = desk.at(series.page)
        yield Page(
            path=series.page, template="series.html", title=series.name, section="series",
            context={
                "series": series,
                "winners": {title.code: winners(at, series, title) for title in series.titles},
                "candidates": {title.code: candidates(at, series, title) for title in series.titles},
                "components": {title.code: components(at, series, title) for title in series.titles},
            },
        )  # fmt: skip


def winners(desk: Desk, series: Series, title: Title) -> Grid:
    """The winners of a title."""
    columns = [
        Column(title=desk.say("名次", "Rank"), kind="number"),
        Column(title=desk.say("获评对象", "Winner")),
        Column(title=desk.say("组别", "Class"), is_choice=True),
        Column(title=desk.say("得分", "Score"), kind="number"),
        Column(title=desk.say("连续获评", "Running"), kind="number"),
        Column(title=desk.say("与次席", "Why the next one missed")),
    ]
    return grid(
        f"winners-{anchor(title.code)}",
        desk.say(f"{title.name}获评名单", f"Winners: {title.name}"),
        columns,
        [_winner_row(desk, winner) for winner in title.winners],
    )


def _winner_row(desk: Desk, winner: Winner) -> list[Cell]:
    return [
        number_cell(winner.rank),
        text_cell(winner.name, lang="zh-CN", note=winner.subject_id),
        text_cell(class_name(desk, winner.rank_class)),
        score_cell(winner.score),
        number_cell(winner.consecutive_wins),
        text_cell(winner.missed),
    ]


def candidates(desk: Desk, series: Series, title: Title) -> Grid | None:
    """Everyone who was considered for a title, and what became of them."""
    if not desk.tables.has(CANDIDATES):
        return None
    rows = desk.tables.select(
        CANDIDATES,
        CANDIDATE_COLUMNS,
        "where cast(series_code as varchar) = ? and cast(title_code as varchar) = ? "
        "order by award_score desc nulls last, subject_id",
        (series.code, title.code),
    )
    columns = [
        Column(title=desk.say("对象", "Subject")),
        Column(title=desk.say("组别", "Class"), is_choice=True),
        Column(title=desk.say("得分", "Score"), kind="number"),
        Column(title=desk.say("结果", "Outcome"), is_choice=True),
        Column(title=desk.say("理由", "Reason")),
    ]
    hidden = len(rows) - MOST_CANDIDATES
    more = (
        desk.say(f"另有 {hidden:,} 个对象，见 {CANDIDATES}。", f"{hidden:,} more in {CANDIDATES}.")
        if hidden > 0
        else ""
    )
    return grid(
        f"candidates-{anchor(title.code)}",
        desk.say(f"{title.name}参评对象", f"Candidates: {title.name}"),
        columns,
        [_candidate_row(desk, row) for row in rows[:MOST_CANDIDATES]],
        more=more,
    )


def _candidate_row(desk: Desk, row: Row) -> list[Cell]:
    reason_zh = row["outcome_reason_zh"] or row["outcome_zh"] or ""
    reason_en = row["outcome_reason_en"] or row["outcome_en"] or ""
    return [
        text_cell(row["subject_name_zh"] or row["subject_id"], lang="zh-CN", note=row["subject_id"]),
        text_cell(class_name(desk, row["rank_class"])),
        score_cell(row["award_score"]),
        text_cell(desk.label("outcome", str(row["outcome_code"]))),
        text_cell(desk.say(reason_zh, reason_en)),
    ]


def components(desk: Desk, series: Series, title: Title) -> Grid | None:
    """What the score of each winner was made of."""
    if not desk.tables.has(COMPONENTS):
        return None
    names = {winner.subject_id: winner.name for winner in title.winners}
    wanted = (
        "series_code", "title_code", "subject_id", "component_code", "input_code", "name_zh", "name_en",
        "component_name_zh", "component_name_en", "raw_value", "component_value", "component_score", "weight",
        "weighted_score",
    )  # fmt: skip
    rows = [
        row
        for row in desk.tables.select(
            COMPONENTS,
            wanted,
            "where cast(series_code as varchar) = ? and cast(title_code as varchar) = ?",
            (series.code, title.code),
        )
        if row["subject_id"] in names
    ]
    if not rows:
        return None
    columns = [
        Column(title=desk.say("对象", "Subject"), is_choice=True),
        Column(title=desk.say("组成", "Component")),
        Column(title=desk.say("分值", "Value"), kind="number"),
        Column(title=desk.say("权重", "Weight"), kind="number"),
        Column(title=desk.say("贡献", "Adds"), kind="number"),
    ]
    return grid(
        f"components-{anchor(title.code)}",
        desk.say(f"{title.name}得分构成", f"What the scores are made of: {title.name}"),
        columns,
        [_component_row(desk, row, names[row["subject_id"]]) for row in rows],
    )


def _component_row(desk: Desk, row: Row, subject: str) -> list[Cell]:
    code = row["component_code"] or row["input_code"] or ""
    value = next((row[c] for c in ("component_score", "component_value", "raw_value") if row[c] is not None), None)
    return [
        text_cell(subject, lang="zh-CN"),
        text_cell(
            desk.say(
                row["component_name_zh"] or row["name_zh"] or code, row["component_name_en"] or row["name_en"] or code
            )
        ),
        score_cell(value),
        score_cell(row["weight"]),
        score_cell(row["weighted_score"]),
    ]


def class_name(desk: Desk, code: str | None) -> str:
    """A class of ranking in words: the names of its parts."""
    if not code:
        return ""
    named = []
    for part in str(code).split(":"):
        kind = next(
            (kind for kind in ("rank_class", "group", "subject_kind") if desk.tables.labels.has(kind, part)), None
        )
        named.append(desk.label(kind, part) if kind else part)
    return " · ".join(named)
