"""The notice as a .docx that an editor finishes in Word or WPS: an official document's form, real styles, real tables.

The form is that of GB/T 9704: A4, title in FZXiaoBiaoSong, text in FangSong at 16 pt, headings in SimHei and KaiTi,
places for the number and the seal, annexes behind the date. The words are those of the page (``site.notice``); what is
for editors alone, such as doubts and what the figures were held against, is not in it. The same release gives the same
bytes: the times inside are those of the edition.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path

from docx import Document
from docx.document import Document as DocumentObject
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph

from pipelines.publication.site.awards import ClassOfTitle, Title
from pipelines.publication.site.language import Language
from pipelines.publication.site.links import Links
from pipelines.publication.site.notice import Announced, AnnouncedSeries, Method, Notice, Run, compose
from pipelines.publication.site.page import Desk
from pipelines.publication.site.tables import Tables
from pipelines.publication.site.values import NOTHING, score
from pipelines.publication.word import BODY, HEAD, RED, add_table, clean, set_fonts, settled

SUBHEAD, TITLE = "楷体", "方正小标宋简体"


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
    parts = Headings(desk=desk)
    _write_methods(document, parts, notice)
    _write_series(document, parts, notice)
    _write_trends(document, parts, notice)
    _write_paragraphs(document, notice.closing)
    annexes = _annexes(desk, notice)
    _write_end(document, desk, notice, [title for title, _ in annexes])
    for number, (title, write) in enumerate(annexes, start=1):
        document.add_page_break()  # type: ignore[no-untyped-call] # python-docx gives it no types
        document.add_paragraph(_annex_number(desk, number)).paragraph_format.first_line_indent = Pt(0)
        document.add_heading(clean(title), level=1).alignment = WD_ALIGN_PARAGRAPH.CENTER
        write(document)
    path = folder / links.path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(settled(document))


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
    """A style with its fonts and the spacing of official documents."""
    style = set_fonts(document, name, font, size, bold=bold, colour=colour)
    if style is None:
        return
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


class Headings:
    """The numbers of headings: 一、（一）、1. as official documents count, or their English like."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self._part = desk, 0

    def part(self, title: str) -> str:
        """The next part of the document."""
        self._part += 1
        return self.desk.say(f"{self.desk.language.numeral(self._part)}、{title}", f"{self._part}. {title}")

    def section(self, number: int, title: str) -> str:
        """A section of a part."""
        return self.desk.say(f"（{self.desk.language.numeral(number)}）{title}", f"({number}) {title}")


def _write_head(document: DocumentObject, desk: Desk, notice: Notice) -> None:
    _write_plain(document, notice.number).alignment = WD_ALIGN_PARAGRAPH.CENTER
    document.add_paragraph(clean(notice.title), style="Title")
    if desk.tables.candidate.is_synthetic:
        said = desk.say(
            "示例数据（合成）：文中数字由示例生成器的数据计算，不代表任何真实单位。",
            "Example data (synthetic): the numbers are computed from generated rows and describe no real body.",
        )
        run = _write_plain(document, said).runs[0]
        run.font.color.rgb = RED
        run.font.size = Pt(12)
    if notice.preamble:
        _write_plain(document, desk.say("各有关单位：", "To all bodies concerned:"))
    _write_paragraphs(document, (*notice.preamble, *notice.listing))
    for number, each in enumerate(notice.series, start=1):
        name = desk.say(
            f"第{desk.language.numeral(number)}系列　{each.series.name}", f"Series {number}. {each.series.name}"
        )
        document.add_paragraph(clean(name))
        if len(each.titles) > 1:
            for announced in each.titles:
                document.add_paragraph(clean(announced.title.name)).paragraph_format.left_indent = Pt(64)
    _write_paragraphs(document, notice.announcement)


def _write_plain(document: DocumentObject, text: str) -> Paragraph:
    """A paragraph that begins at the margin."""
    paragraph = document.add_paragraph(clean(text))
    paragraph.paragraph_format.first_line_indent = Pt(0)
    return paragraph


def _write_paragraphs(document: DocumentObject, paragraphs: Iterable[tuple[Run, ...]]) -> None:
    for paragraph in paragraphs:
        _write_runs(document.add_paragraph(), paragraph)


def _write_methods(document: DocumentObject, parts: Headings, notice: Notice) -> None:
    if not notice.methods:
        return
    document.add_heading(parts.part(parts.desk.say("评估方法", "Methods")), level=1)
    _write_paragraphs(document, notice.method_lead)
    for number, method in enumerate(notice.methods, start=1):
        document.add_paragraph(clean(parts.section(number, _method(parts.desk, method))))
    _write_paragraphs(document, notice.method_rest)


def _method(desk: Desk, method: Method) -> str:
    """A method with its evidence, as a sentence."""
    said = [desk.say(f"{item.name}{item.count}{item.unit}", f"{item.count} {item.name}") for item in method.evidence]
    return desk.say(f"{method.name}：{'，'.join(said)}。", f"{method.name}: {', '.join(said)}.")


def _write_series(document: DocumentObject, parts: Headings, notice: Notice) -> None:
    if not notice.series:
        return
    desk = parts.desk
    document.add_heading(parts.part(desk.say("评估结果", "Results")), level=1)
    for number, each in enumerate(notice.series, start=1):
        name = desk.say(
            f"第{desk.language.numeral(number)}系列　{each.series.body_name}",
            f"Series {number}: {each.series.body_name}",
        )
        document.add_heading(clean(desk.say(parts.section(number, name), name)), level=2)
        _write_paragraphs(document, each.paragraphs)
        for place, announced in enumerate(each.titles, start=1):
            _write_title(document, desk, each, announced, place)


def _write_title(document: DocumentObject, desk: Desk, of: AnnouncedSeries, announced: Announced, place: int) -> None:
    """A title: who won it class by class, and why."""
    title = announced.title
    if len(of.titles) > 1:
        document.add_heading(clean(f"{place}. {title.name}"), level=3)
    elif title.name != of.series.body_name:
        document.add_heading(clean(title.name), level=3)
    for each in title.classes:
        paragraph = document.add_paragraph()
        if title.is_classed:
            paragraph.add_run(clean(each.name + desk.say("：", ": "))).bold = True
        paragraph.add_run(clean(_winners(desk, each)))
    for reason in announced.reasons:
        paragraph = document.add_paragraph()
        paragraph.add_run(desk.say("获奖理由：", "Reason: ")).bold = True
        _write_runs(paragraph, reason)
    if not announced.is_collective:
        _write_citations(document, title)


def _winners(desk: Desk, of: ClassOfTitle) -> str:
    """The winners of a class in one sentence, with what of its places is vacant."""
    names = desk.say("、", ", ").join(winner.name for winner in of.winners)
    if not of.vacancy or not names:
        return (names or of.vacancy) + desk.say("。", ".")
    return desk.say(f"{names}（{of.vacancy}）。", f"{names} ({of.vacancy}).")


def _write_citations(document: DocumentObject, title: Title) -> None:
    for winner in title.winners:
        if winner.citation:
            paragraph = document.add_paragraph()
            paragraph.add_run(clean(winner.reason_head)).bold = True
            paragraph.add_run(clean(winner.citation))


def _write_trends(document: DocumentObject, parts: Headings, notice: Notice) -> None:
    if not notice.trends:
        return
    document.add_heading(parts.part(parts.desk.say("发展趋势", "Trends")), level=1)
    _write_paragraphs(document, notice.trends_lead)
    for trend in notice.trends:
        document.add_heading(clean(parts.section(trend.number, trend.title)), level=2)
        _write_paragraphs(document, trend.paragraphs)


def _write_end(document: DocumentObject, desk: Desk, notice: Notice, annexes: Sequence[str]) -> None:
    """The list of annexes, the organiser, the place of the seal and the date."""
    for number, title in enumerate(annexes, start=1):
        lead = desk.say("附件：", "Annexes: ") if number == 1 else desk.say("　　　", " ")
        document.add_paragraph(clean(f"{lead}{number}. {title}"))
    if not notice.organiser or not notice.closing:
        return
    document.add_paragraph()
    for text in (notice.organiser, notice.seal, notice.date):
        if text:
            paragraph = _write_plain(document, text)
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            paragraph.paragraph_format.right_indent = Pt(32)
            paragraph.paragraph_format.keep_with_next = text is not notice.date


def _annex_number(desk: Desk, number: int) -> str:
    return desk.say(f"附件{number}", f"Annex {number}")


def _annexes(desk: Desk, notice: Notice) -> list[tuple[str, Callable[[DocumentObject], None]]]:
    """The annexes that have something in them, each with its title and what writes it."""
    if not notice.series:
        return []
    found: list[tuple[str, Callable[[DocumentObject], None]]] = [
        (desk.say("获评名单及得分", "Winners and scores"), partial(_write_scores, desk=desk, notice=notice))
    ]
    if notice.cited:
        title = desk.say("各获评对象获奖理由", "The reason for each winner")
        found.append((title, partial(_write_reasons, desk=desk, notice=notice)))
    if any(announced.title.rule for each in notice.series for announced in each.titles):
        found.append((desk.say("评选规则", "Rules"), partial(_write_rules, desk=desk, notice=notice)))
    return found


def _write_scores(document: DocumentObject, desk: Desk, notice: Notice) -> None:
    headers = (
        desk.say("组别", "Class"), desk.say("名次", "Rank"), desk.say("获评对象", "Winner"), desk.say("得分", "Score"),
    )  # fmt: skip
    for title in (announced.title for each in notice.series for announced in each.titles):
        rows = [
            (each.name, str(winner.rank) if winner.rank is not None else NOTHING, winner.name, score(winner.score))
            for each in title.classes
            for winner in each.winners
        ] + [(each.name, NOTHING, each.vacancy, NOTHING) for each in title.classes if each.vacancy]
        _write_table(document, title.name, headers, rows, numbers={1, 3})


def _write_reasons(document: DocumentObject, desk: Desk, notice: Notice) -> None:
    for announced in notice.cited:
        document.add_heading(clean(announced.title.name), level=3)
        for each in announced.title.classes:
            if each.winners and announced.title.is_classed:
                document.add_paragraph().add_run(clean(each.name)).bold = True
            for winner in each.winners:
                named = desk.say(f"{winner.name}：", f"{winner.name}: ") if winner.name not in winner.citation else ""
                document.add_paragraph(clean(f"{named}{winner.citation}"))


def _write_rules(document: DocumentObject, desk: Desk, notice: Notice) -> None:
    for title in (announced.title for each in notice.series for announced in each.titles):
        if title.rule:
            paragraph = document.add_paragraph()
            paragraph.add_run(clean(title.name + desk.say("：", ": "))).bold = True
            paragraph.add_run(clean(title.rule))


def _write_runs(paragraph: Paragraph, runs: Iterable[Run]) -> None:
    """Sentences; gaps are marked in red, so that an editor sees what is missing."""
    for run in runs:
        written = paragraph.add_run(clean(run.text))
        if run.is_gap:
            written.font.color.rgb = RED


def _write_table(
    document: DocumentObject, caption: str, headers: Sequence[str], rows: Sequence[Sequence[str]], *, numbers: set[int]
) -> None:
    """A table with its caption above and a head that repeats on every page."""
    document.add_paragraph(clean(caption), style="Caption").paragraph_format.keep_with_next = True
    add_table(document, headers, rows, numbers=numbers, size=11, spacing=18)
    document.add_paragraph()
