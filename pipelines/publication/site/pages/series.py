"""One page per series: its titles, the rule of each, the winners with their citations, and why the next one missed."""

from collections.abc import Iterator

from pipelines.foundation.sql import Row
from pipelines.publication.site.awards import (
    APPEALS,
    CANDIDATES,
    COMPONENTS,
    Series,
    Title,
    Winner,
    chances,
    class_names,
    of_title,
    read_series,
)
from pipelines.publication.site.classes import class_name, class_place
from pipelines.publication.site.grid import Cell, Column, Grid, grid, number_cell, score_cell, share_cell, text_cell
from pipelines.publication.site.links import anchor, chosen
from pipelines.publication.site.page import Desk, Page
from pipelines.publication.site.values import span

MOST_CANDIDATES = 300


def build(desk: Desk) -> Iterator[Page]:
    """The page of every series the release has."""
    for number, series in enumerate(read_series(desk), start=1):
        yield _page(desk.at(series.page), number, series)


def _page(desk: Desk, number: int, series: Series) -> Page:
    return Page(
        path=series.page, template="series.html", title=series.name, section="series",
        short=desk.say(f"第{desk.language.numeral(number)}系列", f"Series {number}"),
        context=lambda: {
            "series": series,
            "winners": {title.code: winners(desk, series, title) for title in series.titles},
            "candidates": {title.code: candidates(desk, series, title) for title in series.titles},
            "components": {title.code: components(desk, series, title) for title in series.titles},
            "appeals": appeals(desk, series),
        },
    )  # fmt: skip


def winners(desk: Desk, series: Series, title: Title) -> Grid:
    """The winners of a title."""
    columns = [
        Column(title=desk.say("名次", "Rank"), kind="number"),
        Column(title=desk.say("获评对象", "Winner")),
        Column(title=desk.say("组别", "Class"), is_choice=True),
        Column(title=desk.say("得分", "Score"), kind="number"),
        Column(title=desk.say("稳固程度", "Firmness"), kind="number"),
        Column(title=desk.say("证据", "Evidence")),
        Column(title=desk.say("连续 / 累计", "Running / ever"), kind="number"),
    ]
    name = f"winners-{series.code}-{anchor(title.code)}"
    caption = desk.say(f"{title.name}获评名单", f"Winners: {title.name}")
    made_of = _made_of(desk, series, title)
    return grid(name, caption, columns, [_winner_row(desk, winner, made_of) for winner in title.winners])


def _made_of(desk: Desk, series: Series, title: Title) -> str:
    """The table of what the scores of a title are made of; empty where there is none."""
    has_parts = any(of_title(row, series.code, title.code) for row in desk.tables.rows(COMPONENTS))
    return f"components-{series.code}-{anchor(title.code)}" if has_parts and title.winners else ""


def _winner_row(desk: Desk, winner: Winner, made_of: str) -> list[Cell]:
    between = desk.say("，", ", ")
    wins = number_cell(winner.consecutive_wins)
    return [
        number_cell(winner.rank),
        text_cell(
            f"{winner.name}※" if winner.doubt else winner.name,
            lang="zh-CN",
            note=winner.doubt,
            href=desk.card(winner.subject_id),
        ),
        text_cell(winner.class_name),
        score_cell(winner.score, href=chosen(made_of, 0, winner.name) if made_of else "").model_copy(
            update={"note": span(winner.low, winner.high) if winner.low else ""}
        ),
        share_cell(winner.chance),
        text_cell(between.join(f"{name} {count:,}" for name, count in winner.evidence), note=winner.vetoes),
        wins.model_copy(update={"text": f"{wins.text} / {number_cell(winner.total_wins).text}"}),
    ]


def candidates(desk: Desk, series: Series, title: Title) -> Grid | None:
    """Everyone who was considered for a title, class by class, the best first, and what became of them."""
    rows = [row for row in desk.tables.rows(CANDIDATES) if of_title(row, series.code, title.code)]
    if not rows:
        return None
    best = {row["subject_id"]: -(row["award_score"] if row["award_score"] is not None else -1) for row in rows}
    rows.sort(key=lambda row: (class_place(desk, row["rank_class"]), best[row["subject_id"]], row["subject_id"]))
    names, firm = class_names(desk), chances(desk, series.code, title.code)
    columns = [
        Column(title=desk.say("对象", "Subject")),
        Column(title=desk.say("组别", "Class"), is_choice=True),
        Column(title=desk.say("得分", "Score"), kind="number"),
        Column(title=desk.say("获评可能性", "Chance"), kind="number"),
        Column(title=desk.say("单项否决", "Vetoes"), is_choice=True),
        Column(title=desk.say("结果", "Outcome"), is_choice=True),
        Column(title=desk.say("理由", "Reason")),
    ]
    hidden = len(rows) - MOST_CANDIDATES
    more = desk.say(f"另有 {hidden:,} 个对象，见数据页所列数据表。", f"{hidden:,} more in the table of candidates.")
    return grid(
        f"candidates-{series.code}-{anchor(title.code)}",
        desk.say(f"{title.name}参评对象", f"Candidates: {title.name}"),
        columns,
        [_candidate_row(desk, row, names, firm.get(row["subject_id"])) for row in rows[:MOST_CANDIDATES]],
        more=more if hidden > 0 else "",
    )


def _candidate_row(desk: Desk, row: Row, names: dict[str, str], chance: float | None) -> list[Cell]:
    if row["is_winner"]:
        outcome = desk.say("获评", "won")
    else:
        outcome = desk.say("合格未入选", "eligible") if row["is_eligible"] else desk.say("不符合条件", "not eligible")
    reason = desk.say(row["reason_zh"] or row["outcome_code"] or "", row["reason_en"] or "")
    return [
        text_cell(row["subject_name_zh"] or row["subject_id"], lang="zh-CN", href=desk.card(row["subject_id"])),
        text_cell(names.get(row["rank_class"]) or class_name(desk, row["rank_class"])),
        score_cell(row["award_score"]),
        share_cell(chance),
        text_cell(_vetoes(desk, row)),
        text_cell(outcome),
        text_cell(reason, note=desk.say(row.get("note_zh") or "", row.get("note_en") or "")),
    ]


def _vetoes(desk: Desk, row: Row) -> str:
    """Whether the vetoes a title asks for were passed; of what nobody can say, why."""
    if row.get("is_veto_passed") is not None:
        return desk.say("通过", "passed") if row["is_veto_passed"] else desk.say("触发", "struck")
    return desk.label("null_reason", row["veto_null_reason"]) if row.get("veto_null_reason") else ""


def components(desk: Desk, series: Series, title: Title) -> Grid | None:
    """What the score of each winner was made of."""
    names = {winner.subject_id: winner.name for winner in title.winners}
    rows = [
        row
        for row in desk.tables.rows(COMPONENTS)
        if row["subject_id"] in names and of_title(row, series.code, title.code)
    ]
    if not rows:
        return None
    columns = [
        Column(title=desk.say("对象", "Subject"), is_choice=True),
        Column(title=desk.say("输入", "Input")),
        Column(title=desk.say("分值", "Value"), kind="number"),
        Column(title=desk.say("规定权重", "Weight"), kind="number"),
        Column(title=desk.say("实际权重", "Used"), kind="number"),
        Column(title=desk.say("贡献", "Adds"), kind="number"),
    ]
    return grid(
        f"components-{series.code}-{anchor(title.code)}",
        desk.say(f"{title.name}得分构成", f"What the scores are made of: {title.name}"),
        columns,
        [
            [
                text_cell(names[row["subject_id"]], lang="zh-CN"),
                text_cell(
                    desk.say(row["name_zh"] or row["input_code"], row["name_en"] or ""), note=_about_input(desk, row)
                ),
                score_cell(row["input_score"]),
                number_cell(row["weight"]),
                share_cell(row["weight_used"]),
                score_cell(row["weighted_score"]),
            ]
            for row in rows
        ],
    )


def _about_input(desk: Desk, row: Row) -> str:
    if row["parts_nobody"]:
        return desk.say("合格对象此项得分相同，未分出先后", "the same for all who are eligible: it parts nobody")
    return desk.label("null_reason", row["null_reason"]) if row["null_reason"] else ""


def appeals(desk: Desk, series: Series) -> Grid | None:
    """Appeals that concern a series, and what each did; who appealed, and what was claimed, is internal."""
    rows = [row for row in desk.tables.rows(APPEALS) if anchor(str(row["series_code"] or "")) == series.code]
    if not rows:
        return None
    columns = [
        Column(title=desk.say("案件", "Case")),
        Column(title=desk.say("提出", "Filed")),
        Column(title=desk.say("涉及对象", "About")),
        Column(title=desk.say("决定", "Decision"), is_choice=True),
        Column(title=desk.say("所起作用", "What it did")),
    ]
    names = desk.tables.subject_names([row["subject_id"] for row in rows if row["subject_id"]])
    decisions = {"upheld": ("成立", "upheld"), "dismissed": ("不成立", "dismissed"), "pending": ("未决", "pending")}
    return grid(
        f"appeals-{series.code}", desk.say("申诉与决定", "Appeals and decisions"), columns,
        [
            [
                text_cell(row["case_code"]), text_cell(row["filed_date"]),
                text_cell(names.get(row["subject_id"], ""), lang="zh-CN"),
                text_cell(desk.say(*decisions.get(row["decision"], (row["decision"], "")))),
                text_cell(desk.say(row["did_zh"] or "", row["did_en"] or "")),
            ]
            for row in rows
        ],
    )  # fmt: skip
