"""A framework comes in as the table its organisers write, and goes out as the same table."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.errors import CepingError, DeliveryError, FrameworkError
from pipelines.reference.framework_import import (
    NewIndex,
    Origin,
    framework_title,
    import_framework,
    read_framework,
)
from pipelines.reference.framework_table import FrameworkTable, TableNode, read_table, write_table
from pipelines.reference.frameworks import FRAMEWORKS, NODES
from pipelines.reference.rows import read_rows, seed_path
from pipelines.settings import SEEDS_DIR
from tests.fixtures.whole_runs import contents

HEADER = ["一级指标", "权重", "二级指标", "权重", "三级指标", "权重", "指标说明"]
OURS = [(row["index_code"], int(row["edition"])) for _, row in read_rows(SEEDS_DIR, FRAMEWORKS)]
NEW = NewIndex("新指数", "A new index", "website")
Cell = str | float | None

# What the organiser published of its two frameworks of 2017; a dash is a cell merged with the one above.
FOREIGN_2017: list[list[Cell]] = [
    ["信息公开", 25, "本地信息", 15, "本地概况", 7],
    ["-", "-", "-", "-", "本地新闻", 4],
    ["-", "-", "-", "-", "热点专题", 4],
    ["-", "-", "政府职能", 4, "机构设置", 2],
    ["-", "-", "-", "-", "领导介绍", 2],
    ["-", "-", "政策法规", 6, "法规文件", 3],
    ["-", "-", "-", "-", "政策解读", 3],
    ["公共服务", 35, "签证服务", 4, "签证服务", 4],
    ["-", "-", "商务服务", 4, "商务服务", 4],
    ["-", "-", "投资服务", 10, "投资环境", 2],
    ["-", "-", "-", "-", "投资指南", 2],
    ["-", "-", "-", "-", "投资政策", 2],
    ["-", "-", "-", "-", "投资产业", 2],
    ["-", "-", "-", "-", "园区介绍", 2],
    ["-", "-", "教育服务", 4, "情况介绍", 2],
]
PARTY_2017: list[list[Cell]] = [["信息公开", 40, "基础信息公开", 20], ["-", "-", "业务信息公开", 15]]


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    return shutil.copytree(SEEDS_DIR, tmp_path / "seeds")


def workbook(
    path: Path, rows: Sequence[Sequence[Cell]], title: str = "指标体系", header: Sequence[Cell] = HEADER
) -> Path:
    """A workbook as a person makes it: a title, the header, and cells merged where a dash stands."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append([title])
    sheet.append(header)
    for row in rows:
        sheet.append([None if cell == "-" else cell for cell in row])
    for column in range(len(header)):
        cells = [row[column] if column < len(row) else None for row in rows]
        for top, cell in enumerate(cells):
            end = next((n for n in range(top + 1, len(cells)) if cells[n] != "-"), len(cells))
            if cell != "-" and end > top + 1:
                sheet.merge_cells(start_row=top + 3, end_row=end + 2, start_column=column + 1, end_column=column + 1)
    book.save(path)
    return path


def points(table: FrameworkTable) -> dict[tuple[str, ...], float | None]:
    return {node.path: node.points for node in table.nodes}


@pytest.mark.parametrize(
    ("index_code", "rows", "filled_up"),
    [("foreign_language", FOREIGN_2017, {(): 40, ("公共服务",): 13, ("公共服务", "教育服务"): 2}),
     ("party_site", PARTY_2017, {(): 60, ("信息公开",): 5})],
)  # fmt: skip
def test_our_rows_of_2017_have_what_the_organiser_published(
    tmp_path: Path, seeds: Path, index_code: str, rows: list[list[Cell]], filled_up: dict[tuple[str, ...], float]
) -> None:
    published = read_table(workbook(tmp_path / "表.xlsx", rows))
    ours = points(read_framework(SEEDS_DIR, index_code, 2017))
    assert points(published).items() <= ours.items()
    imported = import_framework(seeds, "new", 2017, published, Origin("表.xlsx", "public"), new_index=NEW, fill_up=True)
    again = points(read_framework(seeds, "new", 2017))
    assert points(published).items() <= again.items()
    rest = {path[:-1]: value for path, value in again.items() if path[-1] == "未公开部分"}
    assert rest == filled_up
    assert len(imported.filled_up) == len(filled_up)
    assert {row["origin"] for row in imported.nodes} == {"public_record", "own_design"}


def test_points_that_do_not_add_up_are_named_with_their_cells_and_nothing_is_written(
    tmp_path: Path, seeds: Path
) -> None:
    before = contents(seeds)
    table = read_table(workbook(tmp_path / "表.xlsx", FOREIGN_2017))
    with pytest.raises(FrameworkError) as refused:
        import_framework(seeds, "new", 2017, table, Origin("表.xlsx"), new_index=NEW)
    assert str(refused.value).splitlines() == [
        "nothing was written, as points do not add up:",
        "sheet Sheet, cell C17: 公共服务 / 教育服务 has 4 points, and what is below it 2"
        "; --fill-up gives the other 2 to a node of its own",
        "sheet Sheet, cell A10: 公共服务 has 35 points, and what is below it 22"
        "; --fill-up gives the other 13 to a node of its own",
        "the whole has 100 points, and what is below it 60; --fill-up gives the other 40 to a node of its own",
    ]
    too_much = read_table(workbook(tmp_path / "多.xlsx", [["甲", 10, "乙", 7], ["-", "-", "丙", 4], ["丁", 90]]))
    with pytest.raises(FrameworkError, match=r"甲 has 10 points, and what is below it 11$"):
        import_framework(seeds, "new", 2017, too_much, Origin("多.xlsx"), new_index=NEW, fill_up=True)
    assert contents(seeds) == before


@pytest.mark.parametrize(("index_code", "edition"), OURS)
def test_our_own_rows_come_back_byte_for_byte(tmp_path: Path, seeds: Path, index_code: str, edition: int) -> None:
    out = tmp_path / "table.xlsx"
    table = read_framework(seeds, index_code, edition)
    write_table(table, framework_title(seeds, index_code, edition), out)
    imported = import_framework(seeds, index_code, edition, read_table(out), Origin(out.name))
    assert contents(seeds) == contents(SEEDS_DIR)
    assert [imported.without_measure, imported.untranslated, imported.dropped, imported.filled_up] == [[], [], [], []]


def names() -> st.SearchStrategy[str]:
    letters = st.characters(codec="utf-8", categories=("L", "N", "P", "S"))
    plain = st.text(letters, min_size=1, max_size=6).map(str.strip)
    return plain.filter(lambda name: name and not name.startswith(("注", "备注", "说明", "合计", "总计", "总分")))


@st.composite
def tables(draw: st.DrawFn) -> FrameworkTable:
    """Trees of one to five levels: points that foot, families without points, notes, vetoes below the whole."""
    nodes: list[TableNode] = []

    def add(path: tuple[str, ...], depth: int) -> float:
        siblings = draw(st.lists(names(), min_size=1, max_size=3, unique=True))
        is_blank = bool(path) and draw(st.booleans())
        total = 0.0
        for name in siblings:
            place = len(nodes)
            own = (*path, name)
            note = draw(st.sampled_from(["", "看什么", "第一行\n第二行"]))
            if depth > 1 and not is_blank and draw(st.booleans()):
                nodes.append(TableNode(own, None))
                value = add(own, depth - 1)
                note = ""
            else:
                nodes.append(TableNode(own, None))
                value = draw(st.sampled_from([0.5, 1, 4, 7, 12.25]))
            nodes[place] = TableNode(own, None if is_blank else value, note=note)
            total += value
        return total

    total = add((), draw(st.integers(1, 5)))
    return FrameworkTable(tuple(nodes), total)


@settings(max_examples=60)
@given(table=tables())
def test_a_table_comes_back_from_a_workbook(tmp_path_factory: pytest.TempPathFactory, table: FrameworkTable) -> None:
    out = tmp_path_factory.mktemp("table") / "table.xlsx"
    write_table(table, "测试", out)
    assert read_table(out) == table


@settings(max_examples=10)
@given(table=tables())
def test_a_table_comes_back_from_the_seeds(tmp_path_factory: pytest.TempPathFactory, table: FrameworkTable) -> None:
    seeds = shutil.copytree(SEEDS_DIR, tmp_path_factory.mktemp("imported") / "seeds")
    imported = import_framework(seeds, "new", 2017, table, Origin("表.xlsx"), new_index=NEW)
    assert read_framework(seeds, "new", 2017) == table
    leaves = [node for node in table.nodes if not table.children(node.path)]
    assert len(imported.without_measure) == len(leaves)


def test_tables_without_merged_cells_with_totals_remarks_and_vetoes_are_read(tmp_path: Path) -> None:
    rows: list[list[Cell]] = [
        ["否决项", "单项否决", None, None, None, None, "任何一项"],
        ["公开", "60分", "概况", "20%", "地理", 12.5],
        ["公开", "60分", "概况", "20%", "历史", 7.5, "沿革"],
        ["公开", "60分", "新闻", 40],
        [None, None, None, None, None, None, "每日更新"],
        ["服务", 40],
        ["合计", 100],
        ["注：本表征求意见"],
    ]
    assert read_table(workbook(tmp_path / "表.xlsx", rows)) == FrameworkTable(
        (
            TableNode(("否决项",), None, is_veto=True, note="任何一项"),
            TableNode(("公开",), 60),
            TableNode(("公开", "概况"), 20),
            TableNode(("公开", "概况", "地理"), 12.5),
            TableNode(("公开", "概况", "历史"), 7.5, note="沿革"),
            TableNode(("公开", "新闻"), 40, note="每日更新"),
            TableNode(("服务",), 40),
        ),
        100,
    )


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        ([["甲", "很多"]], "cell B3: expected points of 甲, found '很多'"),
        ([["甲", -1]], "cell B3: expected points of 甲, found '-1'"),
        ([[None, None, "乙", 5]], "cell A3: 乙 has no 一级指标"),
        ([["甲", 5], ["丁", 5], ["甲", 5]], "cell A5: 甲 stands in sheet Sheet, cell A3 already"),
        ([["甲", 5], [None, 7]], "cell B4: '7' stands beside no indicator"),
        ([], "no indicator stands below the header"),
    ],
)
def test_what_is_no_table_is_named_with_its_cell(tmp_path: Path, rows: list[list[Cell]], text: str) -> None:
    with pytest.raises(DeliveryError) as refused:
        read_table(workbook(tmp_path / "表.xlsx", rows))
    assert str(refused.value).startswith("表.xlsx: ")
    assert text in str(refused.value)


def test_a_workbook_without_the_table_and_a_broken_one_are_one_error(tmp_path: Path) -> None:
    with pytest.raises(DeliveryError, match="expected one sheet with the headers 一级指标 and 权重, found 0 in Sheet"):
        read_table(workbook(tmp_path / "表.xlsx", [], header=["指标", "分"]))
    (tmp_path / "坏.xlsx").write_bytes(b"PK broken")
    with pytest.raises(DeliveryError, match=r"坏.xlsx: cannot be opened as a workbook"):
        read_table(tmp_path / "坏.xlsx")


def test_what_another_edition_has_under_the_same_names_is_taken_over(tmp_path: Path, seeds: Path) -> None:
    table = read_framework(seeds, "performance", 2017)
    changed = FrameworkTable((*table.nodes, TableNode(("新项",), 5, note="新")), 105)
    imported = import_framework(seeds, "performance", 2018, changed, Origin("表.xlsx"))
    rows = {row["node_code"]: row for _, row in read_rows(seeds, NODES) if row["edition"] == "2018"}
    before = {row["node_code"]: row for _, row in read_rows(seeds, NODES) if row["edition"] == "2017"}
    assert rows["performance.fresh"]["measure_code"] == before["performance.fresh"]["measure_code"]
    assert rows["performance.available"]["aggregation"] == "geometric"
    assert rows["performance.fresh"]["reasoning_en"] == "Ours, as in the imported table 表.xlsx"
    assert [row["measure_code"] for row in imported.without_measure] == ["review.performance.1"]
    assert [row["node_code"] for row in imported.untranslated] == ["performance.1"]
    bands = [row for _, row in read_rows(seeds, "framework_bands") if row["edition"] == "2018"]
    assert [row["points"] for row in bands] == ["100", "60", "30", "0"]


def test_an_index_nobody_knows_wants_a_name(seeds: Path) -> None:
    table = FrameworkTable((TableNode(("甲",), 100),), 100)
    with pytest.raises(CepingError, match=r"frameworks.csv has no index new; say what it is with --name"):
        import_framework(seeds, "new", 2017, table, Origin("表.xlsx"))
    assert seed_path(seeds, NODES).read_bytes() == seed_path(SEEDS_DIR, NODES).read_bytes()
