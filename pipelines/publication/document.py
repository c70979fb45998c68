"""The notice as a .docx that an editor finishes in Word or WPS: an official document's form, real styles, real tables.

The form is that of GB/T 9704: A4, title in FZXiaoBiaoSong, text in FangSong at 16 pt, headings in SimHei and KaiTi. The
words are those of the page (``site.notice``). The same release gives the same bytes: the times inside are those of the
edition.
"""

import datetime as dt
import io
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from docx import Document
from docx.document import Document as DocumentObject
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.text.paragraph import Paragraph

from pipelines.publication.site.awards import Series
from pipelines.publication.site.language import Language
from pipelines.publication.site.links import Links
from pipelines.publication.site.notice import Notice, Run, compose
from pipelines.publication.site.page import Desk
from pipelines.publication.site.pages.figures import parts
from pipelines.publication.site.tables import Tables
from pipelines.publication.site.values import NOTHING, score

RED = RGBColor(0xA3, 0x20, 0x1B)
BODY, HEAD, SUBHEAD, TITLE, LATIN = "仿宋", "黑体", "楷体", "方正小标宋简体", "Times New Roman"
ZIP_TIME = (1980, 1, 1, 0, 0, 0)


def write_document(tables: Tables, language: Language, release_id: str, folder: Path) -> None:
    """Write the notice in a language below the folder of the release."""
    name = f"notice-{tables.candidate.edition}.docx"
    links = Links(release_folder=folder, page=name, language=language)
    desk = Desk(tables=tables, language=language, links=links)
    notice = compose(desk)
    document = Document()
    candidate = tables.candidate
    _set_up(document, language, notice, candidate.edition, release_id, is_preview=candidate.is_preview)
    _write_head(document, desk, notice)
    _write_methods(document, desk, notice)
    _write_series(document, desk, notice)
    _write_trends(document, desk, notice)
    for paragraph in notice.closing:
        _write_runs(document.add_paragraph(), paragraph)
    if notice.organiser:
        document.add_paragraph(notice.organiser).alignment = WD_ALIGN_PARAGRAPH.RIGHT
    _write_figures(document, desk)
    path = folder / links.path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_settled(document))


def _set_up(
    document: DocumentObject, language: Language, notice: Notice, edition: int, release_id: str, *, is_preview: bool
) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    _style(document, "Normal", BODY, 16, indent=language.is_chinese)
    _style(document, "Title", TITLE, 22, colour=RED, centred=True)
    _style(document, "Heading 1", HEAD, 16)
    _style(document, "Heading 2", SUBHEAD, 16)
    _style(document, "Heading 3", BODY, 16, bold=True)
    _style(document, "Caption", HEAD, 12, indent=False)
    _style(document, "List Bullet", BODY, 16)
    properties = document.core_properties
    properties.title, properties.author, properties.comments = notice.title, notice.organiser, release_id
    properties.language = language.html_lang
    properties.last_modified_by, properties.revision = "", 1
    properties.created = properties.modified = dt.datetime(edition, 12, 31)
    _number_pages(section.footer.paragraphs[0])
    if is_preview:
        _mark_pages(section.header.paragraphs[0], language)


def _style(
    document: DocumentObject, name: str, font: str, size: float, *, bold: bool = False, indent: bool = False,
    colour: RGBColor | None = None, centred: bool = False,
) -> None:  # fmt: skip
    """A style with its Chinese font: Word takes that from an attribute python-docx does not set."""
    style = document.styles[name]
    if not isinstance(style, ParagraphStyle):
        return
    style.font.name, style.font.size, style.font.bold = LATIN, Pt(size), bold
    style.font.color.rgb = colour or RGBColor(0, 0, 0)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    fonts.set(qn("w:eastAsia"), font)
    form = style.paragraph_format
    form.space_before = form.space_after = Pt(0)
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(max(size * 1.8, 18))
    border = style.element.get_or_add_pPr().find(qn("w:pBdr"))
    if border is not None:
        style.element.pPr.remove(border)
    if centred:
        form.alignment = WD_ALIGN_PARAGRAPH.CENTER
    if indent:
        form.first_line_indent = Pt(size * 2)
    elif name != "Normal":
        form.first_line_indent = Pt(0)


def _number_pages(paragraph: Paragraph) -> None:
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.first_line_indent = Pt(0)
    paragraph.add_run("— ")
    run = paragraph.add_run()
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        if kind:
            part = OxmlElement("w:fldChar")
            part.set(qn("w:fldCharType"), kind)
        else:
            part = OxmlElement("w:instrText")
            part.text = text
        run._r.append(part)
    paragraph.add_run(" —")


def _mark_pages(paragraph: Paragraph, language: Language) -> None:
    """Say at the head of every page that it is not what was published."""
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.first_line_indent = Pt(0)
    run = paragraph.add_run(language.say("公示稿　尚未发布", "Preview, not published"))
    run.font.color.rgb = RED
    run.font.bold = True


def _write_head(document: DocumentObject, desk: Desk, notice: Notice) -> None:
    document.add_paragraph(_clean(notice.title), style="Title")
    if desk.tables.candidate.is_synthetic:
        warning = document.add_paragraph()
        warning.paragraph_format.first_line_indent = Pt(0)
        run = warning.add_run(
            desk.say(
                "示例数据（合成）：文中数字由示例生成器的数据计算，不代表任何真实单位。",
                "Example data (synthetic): the numbers are computed from generated rows and describe no real body.",
            )
        )
        run.font.color.rgb = RED
        run.font.size = Pt(12)
    if notice.preamble:
        document.add_paragraph(
            desk.say("各有关单位：", "To all bodies concerned:")
        ).paragraph_format.first_line_indent = Pt(0)
    for paragraph in notice.preamble:
        _write_runs(document.add_paragraph(), paragraph)


def _write_methods(document: DocumentObject, desk: Desk, notice: Notice) -> None:
    if not notice.methods:
        return
    document.add_heading(desk.say("评估方法", "Methods"), level=1)
    rows = [(method.name, item.name, item.count) for method in notice.methods for item in method.evidence]
    headers = (desk.say("方法", "Method"), desk.say("证据", "Evidence"), desk.say("数量", "Count"))
    _write_table(document, desk.say("各方法依据的证据", "Evidence of each method"), headers, rows, numbers={2})


def _write_series(document: DocumentObject, desk: Desk, notice: Notice) -> None:
    if not notice.series:
        return
    document.add_heading(desk.say("评估结果", "Results"), level=1)
    for number, series in enumerate(notice.series, start=1):
        name = desk.say(
            f"第{desk.language.numeral(number)}系列　{series.body_name}", f"Series {number}. {series.body_name}"
        )
        document.add_heading(_clean(name), level=2)
        _write_titles(document, desk, series)


def _write_titles(document: DocumentObject, desk: Desk, series: Series) -> None:
    headers = (desk.say("名次", "Rank"), desk.say("获评对象", "Winner"), desk.say("得分", "Score"))
    for title in series.titles:
        if len(series.titles) > 1:
            document.add_heading(_clean(title.name), level=3)
        if title.rule:
            document.add_paragraph(_clean(title.rule))
        if not title.winners:
            document.add_paragraph(desk.say("本年度空缺。", "Not given this year."))
            continue
        rows = [(str(w.rank) if w.rank is not None else NOTHING, w.name, score(w.score)) for w in title.winners]
        _write_table(document, desk.say(f"{title.name}名单", f"Winners: {title.name}"), headers, rows, numbers={0, 2})
        for winner in title.winners:
            if winner.citation:
                paragraph = document.add_paragraph()
                paragraph.add_run(_clean(winner.name)).bold = True
                paragraph.add_run(_clean(f"{desk.say('：', ': ')}{winner.citation}"))


def _write_trends(document: DocumentObject, desk: Desk, notice: Notice) -> None:
    if not notice.trends:
        return
    document.add_heading(desk.say("发展趋势", "Trends"), level=1)
    for trend in notice.trends:
        lead = desk.say(f"第{desk.language.numeral(trend.number)}　{trend.title}", f"{trend.number}. {trend.title}")
        document.add_heading(_clean(lead), level=2)
        for paragraph in trend.paragraphs:
            _write_runs(document.add_paragraph(), paragraph)


def _write_figures(document: DocumentObject, desk: Desk) -> None:
    rows = [
        (
            figure.name,
            f"{figure.computed}{figure.unit}",
            figure.published,
            f"{figure.verdict_text} {figure.detail}".strip(),
        )
        for part in parts(desk)
        for figure in part.figures
    ]
    if not rows:
        return
    document.add_page_break()  # type: ignore[no-untyped-call] # python-docx gives it no types
    document.add_heading(desk.say("附：数字核对", "Annex: figures reconciled"), level=1)
    headers = (
        desk.say("指标", "Figure"),
        desk.say("计算值", "Computed"),
        desk.say("公布值", "Published"),
        desk.say("核对", "Verdict"),
    )
    _write_table(
        document, desk.say("计算值与公布值", "What was computed and what was published"), headers, rows, numbers={1, 2}
    )


def _write_runs(paragraph: Paragraph, runs: Iterable[Run]) -> None:
    """Sentences; gaps are marked in red, so that an editor sees what is missing."""
    for run in runs:
        written = paragraph.add_run(_clean(run.text))
        if run.is_gap:
            written.font.color.rgb = RED


def _write_table(
    document: DocumentObject, caption: str, headers: Sequence[str], rows: Sequence[Sequence[str]], *, numbers: set[int]
) -> None:
    """A table with its caption above and a head that repeats on every page."""
    document.add_paragraph(_clean(caption), style="Caption").paragraph_format.keep_with_next = True
    table = document.add_table(rows=1 + len(rows), cols=len(headers), style="Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    repeated = OxmlElement("w:tblHeader")
    table.rows[0]._tr.get_or_add_trPr().append(repeated)
    for line, values in zip(table.rows, [headers, *rows], strict=True):
        for place, (cell, text) in enumerate(zip(line.cells, values, strict=True)):
            paragraph = cell.paragraphs[0]
            form = paragraph.paragraph_format
            form.first_line_indent, form.line_spacing = Pt(0), Pt(18)
            if place in numbers:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            run = paragraph.add_run(_clean(text))
            run.font.size = Pt(11)
            run.bold = values is headers
    document.add_paragraph()


def _clean(text: str) -> str:
    """Text without the control characters that XML cannot hold."""
    return "".join(
        c for c in text if c in "\t\n" or (c >= " " and not "\ud800" <= c <= "\udfff" and c not in "\ufffe\uffff")
    )


def _settled(document: DocumentObject) -> bytes:
    """The document's bytes with the times inside the archive fixed."""
    draft, settled = io.BytesIO(), io.BytesIO()
    document.save(draft)
    with zipfile.ZipFile(draft) as source, zipfile.ZipFile(settled, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, ZIP_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            target.writestr(entry, source.read(name))
    return settled.getvalue()
