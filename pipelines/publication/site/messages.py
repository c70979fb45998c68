"""What a chart says, written from the numbers it shows: the sentence above it, in the language of the page.

Each function takes the rows of a chart with their names and gives one sentence without a full stop.
"""

from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

from pipelines.publication.site.charts import Bar, Box, Point, Tile
from pipelines.publication.site.page import Desk
from pipelines.publication.site.values import SHARE, score, share, written

SURE = 2


class Named(NamedTuple):
    """A value with the name of what it is of."""

    name: str
    value: float


def ends(desk: Desk, what: str, values: Sequence[Named], unit: str, *, are_regions: bool = False) -> str:
    """Who is highest and who lowest; of counts, what share of all the highest has."""
    group, groups = ("地区", "regions") if are_regions else ("组别", "groups")
    ordered = sorted(values, key=lambda named: -named.value)
    highest, lowest = ordered[0], ordered[-1]
    top = written(highest.value, unit)
    if highest.value == lowest.value:
        return desk.say(f"{what}：{len(ordered)}个{group}均为{top}", f"{what}: {top} in all {len(ordered)} {groups}")
    if unit != SHARE and all(float(named.value).is_integer() and named.value >= 0 for named in ordered):
        part = share(highest.value / sum(named.value for named in ordered))
        return desk.say(
            f"{what}：{highest.name}最多，{top}，占合计的{part}",
            f"{what}: most in {highest.name}, {top} or {part} of all",
        )
    tied = [named for named in ordered if named.value == highest.value]
    if len(tied) > 1:
        return desk.say(
            f"{what}：{len(tied)}个{group}并列最高（{top}），{lowest.name}最低（{written(lowest.value, unit)}）",
            f"{what}: {len(tied)} {groups} are highest ({top}), {lowest.name} lowest ({written(lowest.value, unit)})",
        )
    return desk.say(
        f"{what}：{highest.name}最高（{top}），{lowest.name}最低（{written(lowest.value, unit)}）",
        f"{what}: highest in {highest.name} ({top}), lowest in {lowest.name} ({written(lowest.value, unit)})",
    )


def on_map(desk: Desk, what: str, tiles: Sequence[Tile], unit: str) -> str:
    """Of yes and no, how many have it; else the ends, and of shares what lies in the middle. Few prove nothing."""
    known = [Named(tile.name, tile.value) for tile in tiles if tile.value is not None]
    if {named.value for named in known} <= {0, 1} and unit != SHARE:
        held = sum(named.value for named in known)
        without = [named.name for named in known if not named.value]
        missing = desk.say("、", ", ").join(without)
        if len(without) <= 3:
            return desk.say(
                f"{what}：{len(known)}个地区中{held:.0f}个有，{missing}没有",
                f"{what}: {held:.0f} of {len(known)} regions have it, all but {missing}",
            )
        return desk.say(
            f"{what}：{len(known)}个地区中{held:.0f}个有", f"{what}: {held:.0f} of {len(known)} regions have it"
        )
    firm = [Named(tile.name, tile.value) for tile in tiles if tile.value is not None and not tile.is_thin]
    compared = firm if len({named.value for named in firm}) > 1 else known
    said = ends(desk, what, compared, unit, are_regions=True)
    if unit != SHARE:
        return said
    middle = share(median(named.value for named in compared))
    return desk.say(f"{said}，中位数{middle}", f"{said}; median {middle}")


def in_time(desk: Desk, what: str, points: Sequence[Point], unit: str) -> str:
    """From where to where the longest series went, and by how much."""
    names = dict.fromkeys(point.series for point in points)
    longest = max(names, key=lambda name: sum(point.series == name for point in points))
    of_it = sorted((point for point in points if point.series == longest), key=lambda point: point.when)
    first, last = of_it[0], of_it[-1]
    whose = desk.say(f"（{longest}）", f" ({longest})") if len(names) > 1 else ""
    old, new = written(first.value, unit), written(last.value, unit)
    began, ended = first.when[:7], last.when[:7]
    if last.value == first.value:
        return desk.say(
            f"{what}{whose}：{began}与{ended}均为{new}", f"{what}{whose}: {new} in {began} and in {ended} alike"
        )
    rose = last.value > first.value
    if unit == SHARE:
        by = f"{abs(last.value - first.value) * 100:.1f}"
        amount = desk.say(f"{by}个百分点", f"{by} points")
    else:
        amount = share(abs(last.value / first.value - 1)) if first.value else written(abs(last.value), unit)
    return desk.say(
        f"{what}{whose}：由{began}的{old}{'升' if rose else '降'}至{ended}的{new}，{'升' if rose else '降'}{amount}",
        f"{what}{whose}: {'up' if rose else 'down'} from {old} in {began} to {new} in {ended}, by {amount}",
    )


def in_matrix(
    desk: Desk, what: str, lines: Sequence[str], columns: Sequence[str], cells: dict[tuple[int, int], float]
) -> str:
    """The highest and the lowest cell."""
    (top_line, top_column), top = max(cells.items(), key=lambda cell: cell[1])
    (low_line, low_column), low = min(cells.items(), key=lambda cell: cell[1])
    return desk.say(
        f"{what}：最高为{columns[top_column]}的{lines[top_line]}（{share(top)}），"
        f"最低为{columns[low_column]}的{lines[low_line]}（{share(low)}）",
        f"{what}: {share(top)} at most, {lines[top_line]}, {columns[top_column]}; "
        f"{share(low)} at least, {lines[low_line]}, {columns[low_column]}",
    )


def of_scores(desk: Desk, what: str, middle: float, count: int) -> str:
    """Where the middle of all scores lies."""
    return desk.say(
        f"{what}：{count:,}个对象中一半得分在{score(middle)}以上",
        f"{what}: half of {count:,} subjects score above {score(middle)}",
    )


def of_spreads(desk: Desk, rows: Sequence[Box]) -> str:
    """Which class is best in its middle, and which worst."""
    ordered = sorted(rows, key=lambda row: -row.p50)
    best, worst = ordered[0], ordered[-1]
    if len(rows) == 1:
        return desk.say(
            f"{best.label}的中位得分为{score(best.p50)}，中间一半在{score(best.p25)}与{score(best.p75)}之间",
            f"{best.label}: the median is {score(best.p50)}, the middle half between {score(best.p25)} and "
            f"{score(best.p75)}",
        )
    return desk.say(
        f"中位得分{best.label}最高（{score(best.p50)}），{worst.label}最低（{score(worst.p50)}）",
        f"The median is highest in {best.label} ({score(best.p50)}), lowest in {worst.label} ({score(worst.p50)})",
    )


def of_rank_intervals(desk: Desk, class_name: str, rows: Sequence[Bar]) -> str:
    """How many of the first are sure of their rank, and who is least."""
    spans = {row.label: (row.high or 0) - (row.low or 0) for row in rows}
    sure = sum(width <= SURE for width in spans.values())
    widest = max(rows, key=lambda row: spans[row.label])
    if not spans[widest.label]:
        return desk.say(
            f"{class_name}前{len(rows)}名的名次不因方法与抽样而变",
            f"{class_name}: no rank of the first {len(rows)} moves with method or sample",
        )
    return desk.say(
        f"{class_name}前{len(rows)}名中{sure}名的名次上下不超过{SURE}位，{widest.label}最不确定（{widest.text}）",
        f"{class_name}: {sure} of the first {len(rows)} ranks move by {SURE} places at most; least sure is "
        f"{widest.label} ({widest.text})",
    )


def of_bins(desk: Desk, what: str, rows: Sequence[Bar], unit_zh: str, unit_en: str) -> str:
    """In which range most lie."""
    total = sum(row.value for row in rows)
    fullest = max(rows, key=lambda row: row.value)
    part = share(fullest.value / total)
    return desk.say(
        f"{what}：{total:,.0f}{unit_zh}中{part}在{fullest.label}",
        f"{what}: {part} of {total:,.0f} {unit_en} lie at {fullest.label}",
    )
