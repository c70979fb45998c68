"""A card as a file of its own: a Word document to send, or one page of HTML that needs nothing beside it."""

from pathlib import Path

from docx import Document
from docx.document import Document as DocumentObject
from docx.shared import Pt

from pipelines.errors import CepingError
from pipelines.foundation.files import whole_file, write_whole
from pipelines.foundation.pages import page_environment
from pipelines.publication.cards.sections import CardText, Section
from pipelines.publication.site.language import Language
from pipelines.publication.word import BODY, HEAD, RED, add_table, clean, set_page, set_style, settled

TEMPLATES_DIR = Path(__file__).parent / "templates"
STYLE_SHEET = Path(__file__).parents[1] / "site" / "templates" / "site.css"
# The widths of the columns of a tree in millimetres, with and without the last one.
TREE_WIDTHS = {8: (40, 17, 22, 14, 14, 17, 28, 24), 7: (46, 19, 24, 16, 16, 19, 36)}
ENDINGS = (".docx", ".html")


def write_card(card: CardText, language: Language, edition: int, path: Path) -> None:
    """Write a card; the ending of the path says in which form. Raises ``CepingError`` for any other ending."""
    if path.suffix not in ENDINGS:
        raise CepingError(f"{path}: expected a file that ends in {' or '.join(ENDINGS)}, found {path.suffix or 'none'}")
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".html":
        write_whole(path, _page(card, language))
        return
    with whole_file(path) as unfinished:
        unfinished.write_bytes(_document(card, language, edition))


def _page(card: CardText, language: Language) -> str:
    style = STYLE_SHEET.read_text(encoding="utf-8")
    template = page_environment(TEMPLATES_DIR).get_template("card.html")
    return template.render(card=card, language=language, style=style).rstrip() + "\n"


def _document(card: CardText, language: Language, edition: int) -> bytes:
    document = Document()
    set_page(document, f"{card.name} {card.kicker}", language.html_lang, edition, margin=17)
    set_style(document, "Normal", BODY, 11)
    set_style(document, "Title", HEAD, 18)
    for level, size in ((1, 14), (2, 12)):
        set_style(document, f"Heading {level}", HEAD, size, bold=True)
    document.add_paragraph(clean(card.kicker))
    document.add_paragraph(clean(card.name), style="Title")
    if card.warning:
        run = document.add_paragraph().add_run(clean(card.warning))
        run.font.color.rgb, run.font.size = RED, Pt(10)
    for name, value in card.identity:
        paragraph = document.add_paragraph()
        paragraph.add_run(clean(f"{name}{language.say('：', ': ')}")).bold = True
        paragraph.add_run(clean(value))
    for section in card.sections:
        document.add_heading(clean(section.title), level=section.level)
        for text in section.paragraphs:
            document.add_paragraph(clean(text))
        _write_tables(document, section)
    return settled(document)


def _write_tables(document: DocumentObject, section: Section) -> None:
    for table in section.tables:
        widths = TREE_WIDTHS.get(len(table.heads), ()) if table.depths else ()
        add_table(
            document, table.heads, table.rows, numbers=table.numbers, indents=table.depths, widths=widths, size=8.5
        )
