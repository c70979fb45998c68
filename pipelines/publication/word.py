"""What every Word document needs: text that XML can hold, Chinese fonts, tables, and bytes that stay the same."""

import datetime as dt
import io
import zipfile
from collections.abc import Collection, Sequence

from docx.document import Document as DocumentObject
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle

RED = RGBColor(0xA3, 0x20, 0x1B)
BODY, HEAD, LATIN = "仿宋", "黑体", "Times New Roman"
ZIP_TIME = (1980, 1, 1, 0, 0, 0)


def set_page(document: DocumentObject, title: str, language: str, edition: int, *, margin: float = 22) -> None:
    """Set an A4 page with margins in millimetres, and properties that say nothing of the time or place of writing."""
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin = section.bottom_margin = section.left_margin = section.right_margin = Mm(margin)
    properties = document.core_properties
    properties.title, properties.language = clean(title), language
    properties.author = properties.last_modified_by = properties.comments = ""
    properties.revision = 1
    properties.created = properties.modified = dt.datetime(edition, 12, 31)


def set_fonts(
    document: DocumentObject, name: str, font: str, size: float, *, bold: bool = False, colour: RGBColor | None = None
) -> ParagraphStyle | None:
    """Give a style its fonts, and return it where it is one of paragraphs.

    Word takes the Chinese font from an attribute that python-docx does not set.
    """
    style = document.styles[name]
    if not isinstance(style, ParagraphStyle):
        return None
    style.font.name, style.font.size, style.font.bold = LATIN, Pt(size), bold
    style.font.color.rgb = colour or RGBColor(0, 0, 0)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    fonts.set(qn("w:eastAsia"), font)
    return style


def set_style(
    document: DocumentObject, name: str, font: str, size: float, *, bold: bool = False, colour: RGBColor | None = None
) -> None:
    """Give a style its fonts, and a little room after each paragraph."""
    style = set_fonts(document, name, font, size, bold=bold, colour=colour)
    if style is None:
        return
    style.paragraph_format.space_before = Pt(size * 0.5 if name.startswith("Heading") else 0)
    style.paragraph_format.space_after = Pt(4)


def add_table(
    document: DocumentObject,
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    numbers: Collection[int] = (),
    indents: Sequence[int] = (),
    widths: Sequence[float] = (),
    size: float = 9,
    spacing: float | None = None,
) -> None:
    """Add a table with a head that repeats on every page; ``indents`` are steps to the right of each row's first cell.

    ``widths`` are millimetres of each column; ``size`` is that of its letters and ``spacing`` that of its lines, in
    points.
    """
    table = document.add_table(rows=1 + len(rows), cols=len(heads), style="Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    if widths:
        table.autofit = False
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Mm(width)
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    # Asking a table for its cells row by row counts them all each time.
    cells = table._cells
    for line, values in enumerate([heads, *rows]):
        for place, text in enumerate(values):
            cell = cells[line * len(heads) + place]
            if widths:
                cell.width = Mm(widths[place])
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.space_after = Pt(0)
            if spacing is not None:
                paragraph.paragraph_format.first_line_indent = Pt(0)
                paragraph.paragraph_format.line_spacing = Pt(spacing)
            if place in numbers:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            if place == 0 and line and indents:
                paragraph.paragraph_format.left_indent = Pt(indents[line - 1] * 8)
            run = paragraph.add_run(clean(text))
            run.font.size, run.bold = Pt(size), line == 0


def clean(text: str) -> str:
    """Text without the control characters that XML cannot hold."""
    return "".join(
        c for c in text if c in "\t\n" or (c >= " " and not "\ud800" <= c <= "\udfff" and c not in "\ufffe\uffff")
    )


def settled(document: DocumentObject) -> bytes:
    """The document's bytes with the times inside the archive fixed."""
    draft, fixed = io.BytesIO(), io.BytesIO()
    document.save(draft)
    with zipfile.ZipFile(draft) as source, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, ZIP_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            target.writestr(entry, source.read(name))
    return fixed.getvalue()
