"""The table of a framework goes out and comes in by command; what is left to do is said."""

import shutil
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

from pipelines.cli.commands import app
from pipelines.reference.framework_import import read_framework
from pipelines.settings import SEEDS_DIR
from tests.fixtures.whole_runs import contents


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    return shutil.copytree(SEEDS_DIR, tmp_path / "seeds")


def ceping(seeds: Path, *arguments: object) -> tuple[int, str]:
    environment = {"CEPING_SEEDS": str(seeds), "COLUMNS": "200"}
    done = CliRunner().invoke(app, [str(argument) for argument in arguments], env=environment)
    return done.exit_code, done.output


def test_a_table_that_was_exported_changed_and_imported_says_what_is_left(tmp_path: Path, seeds: Path) -> None:
    path = tmp_path / "党务网站.xlsx"
    assert ceping(seeds, "framework", "export", "--index", "party_site", "--out", path)[0] == 0
    book = openpyxl.load_workbook(path)
    sheet = book["指标体系"]
    assert sheet["A1"].value == "党务网站评估指标体系（2017年）"
    assert [sheet.cell(2, column).value for column in range(1, 8)] == [
        "一级指标", "权重", "二级指标", "权重", "三级指标", "权重", "指标说明",
    ]  # fmt: skip
    row = next(row for row in range(3, sheet.max_row) if sheet.cell(row, 3).value == "未公开部分")
    sheet.cell(row, 3, "重大决策")
    book.save(path)
    code, printed = ceping(seeds, "framework", "import", path, "--index", "party_site", "--source", "第2975号")
    assert code == 0, printed
    assert "seeds/indices/framework_nodes.csv: 15 rows of party_site of 2017" in printed
    assert "without a measure yet, so experts score them (1):\n  重大决策  review.party.information.1" in printed
    assert "without an English name yet (1):\n  重大决策  party.information.1" in printed
    assert "no longer there: party.information.rest" in printed
    assert ("信息公开", "重大决策") in {node.path for node in read_framework(seeds, "party_site", 2017).nodes}


def test_a_table_that_does_not_add_up_is_one_error_and_leaves_everything(tmp_path: Path, seeds: Path) -> None:
    path = tmp_path / "表.xlsx"
    assert ceping(seeds, "framework", "export", "--index", "influence", "--out", path)[0] == 0
    book = openpyxl.load_workbook(path)
    book["指标体系"]["B3"] = 31
    book.save(path)
    code, printed = ceping(seeds, "framework", "import", path, "--index", "influence")
    assert (code, "the whole has 100 points, and what is below it 101" in printed) == (1, True), printed
    assert contents(seeds) == contents(SEEDS_DIR)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("export", "--index", "nobody"), "there is no index nobody of 2017; there are census_2015 of 2017"),
        (("export", "--index", "influence", "--edition", "1999"), "there is no index influence of 1999"),
    ],
)
def test_a_framework_nobody_has_is_one_error(
    tmp_path: Path, seeds: Path, arguments: tuple[str, ...], message: str
) -> None:
    code, printed = ceping(seeds, "framework", *arguments, "--out", tmp_path / "a.xlsx")
    assert (code, message in printed) == (1, True), printed
