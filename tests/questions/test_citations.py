"""The editor's queue: out as a workbook or a document, filled in, and back into the inbox."""

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from docx import Document
from typer.testing import CliRunner

from pipelines.cli.commands import app
from pipelines.ingest.dry_run import check_path
from pipelines.settings import Settings
from tests.fixtures.small_awards import with_classes
from tests.fixtures.small_release import publish_tables

HEADER_ROW, FIRST_ROW = 3, 4
WRITTEN = "甲网站办得好，群众满意。"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    home = tmp_path_factory.mktemp("queue") / "home"
    publish_tables(home, with_classes())
    return Settings(home=home, edition=2017)


def citations(settings: Settings, inbox: Path, *arguments: str) -> tuple[int, str]:
    environment = {name: value for name, value in settings.environment().items() if name.startswith("CEPING")}
    done = CliRunner().invoke(app, ["citations", "--inbox", str(inbox), *arguments], env=environment)
    return done.exit_code, done.output


def fill_workbook(path: Path, name: str, text: str) -> None:
    book = openpyxl.load_workbook(path)
    sheet = book["填报"]
    place = {str(cell.value): number for number, cell in enumerate(sheet[HEADER_ROW], start=1)}
    [row] = [r for r in range(FIRST_ROW, sheet.max_row + 1) if sheet.cell(r, place["获评对象"]).value == name]
    sheet.cell(row, place["获奖理由"]).value = text
    book.save(path)


def fill_document(path: Path, name: str, text: str) -> None:
    document = Document(str(path))
    for table in document.tables:
        cells = {row.cells[0].text: row.cells[1] for row in table.rows}
        if cells["获评对象"].text == name:
            cells["获奖理由"].text = text
    document.save(str(path))


FORMS = [("queue.xlsx", fill_workbook), ("queue.docx", fill_document)]


def test_the_queue_lists_drafts_in_official_order_and_what_to_look_at(settings: Settings, tmp_path: Path) -> None:
    code, printed = citations(settings, tmp_path)
    assert code == 0, printed
    places = [printed.index(name) for name in ("国务院部门", "甲网站", "仅领先次位者0.05分")]
    assert places == sorted(places)
    assert "3 drafts, 2 wins to be looked at" in printed


@pytest.mark.parametrize(("name", "fill"), FORMS)
def test_what_is_filled_in_comes_back_as_an_input(
    settings: Settings, tmp_path: Path, name: str, fill: Callable[[Path, str, str], None]
) -> None:
    queue, inbox = tmp_path / name, tmp_path / "inbox"
    code, printed = citations(settings, inbox, "--out", str(queue))
    assert code == 0, printed
    fill(queue, "甲网站", WRITTEN)
    code, printed = citations(settings, inbox, "--take", str(queue))
    assert code == 0, printed
    [taken] = inbox.rglob("*.xlsx")
    assert taken.parent.name == "citation"
    [check] = check_path(taken, None, settings.edition, 1)
    assert (check.error, check.rows, check.rows_quarantined) == (None, 1, 0)


def test_a_later_text_replaces_the_one_taken_before(settings: Settings, tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    for number, text in enumerate(("第一稿。", "第二稿。")):
        queue = tmp_path / f"{number}.xlsx"
        citations(settings, inbox, "--out", str(queue))
        fill_workbook(queue, "甲网站", text)
        citations(settings, inbox, "--take", str(queue))
    [taken] = inbox.rglob("*.xlsx")
    texts = [cell.value for row in openpyxl.load_workbook(taken)["填报"].iter_rows(min_row=FIRST_ROW) for cell in row]
    assert "第二稿。" in texts
    assert "第一稿。" not in texts


def test_what_is_no_queue_or_has_nothing_in_it_is_refused(settings: Settings, tmp_path: Path) -> None:
    queue, inbox = tmp_path / "queue.xlsx", tmp_path / "inbox"
    citations(settings, inbox, "--out", str(queue))
    other = tmp_path / "other.docx"
    Document().save(str(other))
    for arguments, said in (
        (["--take", str(queue)], "no cell of 获奖理由 is filled in"),
        (["--take", str(other)], "no cell of 获奖理由 is filled in"),
        (["--take", str(tmp_path / "nothing.xlsx")], "nothing.xlsx: expected the queue"),
        (["--out", str(queue)], "is there already"),
        (["--out", str(tmp_path / "queue.txt")], "expected a file that ends with .xlsx or .docx"),
    ):
        code, printed = citations(settings, inbox, *arguments)
        assert code == 1, printed
        assert said in printed.replace("\n", " ")
    assert not inbox.exists()
