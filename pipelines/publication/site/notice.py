"""The notice of an edition in the bulletin's own form: the words of both the page and the document for editors.

Sentences are rows of ``core.dim_notice_sentence``; where a number stands they name a cell in braces, and here the cell
is put in. A number that could not be computed is written as a gap, never left out in silence.
"""

import re
from collections.abc import Iterator
from itertools import groupby

from pydantic import BaseModel

from pipelines.foundation.sql import Row
from pipelines.publication.site.awards import Series, read_series
from pipelines.publication.site.links import chosen
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


class Evidence(BaseModel, frozen=True):
    """How much of one kind of evidence there is."""

    name: str
    count: str
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
    paragraphs: tuple[tuple[Run, ...], ...]
    has_page: bool


class Notice(BaseModel, frozen=True):
    """The whole notice in one language."""

    title: str
    organiser: str
    preamble: tuple[tuple[Run, ...], ...]
    methods: tuple[Method, ...]
    series: tuple[Series, ...]
    trends: tuple[Trend, ...]
    closing: tuple[tuple[Run, ...], ...]

    @property
    def title_parts(self) -> list[str]:
        """The title in the parts it may be broken between: a Chinese title breaks before 及 and its last words."""
        return [part for part in re.split(r"(?=及)|(?=结果通报)|(?<= )", self.title) if part]


def compose(desk: Desk) -> Notice:
    """Put the cells into the sentences."""
    name = desk.language.of(desk.tables.edition_name)
    facts = {row["fact_code"]: row for row in desk.tables.of_edition(FACTS)}
    organiser = facts.get("organiser")
    return Notice(
        title=desk.say(f"{name}结果通报", f"{name}: notice of results"),
        organiser=desk.say(organiser["text_zh"], organiser["text_en"]) if organiser else "",
        preamble=_paragraphs(desk, "preamble", "preamble"),
        methods=tuple(methods(desk)),
        series=tuple(read_series(desk)),
        trends=tuple(trends(desk)),
        closing=_paragraphs(desk, "closing", "closing"),
    )


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
                    is_none=not row["row_count"],
                    href=_rows_of(desk, row["source"]),
                )
                for row in of_method
            ),
        )


def _rows_of(desk: Desk, source: str) -> str:
    """Where the rows of a source are shown: file by file, or the table where it is one that is published."""
    if any(row["source"] == source for row in desk.tables.rows(BALANCE)):
        return f"{desk.links.to('quality/balance.html')}{chosen('balance', 0, desk.label('source', source))}"
    published = next((table.full_name for table in desk.tables.candidate.tables if table.name == source), "")
    return desk.links.to(f"dictionary/{published}.html") if published else ""


def trends(desk: Desk) -> Iterator[Trend]:
    """The trends that have a figure or a sentence."""
    figures = {int(row["trend"]) for row in desk.tables.of_edition(FIGURES)}
    described = {int(row["section_code"]) for row in desk.tables.of_edition(SENTENCES) if row["section"] == "trend"}
    for number in sorted(figures | described):
        yield Trend(
            number=number,
            title=desk.label("trend", str(number)),
            paragraphs=_paragraphs(desk, "trend", str(number)),
            has_page=number in figures or bool(desk.tables.trend_tables(number)),
        )


def _paragraphs(desk: Desk, section: str, code: str) -> tuple[tuple[Run, ...], ...]:
    rows = [
        row for row in desk.tables.of_edition(SENTENCES) if (row["section"], row["section_code"]) == (section, code)
    ]
    ordered = sorted(rows, key=lambda row: (row["paragraph"], row["sentence_order"]))
    between = desk.say("", " ")
    paragraphs = []
    for _, sentences in groupby(ordered, key=lambda row: row["paragraph"]):
        runs: list[Run] = []
        for sentence in sentences:
            if runs and between:
                runs.append(Run(text=between))
            runs.extend(_runs(desk, desk.say(sentence["text_zh"], sentence["text_en"])))
        paragraphs.append(tuple(runs))
    return tuple(paragraphs)


def _runs(desk: Desk, sentence: str) -> Iterator[Run]:
    """The parts of a sentence, its names of cells replaced by their values."""
    end = 0
    for found in PLACE.finditer(sentence):
        if found.start() > end:
            yield Run(text=sentence[end : found.start()])
        yield _cell(desk, found.group(1), found.group(0))
        end = found.end()
    if end < len(sentence):
        yield Run(text=sentence[end:])


def _cell(desk: Desk, name: str, as_written: str) -> Run:
    if name == "edition.name":
        return Run(text=desk.language.of(desk.tables.edition_name))
    if name.startswith("fact."):
        return _fact(desk, name.removeprefix("fact."), as_written)
    figure = next((row for row in desk.tables.of_edition(FIGURES) if row["figure_id"] == name), None)
    return Run(text=as_written, is_gap=True) if figure is None else figure_run(desk, figure)


def _fact(desk: Desk, code: str, as_written: str) -> Run:
    row = next((row for row in desk.tables.of_edition(FACTS) if row["fact_code"] == code), None)
    if row is None:
        return Run(text=as_written, is_gap=True)
    text = desk.say(row["text_zh"], row["text_en"])
    href = desk.links.fact(code) if text.isdigit() else ""
    return Run(text=text, href=href, name=desk.say(row["name_zh"], row["name_en"]) if href else "")


def figure_run(desk: Desk, figure: Row) -> Run:
    """The computed value of a figure, linked to the rows under it."""
    name = desk.say(figure["name_zh"], figure["name_en"])
    href = desk.links.figure(figure["figure_id"])
    if figure["computed"] is None:
        return Run(text=desk.say("（暂缺）", "(not available)"), href=href, name=name, is_gap=True)
    return Run(text=written(figure["computed"], figure["unit"]), href=href, name=name)
