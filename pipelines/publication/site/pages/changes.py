"""What changed: figures and winners against the last edition, and figures, winners and ranks against the last release.

Here is what differs; which causes it has is told by ``ceping diff``, which reads the inputs of both releases.
"""

from collections.abc import Iterator, Sequence

from pipelines.foundation.sql import Row, query_rows
from pipelines.publication.site.awards import WINNERS, read_series
from pipelines.publication.site.classes import class_name
from pipelines.publication.site.grid import Cell, Column, Grid, grid, number_cell, score_cell, text_cell
from pipelines.publication.site.page import Desk, Page, Previous
from pipelines.publication.site.pages.figures import FIGURES
from pipelines.publication.site.pages.ranks import RANKS, index_name, index_names
from pipelines.publication.site.values import NOTHING, SHARE

PAGE = "changes.html"
SECTION = "figures.html"
OVER_TIME, HISTORY = "trends.figure_over_time", "awards.award_history"
MOST_MOVES = 100


def build(desk: Desk) -> Iterator[Page]:
    """The page of changes, where there are figures, winners or ranks that could change."""
    if not (desk.tables.has(FIGURES) or desk.tables.has(WINNERS) or desk.tables.has(RANKS)):
        return
    desk = desk.at(PAGE)
    yield Page(
        path=PAGE, template="changes.html", title=desk.say("有何变化", "What changed"), section=SECTION,
        context=lambda: {
            "editions": [shown for shown in (_figures_by_edition(desk), _winners_by_edition(desk)) if shown],
            "previous": desk.previous.release_id if desk.previous else "",
            "releases": list(_since(desk, desk.previous)) if desk.previous else [],
        },
    )  # fmt: skip


def _figures_by_edition(desk: Desk) -> Grid | None:
    """Every figure beside that of the edition before it in this home; none where the home has but one."""
    rows = [row for row in desk.tables.of_edition(OVER_TIME) if row["earlier_edition"] is not None]
    if not rows:
        return None
    earlier = rows[0]["earlier_edition"]
    columns = [
        Column(title=desk.say("数字", "Figure")),
        Column(title=str(earlier), kind="number"),
        Column(title=str(desk.tables.candidate.edition), kind="number"),
        Column(title=desk.say("变化", "Change"), kind="number"),
        Column(title=desk.say("口径", "Definition")),
    ]
    return grid(
        "figures-by-edition", desk.say(f"与{earlier}年度相比：数字", f"Figures against edition {earlier}"), columns,
        [
            [
                text_cell(desk.say(row["name_zh"], row["name_en"]), href=desk.links.figure(row["figure_id"])),
                number_cell(row["earlier_computed"], row["unit"]),
                number_cell(row["computed"], row["unit"]),
                _change(desk, row["difference"], row["unit"]),
                text_cell(desk.say(row["break_zh"] or "", row["break_en"] or "") if row["is_break"] else ""),
            ]
            for row in sorted(rows, key=lambda row: (row["trend"], row["figure_id"]))
        ],
    )  # fmt: skip


def _change(desk: Desk, difference: float | None, unit: str) -> Cell:
    if difference is None:
        return text_cell("")
    points = f"{difference * 100:+.1f}"
    if unit == SHARE:
        text = desk.say(f"{points} 个百分点", f"{points} points")
    else:
        text = f"{difference:+,.0f}" if float(difference).is_integer() else f"{difference:+,.2f}"
    return number_cell(difference).model_copy(update={"text": text})


def _winners_by_edition(desk: Desk) -> Grid | None:
    """Of each title, who holds it again, who anew, and who no longer."""
    counted = [row for row in desk.tables.of_edition(HISTORY) if row["is_counted"]]
    if not counted:
        return None
    earlier = max(row["award_year"] for row in counted)
    columns = [
        Column(title=desk.say("奖项", "Title")),
        Column(title=desk.say(f"{earlier}年获奖", f"Won in {earlier}"), kind="number"),
        Column(title=desk.say("蝉联", "Again"), kind="number"),
        Column(title=desk.say("新获", "New")),
        Column(title=desk.say("不再获奖", "No longer")),
    ]
    lines = []
    for series in read_series(desk):
        for title in series.titles:
            before = {
                row["present_subject_id"]: row["subject_name"]
                for row in counted
                if (row["award_year"], row["series_code"], row["title_code"]) == (earlier, series.code, title.code)
            }
            now = {winner.subject_id: winner.name for winner in title.winners}
            if before or now:
                lines.append(
                    [
                        text_cell(title.name, href=desk.links.to(series.page)),
                        number_cell(len(before)),
                        number_cell(len(now.keys() & before.keys())),
                        _names(desk, [name for code, name in now.items() if code not in before]),
                        _names(desk, [name for code, name in before.items() if code not in now]),
                    ]
                )
    caption = desk.say(f"与{earlier}年相比：获奖名单", f"Winners against {earlier}")
    return grid("winners-by-edition", caption, columns, lines)


def _names(desk: Desk, names: Sequence[str]) -> Cell:
    return text_cell(desk.say("、", ", ").join(names), lang="zh-CN" if names else "")


def _since(desk: Desk, previous: Previous) -> Iterator[Grid]:
    """What differs from the release before this one; nothing of a kind that is alike in both."""
    yield from filter(None, (_figures(desk, previous), _winners(desk, previous), _moves(desk, previous)))


def _rows(previous: Previous, table: str, columns: str, where: str = "true") -> list[Row] | None:
    """Rows of the earlier release; ``None`` where it has no such table or column."""
    schema, name = table.split(".")
    found = query_rows(
        previous.connection,
        "select column_name from duckdb_columns() where schema_name = ? and table_name = ?",
        [schema, name],
    )
    if not {column.strip() for column in columns.split(",")} <= {row["column_name"] for row in found}:
        return None
    return query_rows(previous.connection, f"select {columns} from {table} where {where}")


def _figures(desk: Desk, previous: Previous) -> Grid | None:
    before = _rows(previous, FIGURES, "edition, figure_id, computed, verdict")
    old = {row["figure_id"]: row for row in before or () if row["edition"] == desk.tables.candidate.edition}
    changed = [
        row
        for row in desk.tables.of_edition(FIGURES)
        if (found := old.get(row["figure_id"])) is None
        or (found["computed"], found["verdict"]) != (row["computed"], row["verdict"])
    ]
    if before is None or not changed:
        return None
    columns = [
        Column(title=desk.say("数字", "Figure")),
        Column(title=desk.say("此前", "Before"), kind="number"),
        Column(title=desk.say("现在", "Now"), kind="number"),
        Column(title=desk.say("此前核对", "Verdict before")),
        Column(title=desk.say("现在核对", "Verdict now")),
    ]
    return grid(
        "figures-by-release", desk.say("变化的数字", "Figures that changed"), columns,
        [
            [
                text_cell(desk.say(row["name_zh"], row["name_en"]), href=desk.links.figure(row["figure_id"])),
                number_cell(old.get(row["figure_id"], {}).get("computed"), row["unit"]),
                number_cell(row["computed"], row["unit"]),
                text_cell(_verdict(desk, old.get(row["figure_id"], {}).get("verdict"))),
                text_cell(_verdict(desk, row["verdict"])),
            ]
            for row in sorted(changed, key=lambda row: (row["trend"], row["figure_order"]))
        ],
    )  # fmt: skip


def _verdict(desk: Desk, code: str | None) -> str:
    return desk.label("verdict", code) if code else NOTHING


def _winners(desk: Desk, previous: Previous) -> Grid | None:
    given = "edition, series_code, title_code, subject_id, subject_name_zh"
    before = _rows(previous, WINNERS, given)
    if before is None:
        return None
    old = {
        (row["series_code"], row["title_code"], row["subject_id"]): row["subject_name_zh"]
        for row in before
        if row["edition"] == desk.tables.candidate.edition
    }
    lines = []
    for series in read_series(desk):
        for title in series.titles:
            was = {code: name for (s, t, code), name in old.items() if (s, t) == (series.code, title.code)}
            now = {winner.subject_id: winner.name for winner in title.winners}
            if was.keys() != now.keys():
                lines.append(
                    [
                        text_cell(title.name, href=desk.links.to(series.page)),
                        _names(desk, [name for code, name in now.items() if code not in was]),
                        _names(desk, [name or code for code, name in was.items() if code not in now]),
                    ]
                )
    columns = [
        Column(title=desk.say("奖项", "Title")),
        Column(title=desk.say("新增", "Came in")),
        Column(title=desk.say("退出", "Went out")),
    ]
    return (
        grid("winners-by-release", desk.say("变化的获奖者", "Winners that changed"), columns, lines) if lines else None
    )


def _moves(desk: Desk, previous: Previous) -> Grid | None:
    """The ranks that moved, those that moved furthest first."""
    columns = "index_code, subject_id, subject_rank, index_score, edition"
    before = _rows(previous, RANKS, columns, "subject_rank is not null")
    if before is None or not desk.tables.has(RANKS):
        return None
    old = {(row["edition"], row["index_code"], row["subject_id"]): row for row in before}
    now = desk.tables.query(f"select {columns}, rank_class from {RANKS} where subject_rank is not null")
    moved = [
        (found, row)
        for row in now
        if (found := old.get((row["edition"], row["index_code"], row["subject_id"])))
        and found["subject_rank"] != row["subject_rank"]
    ]
    if not moved:
        return None
    moved.sort(key=lambda pair: (-abs(pair[1]["subject_rank"] - pair[0]["subject_rank"]), pair[1]["subject_id"]))
    names = {row["index_code"]: index_name(desk, row) for row in index_names(desk)}
    shown = moved[:MOST_MOVES]
    subjects = desk.tables.subject_names([row["subject_id"] for _, row in shown])
    hidden = len(moved) - len(shown)
    caption = desk.say(f"变动的名次（共 {len(moved):,} 个）", f"Ranks that moved ({len(moved):,} in all)")
    return grid(
        "ranks-by-release", caption,
        [
            Column(title=desk.say("指数", "Index"), is_choice=True),
            Column(title=desk.say("组别", "Class"), is_choice=True),
            Column(title=desk.say("对象", "Subject")),
            Column(title=desk.say("此前名次", "Rank before"), kind="number"),
            Column(title=desk.say("现在名次", "Rank now"), kind="number"),
            Column(title=desk.say("此前得分", "Score before"), kind="number"),
            Column(title=desk.say("现在得分", "Score now"), kind="number"),
        ],
        [
            [
                text_cell(names.get(row["index_code"], row["index_code"])),
                text_cell(class_name(desk, row["rank_class"])),
                text_cell(subjects.get(row["subject_id"], row["subject_id"]), lang="zh-CN"),
                number_cell(found["subject_rank"]),
                number_cell(row["subject_rank"]),
                score_cell(found["index_score"]),
                score_cell(row["index_score"]),
            ]
            for found, row in shown
        ],
        more=desk.say(f"另有 {hidden:,} 个。", f"{hidden:,} more.") if hidden else "",
    )  # fmt: skip
