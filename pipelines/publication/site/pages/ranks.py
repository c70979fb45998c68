"""One page per index: how scores spread, how sure the ranks are, and the ranking of every class."""

from collections.abc import Iterator

from pipelines.foundation.sql import Row
from pipelines.publication.site import messages
from pipelines.publication.site.charts import Bar, Box, Chart, Words, boxes, histogram, intervals
from pipelines.publication.site.classes import class_name, class_place
from pipelines.publication.site.grid import Cell, Column, Grid, grid, number_cell, score_cell, share_cell, text_cell
from pipelines.publication.site.links import anchor
from pipelines.publication.site.page import Desk, Page
from pipelines.publication.site.pictures import words
from pipelines.publication.site.tables import SUBJECTS
from pipelines.publication.site.values import span

RANKS = "indices.idx_rank"
NODES = "indices.dim_framework_node"
INTERVALS = "indices.idx_rank_interval"
CHANCES = "indices.idx_top_chance"
SCORES = "indices.idx_score"
MOST_OF_A_CLASS = 200
MOST_DOTS = 20
TOP = 10
SPANS = ("rank_p05", "rank_p95", "missing_rank_p10", "missing_rank_p90")
MOST_CLASSES = 10
BINS = 20


def build(desk: Desk) -> Iterator[Page]:
    """The list of indices, and the page of every index that ranks anyone."""
    if not desk.tables.has(RANKS):
        return
    indices = [row for row in index_names(desk) if row["ranked_count"]]
    at = desk.at("ranks/index.html")
    yield Page(
        path="ranks/index.html", template="ranks.html", section="ranks",
        title=at.say("指数与名次", "Indices and ranks"),
        context=lambda: {"indices": [(index_page(row["index_code"]), index_name(at, row), row) for row in indices]},
    )  # fmt: skip
    for row in indices:
        yield _page(desk.at(index_page(row["index_code"])), row)


def index_page(code: str) -> str:
    """Page of an index."""
    return f"ranks/{anchor(code)}.html"


def index_name(desk: Desk, row: Row) -> str:
    """Name of an index."""
    return desk.say(row["name_zh"] or row["index_code"], row["name_en"] or row["index_code"])


def index_names(desk: Desk) -> list[Row]:
    """Every index that has ranks, with its names and counts, the main ones as the frameworks order them."""
    names = "select index_code, min(index_name_zh) as name_zh, min(index_name_en) as name_en, count(*) as node_count"
    named = f"{names} from {NODES} group by index_code" if desk.tables.has(NODES) else (
        "select cast(null as varchar) as index_code, null as name_zh, null as name_en, null as node_count where false"
    )  # fmt: skip
    return desk.tables.query(
        f"""
        select
            ranks.index_code,
            any_value(names.name_zh) as name_zh,
            any_value(names.name_en) as name_en,
            any_value(names.node_count) as node_count,
            count(distinct ranks.rank_class) filter (where ranks.subject_rank is not null) as class_count,
            count(ranks.subject_rank) as ranked_count,
            count(*) - count(ranks.subject_rank) as unranked_count
        from {RANKS} as ranks
        left join ({named}) as names on ranks.index_code = names.index_code
        group by ranks.index_code
        order by ranks.index_code
        """
    )


def _page(desk: Desk, index: Row) -> Page:
    code = index["index_code"]
    rows = ranked(desk, code)
    name = index_name(desk, index)
    return Page(
        path=index_page(code), template="rank.html", title=name, section="ranks",
        context=lambda: {
            "index": index,
            "framework": anchor(f"framework-{code}"),
            "charts": list(_charts(desk, code, name, rows)),
            "table": _table(desk, code, name, rows),
            "has_parts": desk.tables.has(SCORES, NODES),
            "hidden_count": max(0, index["ranked_count"] - len(rows)),
            "unranked": unranked(desk, code),
            "most": MOST_OF_A_CLASS,
        },
    )  # fmt: skip


def ranked(desk: Desk, code: str) -> list[Row]:
    """The best of every class with their names, intervals and chances, class by class."""
    tables = desk.tables
    has_interval, has_chance = tables.has(INTERVALS), tables.has(CHANCES)
    subject = (
        f"left join {SUBJECTS} as subjects on ranks.edition = subjects.edition "
        "and ranks.subject_id = subjects.subject_id"
        if tables.has(SUBJECTS)
        else ""
    )
    interval = (
        f"left join {INTERVALS} as spans on ranks.edition = spans.edition and ranks.index_code = spans.index_code "
        "and ranks.subject_id = spans.subject_id"
        if has_interval
        else ""
    )
    chance = (
        f"left join (select edition, index_code, subject_id, top_count, chance from {CHANCES} "
        "qualify row_number() over (partition by edition, index_code, subject_id "
        f"order by abs(top_count - {TOP}), top_count) = 1) as chances "
        "on ranks.edition = chances.edition and ranks.index_code = chances.index_code "
        "and ranks.subject_id = chances.subject_id"
        if has_chance
        else ""
    )
    found = tables.query(
        f"""
        select
            ranks.subject_id, ranks.rank_class, ranks.subject_rank, ranks.tied_count, ranks.ranked_count,
            ranks.index_score, ranks.coverage,
            {"subjects.subject_name" if subject else "null"} as subject_name,
            {"subjects.province_code" if subject else "null"} as province_code,
            {", ".join(f"{'spans.' if interval else 'null as '}{name}" for name in SPANS)},
            {"chances.chance, chances.top_count" if chance else "null as chance, null as top_count"}
        from {RANKS} as ranks {subject} {interval} {chance}
        where ranks.index_code = ? and ranks.subject_rank is not null
        qualify row_number() over (partition by ranks.rank_class order by ranks.subject_rank, ranks.subject_id) <= ?
        order by ranks.subject_rank, ranks.subject_id
        """,
        (code, MOST_OF_A_CLASS),
    )
    return sorted(found, key=lambda row: class_place(desk, row["rank_class"]))


def parts(desk: Desk, code: str, rows: list[Row]) -> tuple[list[str], dict[tuple[str, str], float]]:
    """What each score is made of: the names of the first indicators below the index, and what each adds."""
    if not desk.tables.has(SCORES, NODES):
        return [], {}
    nodes = desk.tables.query(
        f"select node_code, name_zh, name_en from {NODES} where index_code = ? and parent_code in "
        f"(select node_code from {NODES} where index_code = ? and parent_code is null) order by node_order, node_code",
        (code, code),
    )
    names = {row["node_code"]: desk.say(row["name_zh"], row["name_en"]) for row in nodes}
    shown = {row["subject_id"] for row in rows}
    found = desk.tables.query(
        f"select subject_id, node_code, weighted_score from {SCORES} "
        "where index_code = ? and weighted_score is not null and list_contains(?, node_code)",
        (code, list(names)),
    )
    adds = {
        (row["subject_id"], names[row["node_code"]]): row["weighted_score"]
        for row in found
        if row["node_code"] in names and row["subject_id"] in shown
    }
    used = {name for _, name in adds}
    return [name for name in dict.fromkeys(names.values()) if name in used], adds


def unranked(desk: Desk, code: str) -> list[tuple[str, str]]:
    """Why subjects are not ranked, and how many for each reason."""
    rows = desk.tables.query(
        f"select coalesce(null_reason, '') as reason, count(*) as subject_count from {RANKS} "
        "where index_code = ? and subject_rank is null group by all order by subject_count desc, reason",
        (code,),
    )
    return [(desk.label("null_reason", row["reason"]), f"{row['subject_count']:,}") for row in rows]


def _table(desk: Desk, code: str, name: str, rows: list[Row]) -> Grid:
    has_spans = any(row["rank_p05"] is not None for row in rows)
    has_gaps = any(row["missing_rank_p10"] is not None for row in rows)
    has_chances = any(row["chance"] is not None for row in rows)
    columns = [
        Column(title=desk.say("名次", "Rank"), kind="number"),
        Column(title=desk.say("对象", "Subject")),
        Column(title=desk.say("省份", "Province"), is_choice=True),
        Column(title=desk.say("组别", "Class"), is_choice=True),
        Column(title=desk.say("得分", "Score"), kind="number"),
        Column(title=desk.say("权重覆盖", "Coverage"), kind="number"),
    ]
    if has_spans:
        columns.append(Column(title=desk.say("名次区间", "Rank interval"), kind="number"))
    if has_gaps:
        title = desk.say("未测部分在第 90 至 10 百分位时的名次", "Rank with the missing part at percentiles 90 to 10")
        columns.append(Column(title=title, kind="number"))
    if has_chances:
        top = next(row["top_count"] for row in rows if row["top_count"] is not None)
        columns.append(Column(title=desk.say(f"进入前{top}的概率", f"Chance of the first {top}"), kind="number"))
    names, adds = parts(desk, code, rows)
    columns += [Column(title=name, kind="number") for name in names]
    return grid(
        f"ranks-{anchor(code)}", desk.say(f"{name}名次", f"Ranks: {name}"), columns,
        [
            [
                *_row(desk, row, has_spans, has_gaps, has_chances),
                *(score_cell(adds.get((row["subject_id"], name))) for name in names),
            ]
            for row in rows
        ],
    )  # fmt: skip


def _row(desk: Desk, row: Row, has_spans: bool, has_gaps: bool, has_chances: bool) -> list[Cell]:
    tied = row["tied_count"] or 1
    note = desk.say(f"并列 {tied}", f"tied {tied}") if tied > 1 else ""
    cells = [
        number_cell(row["subject_rank"], note=note),
        text_cell(
            row["subject_name"] or row["subject_id"],
            lang="zh-CN",
            note=row["subject_id"].partition(":")[2],
            href=desk.card(row["subject_id"]),
        ),
        text_cell(desk.region(row["province_code"])),
        text_cell(class_name(desk, row["rank_class"])),
        score_cell(row["index_score"]),
        share_cell(row["coverage"]),
    ]
    if has_spans:
        text = span(row["rank_p05"], row["rank_p95"])
        cells.append(number_cell(row["rank_p05"]).model_copy(update={"text": text}))
    if has_gaps:
        text = "" if row["missing_rank_p10"] is None else span(row["missing_rank_p90"], row["missing_rank_p10"])
        cells.append(number_cell(row["missing_rank_p90"]).model_copy(update={"text": text}))
    if has_chances:
        cells.append(share_cell(row["chance"]))
    return cells


def _charts(desk: Desk, code: str, name: str, rows: list[Row]) -> Iterator[Chart]:
    counts = _histogram(desk, code)
    total = sum(count for _, _, count in counts)
    if total >= BINS:
        middle = desk.tables.query(
            f"select median(index_score) as middle from {RANKS} where index_code = ? and subject_rank is not null",
            (code,),
        )[0]["middle"]
        what = desk.say("得分分布（对象数）", "scores, number of subjects")
        told = _words(desk, name, messages.of_scores(desk, name, middle, total), what, total)
        yield desk.pictures.draw(histogram, f"chart-scores-{anchor(code)}", told, counts)
    spreads = _boxes(desk, code)
    if spreads:
        what = desk.say("各组别得分：5%、25%、50%、75%、95% 分位", "scores by class: percentiles 5, 25, 50, 75, 95")
        told = _words(desk, name, messages.of_spreads(desk, spreads), what, sum(spread.count for spread in spreads))
        yield desk.pictures.draw(boxes, f"chart-spread-{anchor(code)}", told, spreads)
    yield from _intervals(desk, code, name, rows)


def _intervals(desk: Desk, code: str, name: str, rows: list[Row]) -> Iterator[Chart]:
    """The first of the class in which most ranks may move: where none does, there is nothing to see."""
    spans = [row for row in rows if row["rank_p05"] is not None]
    firsts = {
        of_class: [row for row in spans if row["rank_class"] == of_class][:MOST_DOTS]
        for of_class in dict.fromkeys(row["rank_class"] for row in spans)
    }
    if not firsts:
        return
    # Where as many may move, that in which they move least can be told apart best.
    of_class = max(
        firsts,
        key=lambda found: (
            sum(row["rank_p95"] > row["rank_p05"] for row in firsts[found]),
            -max(row["rank_p95"] for row in firsts[found]),
        ),
    )
    dots = [
        Bar(
            label=row["subject_name"] or row["subject_id"], value=row["subject_rank"], low=row["rank_p05"],
            high=row["rank_p95"], text=f"{row['rank_p05']:.0f}–{row['rank_p95']:.0f}",
        )
        for row in firsts[of_class]
    ]  # fmt: skip
    named = class_name(desk, of_class)
    what = desk.say(
        f"{named}前 {len(dots)} 名：名次与 90% 区间", f"{named}, first {len(dots)}: ranks and 90% intervals"
    )
    told = _words(desk, name, messages.of_rank_intervals(desk, named, dots), what, len(dots))
    yield desk.pictures.draw(
        intervals, f"chart-intervals-{anchor(code)}", told, dots, max(dot.high or dot.value for dot in dots)
    )


def _words(desk: Desk, name: str, message: str, what: str, count: int) -> Words:
    edition = desk.tables.candidate.edition
    made_up = desk.say("，示例数据", ", example data") if desk.tables.candidate.is_synthetic else ""
    about = (what, desk.say(f"{edition}年度", f"edition {edition}"), f"n = {count:,}")
    source = f"{desk.language.of(desk.tables.edition_name)}{desk.say('，', ', ')}{name}{made_up}"
    return words(desk, message, about, source, desk.say("组别", "Class"), "")


def _histogram(desk: Desk, code: str) -> list[tuple[float, float, int]]:
    """Counts of scores in equal steps from nothing to the highest round number above the best."""
    rows = desk.tables.query(
        f"""
        with scores as (
            select index_score, max(index_score) over () as best from {RANKS}
            where index_code = ? and subject_rank is not null
        ),
        stepped as (
            select
                case when best <= 1 then 0.05 when best <= 20 then 1.0 else ceil(best / {BINS}) end as step,
                index_score
            from scores
        )
        select step, least(floor(index_score / step), {BINS} * 2) as place, count(*) as subject_count
        from stepped where step > 0
        group by all order by place
        """,
        (code,),
    )
    if not rows:
        return []
    step = float(rows[0]["step"])
    found = {int(row["place"]): row["subject_count"] for row in rows}
    return [(place * step, (place + 1) * step, found.get(place, 0)) for place in range(min(0, *found), max(found) + 1)]


def _boxes(desk: Desk, code: str) -> list[Box]:
    rows = desk.tables.query(
        f"""
        select rank_class, count(*) as subject_count,
            quantile_cont(index_score, [0.05, 0.25, 0.5, 0.75, 0.95]) as percentiles
        from {RANKS} where index_code = ? and subject_rank is not null
        group by rank_class having count(*) >= 5
        """,
        (code,),
    )
    rows = sorted(rows, key=lambda row: class_place(desk, row["rank_class"]))[:MOST_CLASSES]
    keys = ("p05", "p25", "p50", "p75", "p95")
    return [
        Box(
            label=class_name(desk, row["rank_class"]),
            count=row["subject_count"],
            **dict(zip(keys, row["percentiles"], strict=True)),
        )
        for row in rows
    ]
