"""Experts get a sheet with the criteria of a framework and its subjects, and what they give comes back as an input."""

import shutil
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from openpyxl.worksheet.worksheet import Worksheet
from typer.testing import CliRunner

from pipelines.cli.commands import app
from pipelines.reference.rows import read_rows, seed_path
from pipelines.settings import Settings
from tests.fixtures.composing import Composition, Row, compose, framework, node, rewrite
from tests.fixtures.small_release import publish_warehouse

HEADER_ROW, FIRST_ROW = 3, 4
EXPERTS: Row = {"normalisation": "given"}
NODES: list[Row] = [
    node("i", "root", weighting="given", weight=10, node_order=1),
    node("i", "a", "root", weight=7, node_order=2, name_zh="本地概况", measure_code="review.profile", **EXPERTS),
    node("i", "b", "root", weight=2, node_order=3, name_zh="本地新闻", measure_code="review.news", **EXPERTS),
    node("i", "c", "root", weight=1, node_order=4, name_zh="其余新闻", measure_code="review.news", **EXPERTS),
]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A release of two units, of which one index of experts' scores is."""
    composition = Composition([framework("i")], NODES, [])
    values = pl.DataFrame({"unit": ["A", "B"], "m0": [1.0, 2.0]})
    settings = compose(tmp_path_factory.mktemp("sheet"), composition, values, tables=("core.dim_subject",))
    publish_warehouse(settings)
    rewrite(
        seed_path(settings.seeds_dir, "framework_notes"),
        [{"edition": 2017, "index_code": "i", "node_code": "a", "note_zh": "地理、历史"}],
    )
    return settings


def template(settings: Settings, out: Path, *more: str) -> tuple[int, str]:
    environment = {name: value for name, value in settings.environment().items() if name.startswith("CEPING")}
    arguments = ["inbox", "template", "expert_review", "--out", str(out), *more]
    done = CliRunner().invoke(app, arguments, env=environment)
    return done.exit_code, done.output


def columns(sheet: Worksheet) -> dict[str, int]:
    return {str(cell.value): place for place, cell in enumerate(sheet[HEADER_ROW], start=1)}


def test_the_sheet_lists_each_subject_with_each_criterion_and_comes_back(home: Settings, tmp_path: Path) -> None:
    out = tmp_path / "expert_review" / "评审.xlsx"
    code, printed = template(home, out, "--index", "i", "--series", "5")
    assert code == 0, printed
    book = openpyxl.load_workbook(out)
    sheet, place = book["填报"], columns(book["填报"])
    shown = ("对象名称", "指标名称", "指标分值", "指标说明", "评审系列", "对象类别", "对象编码", "评审指标")
    rows = [tuple(sheet.cell(row, place[name]).value for name in shown) for row in range(FIRST_ROW, FIRST_ROW + 4)]
    assert rows == [
        ("单位A", "本地概况", 7, "地理、历史", 5, "参评单位", "A", "profile"),
        ("单位A", "本地新闻", 2, None, 5, "参评单位", "A", "news"),
        ("单位B", "本地概况", 7, "地理、历史", 5, "参评单位", "B", "profile"),
        ("单位B", "本地新闻", 2, None, 5, "参评单位", "B", "news"),
    ]
    assert sheet.max_row == FIRST_ROW + 3
    for row in range(FIRST_ROW, FIRST_ROW + 4):
        for name, value in (("专家编号", "E01"), ("评分", 80), ("评审日期", "2017-10-12")):
            sheet.cell(row, place[name], value)
    book.save(out)
    checked = CliRunner().invoke(app, ["inbox", "check", str(out)])
    assert (checked.exit_code, "all fit" in checked.output) == (0, True), checked.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--index", "nobody"), "there is no index nobody of 2017 in frameworks.csv"),
        (("--index", "i", "--edition", "2016"), "who is evaluated is not known yet: nothing of edition 2016"),
    ],
)
def test_what_there_is_no_sheet_for_is_one_error(
    home: Settings, tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    code, printed = template(home, tmp_path / "a.xlsx", *arguments)
    assert code == 1
    assert message in printed.replace("\n", " ")
    assert not list(tmp_path.iterdir())


def test_an_index_of_several_series_wants_one_named(home: Settings, tmp_path: Path) -> None:
    seeds = shutil.copytree(home.seeds_dir, tmp_path / "seeds")
    path = seed_path(seeds, "award_inputs")
    inputs: list[Row] = [
        {"edition": 2017, "series_code": f"series{number}", "title_code": "t", "input_code": "i", "index_code": "i"}
        for number in (3, 5)
    ]
    rewrite(path, inputs)
    code, printed = template(home.for_run(seeds=seeds), tmp_path / "a.xlsx", "--index", "i")
    assert (code, "input of series 3, 5: say --series" in printed) == (1, True), printed
    rewrite(path, inputs[1:])
    code, printed = template(home.for_run(seeds=seeds), tmp_path / "a.xlsx", "--index", "i")
    assert code == 0, printed
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["填报"]
    assert sheet.cell(FIRST_ROW, columns(sheet)["评审系列"]).value == 5
    assert len(list(read_rows(seeds, "award_inputs"))) == 1
