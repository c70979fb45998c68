"""Cards, certificates and letters that are made on demand of a release, through the commands."""

import shutil
from pathlib import Path

import pytest
from docx import Document
from typer.testing import CliRunner

from pipelines.cli.commands import app
from pipelines.publication.cards.letters import CERTIFICATE, LETTER
from pipelines.releases.release import Release
from tests.fixtures.read_cards import cards_of
from tests.fixtures.small_release import publish_tables
from tests.fixtures.small_site import NAUGHTY, site_tables

NAME = "第1号门户网站（示例）"


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return publish_tables(tmp_path_factory.mktemp("asked") / "home", site_tables())


@pytest.fixture(scope="module")
def home(release: Release) -> Path:
    return release.folder.parents[2]


def asked(home: Path, *arguments: str) -> tuple[int, str]:
    answered = CliRunner().invoke(app, [*arguments, "--home", str(home)])
    return answered.exit_code, answered.output


def text_of(path: Path) -> str:
    document = Document(str(path))
    cells = [cell.text for table in document.tables for cell in table._cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def test_a_card_is_printed_with_the_files_and_rows_of_its_evidence(home: Path) -> None:
    code, shown = asked(home, "card", NAME)
    assert code == 0
    for text in (NAME, "website:1", "1 / 11", "88.50", "homepage_stale", "内部文件.jsonl", "2–31", "2018年1月31日"):
        assert text.replace("homepage_stale", "首页不更新") in shown
    assert asked(home, "card", "website:1") == (code, shown)


@pytest.mark.parametrize("ending", ["docx", "html"])
def test_a_card_as_a_file_says_what_the_cards_of_the_site_say(
    home: Path, release: Release, tmp_path: Path, ending: str
) -> None:
    path = tmp_path / f"card.{ending}"
    code, shown = asked(home, "card", "website:2", "--out", str(path))
    assert (code, shown.strip()) == (0, str(path))
    text = text_of(path) if ending == "docx" else path.read_text(encoding="utf-8")
    card = cards_of(release.public)["website:2"]
    (index,) = card["indices"]
    for value in (card["name"], f"{index['index_score']:.2f}", f"{index['next_score']:.2f}", "2017-05-01", "严重错误"):
        assert value in text
    assert "内部文件.jsonl" in text


def test_the_same_card_has_the_same_bytes(home: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "a.docx", tmp_path / "b.docx"
    for path in (first, second):
        assert asked(home, "card", "website:2", "--out", str(path))[0] == 0
    assert first.read_bytes() == second.read_bytes()


def test_names_that_try_to_be_markup_stay_names(tmp_path: Path) -> None:
    hostile = publish_tables(tmp_path / "home", site_tables(NAUGHTY))
    home = hostile.folder.parents[2]
    assert asked(home, "card", "website:1", "--out", str(tmp_path / "card.html"))[0] == 0
    assert "<script>" not in (tmp_path / "card.html").read_text(encoding="utf-8")
    assert asked(home, "cards", "--region", "北京", "--out", str(tmp_path / "all"))[0] == 0
    assert asked(home, "letters", "--out", str(tmp_path / "letters"))[0] == 0
    given = text_of(next((tmp_path / "letters" / "letters").glob("*.docx")))
    assert NAUGHTY[0] in given or NAUGHTY[1] in given


def test_all_cards_of_a_region_are_written_by_its_code_or_name(home: Path, release: Release, tmp_path: Path) -> None:
    inside = {card["id"] for card in cards_of(release.public).values() if card["region"] == "110000"}
    for region, folder in (("110000", "code"), ("北京", "name")):
        code, shown = asked(home, "cards", "--region", region, "--out", str(tmp_path / folder), "--format", "html")
        assert (code, f"{len(inside)} cards" in shown) == (0, True)
        assert len(list((tmp_path / folder).glob("*.html"))) == len(inside)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["card", "第"], "perhaps one of"),
        (["card", "website:1", "--out", "card.pdf"], "expected a file that ends in .docx or .html, found .pdf"),
        (["cards", "--region", "乌有", "--out", "x"], "there is no region with the code or name 乌有"),
        (["letters", "--out", "x", "--letter", "none.docx"], "none.docx: expected a Word document"),
    ],
)
def test_what_cannot_be_had_is_one_clear_sentence(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    code, shown = asked(home, *arguments)
    assert (code, told in shown.replace("\n", " ")) == (1, True), shown


def test_every_title_has_a_certificate_and_every_winner_a_letter(home: Path, tmp_path: Path) -> None:
    code, shown = asked(home, "letters", "--out", str(tmp_path))
    assert (code, "12 certificates, 1 letters" in shown or "12 certificates, 2 letters" in shown) == (0, True), shown
    texts = [text_of(path) for path in sorted((tmp_path / "certificates").glob("*.docx"))]
    assert NAME in texts[0]
    assert "第1名，综合得分89.00分" in texts[0]
    assert all("{{" not in text and "示例数据（合成）" in text for text in texts)
    letter = text_of(tmp_path / "letters" / "website-1.docx")
    assert "：获评。" in letter
    assert "2018年1月31日前提出" in letter
    everyone = tmp_path / "everyone"
    assert asked(home, "letters", "--out", str(everyone), "--everyone")[0] == 0
    assert "：未获评。" in text_of(everyone / "letters" / "website-5.docx")


def test_a_centre_uses_its_own_template_and_a_field_nobody_knows_is_named(home: Path, tmp_path: Path) -> None:
    own = Document()
    paragraph = own.add_paragraph()
    # Word cuts a field into runs wherever its spelling was checked.
    for part in ("致 {", "{ na", "me }", "}"):
        paragraph.add_run(part)
    own.add_table(rows=1, cols=1).cell(0, 0).text = "{{ title }}"
    own.sections[0].footer.paragraphs[0].text = "{{ fact.organiser }}"
    own.save(str(tmp_path / "own.docx"))
    assert asked(home, "letters", "--out", str(tmp_path / "out"), "--certificate", str(tmp_path / "own.docx"))[0] == 0
    first = sorted((tmp_path / "out" / "certificates").glob("*.docx"))[0]
    assert f"致 {NAME}" in text_of(first)
    assert "2017年度中国最具影响力党务政务网站" in text_of(first)
    assert "中国信息化研究与促进网" in Document(str(first)).sections[0].footer.paragraphs[0].text
    own.add_paragraph("{{ colour }}")
    own.save(str(tmp_path / "own.docx"))
    code, shown = asked(home, "letters", "--out", str(tmp_path / "no"), "--certificate", str(tmp_path / "own.docx"))
    assert code == 1
    assert "'colour' is undefined" in shown
    assert "the fields are" in shown


def test_our_templates_open_and_can_be_copied(tmp_path: Path) -> None:
    for template in (CERTIFICATE, LETTER):
        copied = shutil.copy(template, tmp_path)
        assert "{{ name }}" in text_of(Path(copied))
