"""The workbook for editors: winners, figures, trends and ranks with names, as they are read and printed.

Belongs here: which sheets there are, in which order, and which columns they have. Every head is the title of the
published column that stands below it. All tables, as they are published, are the other workbook (``workbook``).
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

import polars as pl
from xlsxturbo.types import CellValueOptions, ColumnFormat

from pipelines.foundation.bilingual import Bilingual
from pipelines.foundation.sql import Row, literal
from pipelines.publication.file_names import workbook_name
from pipelines.publication.sheets import (
    COUNT,
    FONT,
    SCORE,
    SHARE,
    TEXT,
    TITLE,
    WARNING,
    Sheet,
    banner,
    both,
    letters,
    sheet,
    sheet_name,
    write_sheets,
)
from pipelines.publication.site.awards import FIRMNESS, TITLES, WINNERS, read_series
from pipelines.publication.site.classes import class_name, class_place
from pipelines.publication.site.language import CHINESE
from pipelines.publication.site.links import Links
from pipelines.publication.site.page import Desk
from pipelines.publication.site.pages.figures import FIGURES, parts
from pipelines.publication.site.pages.ranks import CHANCES, INTERVALS, RANKS, index_name, index_names
from pipelines.publication.site.pictures import group_name, unit_of
from pipelines.publication.site.tables import SUBJECTS, Tables
from pipelines.publication.site.values import SHARE as SHARE_UNIT
from pipelines.publication.site.values import distinct
from pipelines.publication.trend_views import CELLS

CONTENTS = "目录"
HEADER = 2
Kind = Literal["text", "long", "name", "count", "score", "share", "rank"]
FORMATS: dict[Kind, ColumnFormat] = {
    "text": TEXT, "name": TEXT, "long": {**TEXT, "wrap_text": True, "align_vertical": "top"}, "count": COUNT,
    "score": SCORE, "share": SHARE, "rank": FONT,
}  # fmt: skip
WIDTHS: dict[Kind, float] = {
    "text": 16, "name": 34, "long": 60, "count": 12, "score": 10, "share": 11, "rank": 9,
}  # fmt: skip
TYPES: dict[Kind, type[pl.DataType]] = {"count": pl.Float64, "score": pl.Float64, "share": pl.Float64, "rank": pl.Int64}
CLASS, PROVINCE, KIND = (
    Bilingual(zh="组别", en="Class"), Bilingual(zh="省份", en="Province"), Bilingual(zh="指标", en="Measure"),
)  # fmt: skip
NEXT = Bilingual(zh="次位者及未获评原因", en="Next, and why it did not win")
DOUBT = Bilingual(zh="需复核", en="Look again")


class Head(NamedTuple):
    """A column of a sheet: the words above it, and what its values are."""

    title: Bilingual
    kind: Kind = "text"


class Leaf(NamedTuple):
    """A sheet for editors before it is written: its name, the line above it, its columns and rows."""

    name: str
    title: str
    heads: Sequence[Head]
    rows: pl.DataFrame
    cells: dict[tuple[int, int], ColumnFormat]

    @classmethod
    def of(cls, name: str, title: str, heads: Sequence[Head], rows: Iterable[Sequence[Any]]) -> "Leaf":
        """A leaf of these rows."""
        columns = list(zip(*rows, strict=True)) or [()] * len(heads)
        frame = pl.DataFrame(
            {
                str(place): pl.Series(list(values), dtype=TYPES.get(head.kind, pl.String), strict=False)
                for place, (head, values) in enumerate(zip(heads, columns, strict=True))
            }
        )
        return cls(name, title, heads, frame, {})


def write_editors_workbook(tables: Tables, release_id: str, path: Path) -> None:
    """Write the workbook for editors to ``path``."""
    desk = Desk(
        tables=tables, language=CHINESE, links=Links(release_folder=path.parent, page=path.name, language=CHINESE)
    )
    leaves = [leaf for leaf in _leaves(desk) if leaf.rows.height]
    taken = {CONTENTS}
    named = [leaf._replace(name=sheet_name(leaf.name, taken)) for leaf in leaves]
    write_sheets(
        [_contents(desk, named, release_id), *(_sheet(desk, leaf) for leaf in named)], tables, release_id, path
    )


def _leaves(desk: Desk) -> Iterator[Leaf]:
    yield _winners(desk)
    yield _figures(desk)
    yield from _trends(desk)
    yield from _ranks(desk)


def _head(desk: Desk, table: str, column: str, kind: Kind = "text") -> Head:
    """A head with the title of a published column."""
    declared = desk.tables.table(table)
    titles = {found.name: found.title for found in declared.columns} if declared else {}
    title = titles.get(column, Bilingual(zh="", en=""))
    return Head(title if title.zh else Bilingual(zh=column, en=""), kind)


def _winners(desk: Desk) -> Leaf:
    heads = [
        _head(desk, TITLES, "announced_name_zh", "name"), _head(desk, TITLES, "title_name_zh"), Head(CLASS),
        _head(desk, WINNERS, "award_rank", "rank"), _head(desk, WINNERS, "subject_name_zh", "name"),
        _head(desk, WINNERS, "award_score", "score"), _head(desk, WINNERS, "award_score_p05", "score"),
        _head(desk, WINNERS, "award_score_p95", "score"), _head(desk, FIRMNESS, "chance", "share"),
        _head(desk, WINNERS, "consecutive_wins", "rank"), _head(desk, WINNERS, "total_wins", "rank"),
        Head(NEXT, "long"), Head(DOUBT, "long"),
        _head(desk, WINNERS, "citation_zh", "long"), _head(desk, WINNERS, "subject_id"),
    ]  # fmt: skip
    rows = [
        (
            series.name, title.name, won.class_name, won.rank, won.name, won.score, won.low, won.high, won.chance,
            won.consecutive_wins, won.total_wins, each.next_one, won.doubt, won.citation, won.subject_id,
        )
        for series in read_series(desk)
        for title in series.titles
        for each in title.classes
        for won in each.winners
    ]  # fmt: skip
    return Leaf.of("获奖名单", "获奖名单", heads, rows)


def _figures(desk: Desk) -> Leaf:
    """Every figure; a share is shown as one, a count as one, in the same columns."""
    heads = [
        _head(desk, FIGURES, "trend"), _head(desk, FIGURES, "name_zh", "name"),
        _head(desk, FIGURES, "computed", "count"), _head(desk, FIGURES, "unit"),
        _head(desk, FIGURES, "numerator", "count"), _head(desk, FIGURES, "denominator", "count"),
        _head(desk, FIGURES, "qualifier"), _head(desk, FIGURES, "published", "count"), _head(desk, FIGURES, "verdict"),
        _head(desk, FIGURES, "as_of"), _head(desk, FIGURES, "numerator_text_zh", "long"),
        _head(desk, FIGURES, "figure_id"),
    ]  # fmt: skip
    shown = {row["figure_id"]: row for row in desk.tables.of_edition(FIGURES)}
    ordered = sorted(shown.values(), key=lambda row: (row["trend"], row["figure_order"]))
    definitions = {figure.anchor: figure.definition for part in parts(desk) for figure in part.figures}
    rows = [
        (
            desk.label("trend", str(row["trend"])), row["name_zh"], row["computed"], desk.label("unit", row["unit"]),
            row["numerator"], row["denominator"], row["qualifier"], row["published"],
            desk.label("verdict", row["verdict"]), str(row["as_of"] or ""), definitions.get(row["figure_id"], ""),
            row["figure_id"],
        )
        for row in ordered
    ]  # fmt: skip
    leaf = Leaf.of("数字核对", "通报数字：计算值与公布值", heads, rows)
    shares = [place for place, row in enumerate(ordered) if row["unit"] == SHARE_UNIT]
    return leaf._replace(cells={(place, column): SHARE for place in shares for column in (2, 7)})


def _trends(desk: Desk) -> Iterator[Leaf]:
    """The cells of each trend, counts and shares in columns of their own."""
    heads = [
        _head(desk, CELLS, "trend_table", "name"), _head(desk, CELLS, "breakdown"), Head(KIND, "name"),
        Head(CLASS, "name"), _head(desk, CELLS, "numerator", "count"), _head(desk, CELLS, "denominator", "count"),
        Head(Bilingual(zh="数值", en="Count"), "count"), Head(Bilingual(zh="比例", en="Share"), "share"),
        _head(desk, CELLS, "interval_low", "share"), _head(desk, CELLS, "interval_high", "share"),
        _head(desk, CELLS, "design"),
    ]  # fmt: skip
    for number in range(1, 10):
        listed = desk.tables.trend_tables(number)
        if not listed:
            continue
        rows = [_cell(desk, table, row) for table in listed for row in _ordered(desk, table)]
        title = desk.label("trend", str(number))
        yield Leaf.of(f"趋势{desk.language.numeral(number)}", title, heads, rows)


def _ordered(desk: Desk, table: Row) -> list[Row]:
    labels = desk.tables.labels
    return sorted(
        desk.tables.rows(table["full_name"]),
        key=lambda row: (
            labels.place("breakdown", row["breakdown"]),
            labels.place("measure", row["measure"]),
            [labels.place("group", part) for part in str(row["group_code"]).split(":")],
        ),
    )


def _cell(desk: Desk, table: Row, row: Row) -> tuple[Any, ...]:
    is_share = unit_of(str(row["measure"])) == SHARE_UNIT
    return (
        table["name_zh"], desk.label("breakdown", row["breakdown"]), desk.label("measure", row["measure"]),
        group_name(desk, row), row["numerator"], row["denominator"], None if is_share else row["value"],
        row["value"] if is_share else None, row.get("interval_low"), row.get("interval_high"),
        desk.label("design", row["design"]) if row.get("design") else "",
    )  # fmt: skip


def _ranks(desk: Desk) -> Iterator[Leaf]:
    """The ranking of each index, class by class in the official order."""
    if not desk.tables.has(RANKS):
        return
    heads = [
        Head(CLASS), _head(desk, RANKS, "subject_rank", "rank"), _head(desk, SUBJECTS, "subject_name", "name"),
        Head(PROVINCE), _head(desk, RANKS, "index_score", "score"), _head(desk, RANKS, "coverage", "share"),
        _head(desk, INTERVALS, "rank_p05", "rank"), _head(desk, INTERVALS, "rank_p95", "rank"),
        _head(desk, CHANCES, "chance", "share"), _head(desk, RANKS, "subject_id"),
    ]  # fmt: skip
    for index in index_names(desk):
        if index["ranked_count"]:
            name = index_name(desk, index)
            yield Leaf(f"名次·{name}", f"{name}名次", heads, _ranked(desk, index["index_code"]), {})


def _ranked(desk: Desk, code: str) -> pl.DataFrame:
    """The whole ranking of an index with names; the columns are those of the sheet, in order."""
    tables = desk.tables
    on = "ranks.edition = {0}.edition and ranks.subject_id = {0}.subject_id"
    same = f"{on} and ranks.index_code = {{0}}.index_code"
    joins = {
        "subjects": (SUBJECTS, on),
        "spans": (INTERVALS, same),
        "chances": (
            f"(select * from {CHANCES} qualify row_number() over (partition by edition, index_code, subject_id "
            "order by abs(top_count - 10), top_count) = 1)" if tables.has(CHANCES) else CHANCES,
            same,
        ),
    }  # fmt: skip
    present = {name for name, (table, _) in joins.items() if name == "chances" or tables.has(table)}
    present -= set() if tables.has(CHANCES) else {"chances"}

    def column(side: str, name: str, kind: str) -> str:
        return f"{side}.{name}" if side in present else f"cast(null as {kind})"

    joined = " ".join(
        f"left join {table} as {name} on {condition.format(name)}"
        for name, (table, condition) in joins.items()
        if name in present
    )
    frame = tables.frame(
        f"""
        select ranks.rank_class, ranks.subject_rank, coalesce({column("subjects", "subject_name", "varchar")},
            ranks.subject_id) as subject_name, {column("subjects", "province_code", "varchar")} as province_code,
            ranks.index_score, ranks.coverage, {column("spans", "rank_p05", "bigint")} as rank_p05,
            {column("spans", "rank_p95", "bigint")} as rank_p95, {column("chances", "chance", "double")} as chance,
            ranks.subject_id
        from {RANKS} as ranks {joined}
        where ranks.index_code = {literal(code)} and ranks.subject_rank is not null
        order by ranks.rank_class, ranks.subject_rank, ranks.subject_id
        """
    )
    classes = frame["rank_class"].unique().to_list()
    official = sorted(classes, key=lambda name: class_place(desk, name))
    order = {name: place for place, name in enumerate(official)}
    named = {name: class_name(desk, name) for name in classes}
    regions = {region: desk.region(region) for region in frame["province_code"].unique().to_list() if region}
    return (
        frame.sort(pl.col("rank_class").replace_strict(order, default=None), maintain_order=True)
        .with_columns(
            pl.col("rank_class").replace(named),
            pl.col("province_code").replace(regions),
        )
        .rename({name: str(place) for place, name in enumerate(frame.columns)})
    )


def _contents(desk: Desk, leaves: Sequence[Leaf], release_id: str) -> Sheet:
    tables = desk.tables
    frame = pl.DataFrame(
        {
            "工作表\nSheet": [leaf.name for leaf in leaves],
            "内容\nWhat it holds": [leaf.title for leaf in leaves],
            "行数\nRows": [leaf.rows.height for leaf in leaves],
        }
    )
    warning = banner(tables)
    about = f"版本 {release_id}；全部数据表见 {workbook_name(tables.candidate.edition)}。"
    return sheet(
        frame,
        CONTENTS,
        4,
        {
            "A1": {"value": f"{tables.edition_name.zh}　编辑用工作簿", "format": TITLE},
            "A2": {"value": warning or about, "format": WARNING if warning else TEXT},
            "A3": {"value": about if warning else "", "format": TEXT},
        },
        {
            "column_widths": {0: 40, 1: 60, 2: 10},
            "row_heights": {4: 32},
            "hyperlinks": [
                (f"A{row}", "internal:'" + leaf.name.replace("'", "''") + "'!A1", leaf.name)
                for row, leaf in enumerate(leaves, start=6)
            ],
        },
        {"行数\nRows": COUNT},
    )


def _sheet(desk: Desk, leaf: Leaf) -> Sheet:
    names = distinct(both(head.title) for head in leaf.heads)
    frame = leaf.rows.rename({str(place): name for place, name in enumerate(names)})
    cells: dict[str, CellValueOptions] = {
        f"{letters(column)}{HEADER + row + 2}": {"value": value, "format": form}
        for (row, column), form in leaf.cells.items()
        if (value := frame.item(row, column)) is not None
    }
    return sheet(
        frame,
        leaf.name,
        HEADER,
        {
            "A1": {"value": leaf.title, "format": TITLE},
            "A2": {"value": banner(desk.tables), "format": WARNING},
            **cells,
        },
        {
            "column_widths": {place: WIDTHS[head.kind] for place, head in enumerate(leaf.heads)},
            "row_heights": {HEADER: 32},
            "freeze_panes": (HEADER + 1, 0),
            "autofilter": True,
        },
        {name: FORMATS[head.kind] for name, head in zip(names, leaf.heads, strict=True)},
    )
