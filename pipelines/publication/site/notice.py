"""The notice of an edition in the bulletin's own form: the words of both the page and the document for editors.

Sentences are rows of ``core.dim_notice_sentence``; where a number stands they name a cell in braces, and here the cell
is put in. A number that could not be computed is written as a gap, never left out in silence.
"""

import re
from collections.abc import Iterator
from itertools import groupby

from pydantic import BaseModel

from pipelines.foundation.sql import Row
from pipelines.publication.site.awards import Series, Title, parameter, read_series
from pipelines.publication.site.page import Desk
from pipelines.publication.site.values import written

SENTENCES = "core.dim_notice_sentence"
FACTS = "core.dim_edition_fact"
EVIDENCE = "core.fct_method_evidence"
FIGURES = "trends.figure"
BALANCE = "audit.row_balance"
PLACE = re.compile(r"\{([^{}]+)\}")


class Run(BaseModel, frozen=True):
    """A stretch of text; a number leads to where it comes from."""

    text: str
    href: str = ""
    name: str = ""
    is_gap: bool = False


Paragraph = tuple[Run, ...]


class Evidence(BaseModel, frozen=True):
    """How much of one kind of evidence there is."""

    name: str
    count: str
    unit: str
    is_none: bool
    href: str = ""


class Method(BaseModel, frozen=True):
    """One of the methods with its evidence."""

    name: str
    evidence: tuple[Evidence, ...]


class Trend(BaseModel, frozen=True):
    """One trend with its sentences."""

    number: int
    title: str
    paragraphs: tuple[Paragraph, ...]
    has_page: bool


class Announced(BaseModel, frozen=True):
    """A title as it is announced: one reason for all its winners, or else the citation of each."""

    title: Title
    reasons: tuple[Paragraph, ...]

    @property
    def is_collective(self) -> bool:
        """Whether the winners share a reason."""
        return bool(self.reasons)


class AnnouncedSeries(BaseModel, frozen=True):
    """A series as it is announced, with how it was evaluated."""

    series: Series
    paragraphs: tuple[Paragraph, ...]
    titles: tuple[Announced, ...]


class Notice(BaseModel, frozen=True):
    """The whole notice in one language; ``number`` and ``seal`` say where those go by hand."""

    title: str
    number: str
    organiser: str
    date: str
    seal: str
    preamble: tuple[Paragraph, ...]
    listing: tuple[Paragraph, ...]
    announcement: tuple[Paragraph, ...]
    method_lead: tuple[Paragraph, ...]
    method_rest: tuple[Paragraph, ...]
    methods: tuple[Method, ...]
    series: tuple[AnnouncedSeries, ...]
    trends_lead: tuple[Paragraph, ...]
    trends: tuple[Trend, ...]
    closing: tuple[Paragraph, ...]

    @property
    def title_parts(self) -> list[str]:
        """The title in the parts it may be broken between: a Chinese title breaks before 及 and its last words."""
        return [part for part in re.split(r"(?=及)|(?=结果通报)|(?<= )", self.title) if part]

    @property
    def cited(self) -> tuple[Announced, ...]:
        """The titles whose winners share a reason, and of whom each has a citation beside it."""
        return tuple(
            each
            for series in self.series
            for each in series.titles
            if each.is_collective and any(winner.citation for winner in each.title.winners)
        )


def compose(desk: Desk) -> Notice:
    """Put the cells into the sentences."""
    name = desk.language.of(desk.tables.edition_name)
    facts = {row["fact_code"]: desk.say(row["text_zh"], row["text_en"]) for row in desk.tables.of_edition(FACTS)}
    edition = desk.tables.candidate.edition
    found = tuple(read_series(desk))
    writer = Writer(desk=desk, series=found)
    return Notice(
        title=desk.say(f"{name}结果通报", f"{name}: notice of results"),
        number=desk.say(f"　　〔{edition}〕　　号", f"No. ____ ({edition})"),
        organiser=facts.get("organiser", ""),
        date=facts.get("document_date", ""),
        seal=desk.say("（印章）", "(seal)"),
        preamble=writer.paragraphs("preamble", "preamble"),
        listing=writer.paragraphs("listing", "listing") if found else (),
        announcement=writer.paragraphs("announcement", "announcement") if found else (),
        method_lead=writer.paragraphs("method", "method")[:1],
        method_rest=writer.paragraphs("method", "method")[1:],
        methods=tuple(methods(desk)),
        series=tuple(_announced(writer, series) for series in found),
        trends_lead=writer.paragraphs("trends_lead", "trends"),
        trends=tuple(trends(desk)),
        closing=writer.paragraphs("closing", "closing"),
    )


def _announced(writer: "Writer", series: Series) -> AnnouncedSeries:
    most = parameter(writer.desk, "notice.single_reasons_most")
    of_series = writer.about(series)
    titles = []
    for title in series.titles:
        is_large = most is None or len(title.winners) > most
        code = f"{series.code}/{title.code}"
        reasons = of_series.about(series, title).paragraphs("reason", code) if is_large and title.winners else ()
        titles.append(Announced(title=title, reasons=reasons))
    return AnnouncedSeries(series=series, paragraphs=of_series.paragraphs("series", series.code), titles=tuple(titles))


def methods(desk: Desk) -> Iterator[Method]:
    """The methods of the evaluation, each with the evidence of the edition."""
    rows = sorted(desk.tables.of_edition(EVIDENCE), key=lambda row: (row["method_order"], row["evidence_order"]))
    for _, group in groupby(rows, key=lambda row: row["method_code"]):
        of_method = list(group)
        yield Method(
            name=desk.say(of_method[0]["name_zh"], of_method[0]["name_en"]),
            evidence=tuple(
                Evidence(
                    name=desk.say(row["evidence_zh"], row["evidence_en"]),
                    count=written(row["row_count"]),
                    unit=desk.say(row.get("unit_zh") or "", ""),
                    is_none=not row["row_count"],
                    href=_rows_of(desk, row["source"]),
                )
                for row in of_method
            ),
        )


def _rows_of(desk: Desk, source: str) -> str:
    """Where the rows of a source are shown: file by file, or the table where it is one that is published."""
    if any(row["source"] == source for row in desk.tables.rows(BALANCE)):
        return f"{desk.links.to('data.html')}#deliveries-title"
    published = next((table.full_name for table in desk.tables.candidate.tables if table.name == source), "")
    return desk.links.to(f"dictionary/{published}.html") if published else ""


def trends(desk: Desk) -> Iterator[Trend]:
    """The trends that have a figure or a sentence."""
    writer = Writer(desk=desk, series=())
    figures = {int(row["trend"]) for row in desk.tables.of_edition(FIGURES)}
    described = {int(row["section_code"]) for row in desk.tables.of_edition(SENTENCES) if row["section"] == "trend"}
    for number in sorted(figures | described):
        yield Trend(
            number=number,
            title=desk.label("trend", str(number)),
            paragraphs=writer.paragraphs("trend", str(number)),
            has_page=number in figures or bool(desk.tables.trend_tables(number)),
        )


class Writer(BaseModel, frozen=True, arbitrary_types_allowed=True):
    """What puts cells into sentences; some cells are of the series or the title that is written about."""

    desk: Desk
    series: tuple[Series, ...]
    of_series: Series | None = None
    of_title: Title | None = None

    def about(self, series: Series, title: Title | None = None) -> "Writer":
        """The same, about a series or a title."""
        return self.model_copy(update={"of_series": series, "of_title": title})

    def paragraphs(self, section: str, code: str) -> tuple[Paragraph, ...]:
        """The sentences of a section, paragraph by paragraph."""
        rows = [
            row
            for row in self.desk.tables.of_edition(SENTENCES)
            if (row["section"], row["section_code"]) == (section, code)
        ]
        ordered = sorted(rows, key=lambda row: (row["paragraph"], row["sentence_order"]))
        between = self.desk.say("", " ")
        paragraphs = []
        for _, sentences in groupby(ordered, key=lambda row: row["paragraph"]):
            runs: list[Run] = []
            for sentence in sentences:
                if runs and between:
                    runs.append(Run(text=between))
                runs.extend(self._runs(self.desk.say(sentence["text_zh"], sentence["text_en"])))
            paragraphs.append(tuple(runs))
        return tuple(paragraphs)

    def _runs(self, sentence: str) -> Iterator[Run]:
        """The parts of a sentence, its names of cells replaced by their values; it begins with a capital."""
        end = 0
        for found in PLACE.finditer(sentence):
            if found.start() > end:
                yield Run(text=sentence[end : found.start()])
            run = self._cell(found.group(1), found.group(0))
            is_first = found.start() == 0 and not self.desk.language.is_chinese
            yield run.model_copy(update={"text": run.text[:1].upper() + run.text[1:]}) if is_first else run
            end = found.end()
        if end < len(sentence):
            yield Run(text=sentence[end:])

    def _cell(self, name: str, as_written: str) -> Run:
        desk, (kind, _, code) = self.desk, name.partition(".")
        if kind == "fact":
            return _fact(desk, code, as_written)
        counted = self._counts().get(name)
        if counted is not None:
            return counted
        figure = next((row for row in desk.tables.of_edition(FIGURES) if row["figure_id"] == name), None)
        return Run(text=as_written, is_gap=True) if figure is None else figure_run(desk, figure)

    def _counts(self) -> dict[str, Run]:
        """What is named and counted here: the edition, its series and methods, the series and title written about."""
        desk = self.desk
        count = len({row["method_code"] for row in desk.tables.of_edition(EVIDENCE)})
        cells = {
            "edition.name": Run(text=desk.language.of(desk.tables.edition_name)),
            "series.count": Run(text=desk.language.counted(len(self.series))),
            "method.count": Run(text=desk.language.counted(count)),
        }
        if self.of_series is not None:
            year = next((title.year for title in self.of_series.titles if title.year), None)
            cells["series.year"] = Run(text=desk.language.ordinal(year)) if year else Run(text="", is_gap=True)
        if self.of_title is not None and self.of_series is not None:
            href = desk.links.to(self.of_series.page)
            filled = [each for each in self.of_title.classes if each.winners]
            numbers = {
                "winners": len(self.of_title.winners),
                "candidates": sum(each.candidate_count for each in self.of_title.classes),
                "filled_classes": len(filled),
            }
            cells |= {f"title.{code}": Run(text=f"{number:,}", href=href) for code, number in numbers.items()}
        return cells


def _fact(desk: Desk, code: str, as_written: str) -> Run:
    row = next((row for row in desk.tables.of_edition(FACTS) if row["fact_code"] == code), None)
    if row is None:
        return Run(text=as_written, is_gap=True)
    text = desk.say(row["text_zh"], row["text_en"])
    href = desk.links.fact(code) if any(character.isdigit() for character in text) else ""
    return Run(text=text, href=href, name=desk.say(row["name_zh"], row["name_en"]) if href else "")


def figure_run(desk: Desk, figure: Row) -> Run:
    """The computed value of a figure, linked to the rows under it."""
    name = desk.say(figure["name_zh"], figure["name_en"])
    href = desk.links.figure(figure["figure_id"])
    if figure["computed"] is None:
        return Run(text=desk.say("（暂缺）", "(not available)"), href=href, name=name, is_gap=True)
    return Run(text=written(figure["computed"], figure["unit"]), href=href, name=name)
