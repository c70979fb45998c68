"""One page per province, and per city with subjects enough: its figures beside the country's, ranks and titles."""

from collections import defaultdict
from collections.abc import Iterator

from pipelines.foundation.sql import Row
from pipelines.publication.site.awards import TITLES, WINNERS
from pipelines.publication.site.classes import class_name
from pipelines.publication.site.grid import Cell, Column, Grid, grid, number_cell, score_cell, span_cell, text_cell
from pipelines.publication.site.links import anchor, region_page
from pipelines.publication.site.page import Desk, Page
from pipelines.publication.site.pages.ranks import RANKS, index_name, index_names, index_page
from pipelines.publication.site.pictures import unit_of
from pipelines.publication.site.tables import Tables
from pipelines.publication.site.values import SHARE

LIST_PAGE = "regions/index.html"
CELLS, TREND_TABLES = "trends.trend_cell", "trends.trend_table"
NATION = "000000"
# A city has a page where so many of its subjects are ranked.
LEAST_RANKED = 10
COUNTED = ("site_count", "running_site_count", "ranked_count", "winner_count", "title_count")
CHECKED = ("inspected_count", "failed_count", "passed_share", "mended_count", "median_days_to_mend")


def build(desk: Desk) -> Iterator[Page]:
    """The list of regions, and the page of every region that has one."""
    regions = paged_regions(desk.tables)
    if not regions:
        return
    ranked = _ranked(desk)
    names = {index["index_code"]: index for index in index_names(desk)}
    nation = desk.tables.region_cards.get(NATION)
    provinces = [row for row in regions.values() if row["level"] == "province"]
    at = desk.at(LIST_PAGE)
    yield Page(
        path=LIST_PAGE, template="regions.html", section="regions", title=at.say("地区", "Regions"),
        context=lambda: {"table": _list(at, provinces, nation), "cities": _cities(at, regions)},
    )  # fmt: skip
    for code, row in regions.items():
        yield _page(desk.at(region_page(code)), row, nation, regions, ranked.get(code, []), names)


def paged_regions(tables: Tables) -> dict[str, Row]:
    """The regions that have a page, by code and in its order."""
    return {
        code: row
        for code, row in sorted(tables.region_cards.items())
        if (row["level"] == "province" and row["ranked_count"])
        or (row["level"] == "prefecture" and row["ranked_count"] >= LEAST_RANKED)
    }


def regions_of(tables: Tables) -> dict[str, Row]:
    """Every division of the edition by its code."""
    return {row["region_code"]: row for row in tables.of_edition("core.dim_region")}


def region_name(desk: Desk, row: Row) -> str:
    """Name of a region; one without an English name is shown in Chinese."""
    return desk.say(row["name_zh"], row["name_en"] or "")


def _page(
    desk: Desk, row: Row, nation: Row | None, regions: dict[str, Row], subjects: list[Row], names: dict[str, Row]
) -> Page:
    code = row["region_code"]
    name = region_name(desk, row)
    above = regions.get(row["parent_code"])
    return Page(
        path=region_page(code), template="region.html", section="regions", title=name, is_listed=False,
        context=lambda: {
            "above": (desk.links.to(region_page(above["region_code"])), region_name(desk, above)) if above else None,
            "below": [
                (desk.links.to(region_page(other)), region_name(desk, city))
                for other, city in regions.items()
                if city["parent_code"] == code
            ],
            "facts": _facts(desk, row, nation, "facts", desk.say("概况", "At a glance"), COUNTED),
            "checks": _facts(
                desk, row, nation, "checks", desk.say("抽查与整改", "Spot checks, and what was mended"), CHECKED
            ),
            "indices": _indices(desk, row, nation, names),
            "figures": _figures(desk, row) if row["level"] == "province" else None,
            "titles": _titles(desk, subjects),
            "subjects": _subjects(desk, subjects, names),
        },
    )  # fmt: skip


def _facts(desk: Desk, row: Row, nation: Row | None, name: str, caption: str, facts: tuple[str, ...]) -> Grid:
    columns = [
        Column(title=desk.say("项目", "Fact")),
        Column(title=region_name(desk, row), kind="number"),
        Column(title=desk.say("全国", "China"), kind="number"),
    ]
    names = _fact_names(desk)
    rows = [
        [
            text_cell(names[fact]),
            *(number_cell(card[fact] if card else None, SHARE if fact == "passed_share" else "")
              for card in (row, nation)),
        ]
        for fact in facts
    ]  # fmt: skip
    return grid(f"{name}-{row['region_code']}", caption, columns, rows)


def _fact_names(desk: Desk) -> dict[str, str]:
    return {
        "site_count": desk.say("登记网站", "Sites registered"),
        "running_site_count": desk.say("正在运行的网站", "Sites running"),
        "ranked_count": desk.say("有名次的对象", "Subjects ranked"),
        "winner_count": desk.say("获评对象", "Subjects with a title"),
        "title_count": desk.say("获评奖项", "Titles"),
        "inspected_count": desk.say("抽查次数", "Spot checks"),
        "failed_count": desk.say("抽查不合格", "Spot checks failed"),
        "mended_count": desk.say("不合格后复查合格", "Failed, then found mended"),
        "passed_share": desk.say("抽查合格率", "Share of spot checks passed"),
        "median_days_to_mend": desk.say("自不合格至复查合格的天数（中位数）", "Median days from failing to mended"),
    }


def _indices(desk: Desk, row: Row, nation: Row | None, names: dict[str, Row]) -> Grid | None:
    if not row["indices"]:
        return None
    of_nation = {index["index_code"]: index for index in (nation or row)["indices"]}
    columns = [
        Column(title=desk.say("指数", "Index")),
        Column(title=desk.say("参与排名", "Ranked"), kind="number"),
        Column(title=desk.say("平均得分", "Mean score"), kind="number"),
        Column(title=desk.say("全国平均", "Mean of China"), kind="number"),
        Column(title=desk.say("居本组前十分之一", "In the best tenth of the class"), kind="number"),
    ]
    return grid(
        f"indices-{row['region_code']}", desk.say("指数", "Indices"), columns,
        [
            [
                text_cell(
                    index_name(desk, names[index["index_code"]]), href=desk.links.to(index_page(index["index_code"]))
                ),
                number_cell(index["ranked_count"]),
                score_cell(index["mean_score"]),
                score_cell(of_nation[index["index_code"]]["mean_score"]),
                number_cell(index["best_tenth_count"]),
            ]
            for index in row["indices"]
        ],
    )  # fmt: skip


def _figures(desk: Desk, row: Row) -> Grid | None:
    """What the trends say of a province, and of the country where the same was counted of all."""
    cells = desk.tables.region_cells
    here = cells.get(row["region_code"], {})
    if not here:
        return None
    whole = cells.get("all", {})
    columns = [
        Column(title=desk.say("趋势数据", "Trend data")),
        Column(title=region_name(desk, row), kind="number"),
        Column(title=desk.say("95% 区间", "95% interval"), kind="number"),
        Column(title=desk.say("全国", "China"), kind="number"),
    ]
    tables = {table["trend_table"]: table for table in desk.tables.rows(TREND_TABLES)}
    return grid(
        f"figures-{row['region_code']}", desk.say("与全国对照", "Beside the country"), columns,
        [
            [
                text_cell(
                    desk.label("measure", measure), note=desk.say(tables[table]["name_zh"], tables[table]["name_en"]),
                    href=desk.links.to(f"trends/{tables[table]['trend']}.html"),
                ),
                number_cell(cell["value"], unit_of(measure)),
                span_cell(cell["interval_low"], cell["interval_high"], unit_of(measure)),
                number_cell(whole.get((table, measure), {}).get("value"), unit_of(measure)),
            ]
            for (table, measure), cell in here.items()
            if table in tables
        ],
    )  # fmt: skip


def _titles(desk: Desk, subjects: list[Row]) -> Grid | None:
    names = {row["subject_id"]: row["subject_name"] for row in subjects}
    won = [row for row in desk.tables.of_edition(WINNERS) if row["subject_id"] in names]
    if not won:
        return None
    titles = {(row["series_code"], row["title_code"]): row for row in desk.tables.of_edition(TITLES)}
    columns = [
        Column(title=desk.say("奖项", "Title")),
        Column(title=desk.say("获评对象", "Winner")),
        Column(title=desk.say("名次", "Rank"), kind="number"),
        Column(title=desk.say("得分", "Score"), kind="number"),
    ]

    def title(row: Row) -> Row:
        return titles[row["series_code"], row["title_code"]]

    won.sort(key=lambda row: (title(row)["series_number"], title(row)["title_order"], row["award_rank"] or 0))
    return grid(
        "titles", desk.say("获评奖项", "Titles won"), columns,
        [
            [
                text_cell(
                    desk.say(title(row)["title_name_zh"], title(row)["title_name_en"]),
                    href=desk.links.to(f"series/{anchor(row['series_code'])}.html"),
                ),
                text_cell(names[row["subject_id"]], lang="zh-CN", href=desk.card(row["subject_id"])),
                number_cell(row["award_rank"]),
                score_cell(row["award_score"]),
            ]
            for row in won
        ],
    )  # fmt: skip


def _subjects(desk: Desk, subjects: list[Row], names: dict[str, Row]) -> Grid | None:
    """Everyone of the region who is ranked, with the rank in each index that ranks any of them."""
    if not subjects:
        return None
    used = {place["index_code"] for row in subjects for place in row["places"]}
    indices = [index for code, index in names.items() if code in used]
    columns = [
        Column(title=desk.say("对象", "Subject")),
        Column(title=desk.say("类别", "Kind"), is_choice=True),
        Column(title=desk.say("层级", "Level"), is_choice=True),
        *(Column(title=index_name(desk, index), kind="number") for index in indices),
    ]
    rows = []
    for row in subjects:
        places = {place["index_code"]: place for place in row["places"]}
        rows.append(
            [
                text_cell(row["subject_name"], lang="zh-CN", href=desk.card(row["subject_id"])),
                text_cell(desk.label("subject_kind", row["subject_kind"])),
                text_cell(class_name(desk, row["level"])),
                *(_place(places.get(index["index_code"])) for index in indices),
            ]
        )
    return grid("subjects", desk.say("参评对象及其名次", "Subjects and their ranks"), columns, rows)


def _place(place: Row | None) -> Cell:
    cell = number_cell(place["subject_rank"] if place else None)
    return cell.model_copy(update={"text": f"{place['subject_rank']:,} / {place['ranked_count']:,}"}) if place else cell


def _ranked(desk: Desk) -> dict[str, list[Row]]:
    """The ranked subjects of every region that has a page, in its own division or any below, by level and name."""
    regions = regions_of(desk.tables)
    rows = desk.tables.query(
        f"""
        select
            subjects.subject_id, subjects.subject_name, subjects.subject_kind, subjects.level, subjects.region_code,
            list(
                {{
                    'index_code': ranks.index_code, 'subject_rank': ranks.subject_rank,
                    'ranked_count': ranks.ranked_count
                }}
                order by ranks.index_code
            ) as places
        from {RANKS} as ranks
        inner join core.dim_subject as subjects using (edition, subject_id)
        where ranks.edition = ? and ranks.subject_rank is not null
        group by all
        """,
        (desk.tables.candidate.edition,),
    )
    rows.sort(key=lambda row: (desk.tables.labels.place("group", row["level"] or ""), row["subject_id"]))
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        code = row["region_code"]
        while code and code in regions:
            found[code].append(row)
            code = regions[code]["parent_code"]
    return found


def _list(desk: Desk, provinces: list[Row], nation: Row | None) -> Grid:
    names = _fact_names(desk)
    shown = ("running_site_count", "ranked_count", "winner_count", "passed_share", "median_days_to_mend")
    columns = [
        Column(title=desk.say("地区", "Region")),
        *(Column(title=names[fact], kind="number") for fact in shown),
    ]

    def cells(row: Row) -> list[Cell]:
        return [number_cell(row[fact], SHARE if fact == "passed_share" else "") for fact in shown]

    rows = [
        [text_cell(region_name(desk, row), href=desk.links.to(region_page(row["region_code"]))), *cells(row)]
        for row in provinces
    ]
    if nation:
        rows.append([text_cell(desk.say("全国", "China")), *cells(nation)])
    return grid("regions", desk.say("省级地区", "Provinces"), columns, rows)


def _cities(desk: Desk, regions: dict[str, Row]) -> list[tuple[str, list[tuple[str, str]]]]:
    """The cities that have a page, province by province."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for code, row in regions.items():
        if row["level"] == "prefecture":
            province = regions.get(row["province_code"])
            found[region_name(desk, province) if province else ""].append(
                (desk.links.to(region_page(code)), region_name(desk, row))
            )
    return list(found.items())
