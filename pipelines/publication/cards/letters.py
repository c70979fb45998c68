"""Certificates and letters of result: Word templates, with the fields of each winner or candidate filled in.

A template is any Word document with fields in double braces, such as ``{{ name }}`` or ``{{ fact.organiser }}``, in its
paragraphs, tables, heads and feet; a centre puts its own in place of ours. A field keeps the form of the text its
paragraph begins with.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from docx import Document
from docx.document import Document as DocumentObject
from docx.opc.exceptions import PackageNotFoundError
from docx.text.paragraph import Paragraph
from jinja2 import StrictUndefined, TemplateError, UndefinedError
from jinja2.sandbox import SandboxedEnvironment
from pydantic import BaseModel

from pipelines.errors import CepingError
from pipelines.foundation.files import whole_file
from pipelines.foundation.sql import Row
from pipelines.publication.cards.words import say
from pipelines.publication.site.awards import CANDIDATES, TITLES, WINNERS, class_names
from pipelines.publication.site.page import Desk
from pipelines.publication.site.values import NOTHING, score
from pipelines.publication.word import clean, settled

TEMPLATES_DIR = Path(__file__).parent / "templates"
CERTIFICATE, LETTER = TEMPLATES_DIR / "certificate.docx", TEMPLATES_DIR / "letter.docx"
FACTS = "core.dim_edition_fact"
Fields = dict[str, Any]


class Merge(BaseModel, frozen=True):
    """One document to be written: its file name without an ending, its template, its fields."""

    name: str
    template: Path
    fields: Fields


def certificates(desk: Desk, template: Path) -> Iterator[Merge]:
    """A certificate for every title given, in the order of series, titles and ranks."""
    titles = _titles(desk)
    for row in sorted(desk.tables.of_edition(WINNERS), key=lambda row: _place(titles, row)):
        title = titles[row["series_code"], row["title_code"]]
        fields = {
            **_of_edition(desk),
            **_of_subject(row),
            **_of_title(desk, title, row),
            "citation": desk.say(row["citation_zh"] or "", row["citation_en"] or ""),
        }
        name = f"{row['series_code']}-{row['title_code']}-{row['award_rank'] or 0:03}-{row['subject_id']}"
        yield Merge(name=name, template=template, fields=fields)


def letters(desk: Desk, template: Path, *, everyone: bool = False) -> Iterator[Merge]:
    """A letter to every subject with a title, or to every candidate; it lists the result in each title."""
    titles = _titles(desk)
    rows: dict[str, list[Row]] = {}
    for row in sorted(desk.tables.of_edition(CANDIDATES), key=lambda row: _place(titles, row)):
        rows.setdefault(row["subject_id"], []).append(row)
    for subject, found in sorted(rows.items()):
        won = [row for row in found if row["is_winner"]]
        if won or everyone:
            results = [_of_title(desk, titles[row["series_code"], row["title_code"]], row) for row in found]
            fields = {
                **_of_edition(desk),
                **_of_subject(found[0]),
                "results": "\n".join(_result(desk, result, row) for result, row in zip(results, found, strict=True)),
                "won_count": len(won),
                "titles": desk.say("、", ", ").join(
                    result["title"] for result, row in zip(results, found, strict=True) if row["is_winner"]
                ),
            }
            yield Merge(name=subject, template=template, fields=fields)


def write_merges(merges: Sequence[Merge], folder: Path) -> list[Path]:
    """Write each document into a folder.

    Raises ``CepingError`` where a template cannot be read, or has a field that is not known.
    """
    folder.mkdir(parents=True, exist_ok=True)
    environment = SandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
    written = []
    for merge in merges:
        document = _open(merge.template)
        for paragraph in _paragraphs(document):
            _fill(paragraph, environment, merge)
        path = folder / f"{safe_name(merge.name)}.docx"
        with whole_file(path) as unfinished:
            unfinished.write_bytes(settled(document))
        written.append(path)
    return written


def safe_name(name: str) -> str:
    """A text as the name of a file on any system."""
    return "".join("-" if c in '\\/:*?"<>|' or c < " " else c for c in name).strip(" .") or "x"


def _open(template: Path) -> DocumentObject:
    try:
        return Document(str(template))
    except (PackageNotFoundError, ValueError, KeyError, OSError) as cause:
        raise CepingError(f"{template}: expected a Word document (.docx) as a template, found none") from cause


def _paragraphs(document: DocumentObject) -> Iterator[Paragraph]:
    """Every paragraph of the text, its tables, and its heads and feet."""
    for section in document.sections:
        for part in (section.header, section.footer):
            yield from part.paragraphs
    yield from document.paragraphs
    for table in document.tables:
        for cell in table._cells:
            yield from cell.paragraphs


def _fill(paragraph: Paragraph, environment: SandboxedEnvironment, merge: Merge) -> None:
    """Fill the fields of a paragraph; Word may have cut a field into several runs."""
    text = paragraph.text
    if "{{" not in text:
        return
    try:
        filled = environment.from_string(text).render(merge.fields)
    except UndefinedError as unknown:
        known = ", ".join(sorted(merge.fields))
        raise CepingError(f"{merge.template}: {unknown.message} in “{text}”; the fields are {known}") from unknown
    except TemplateError as fault:
        raise CepingError(f"{merge.template}: {fault.message} in “{text}”") from fault
    first, *others = paragraph.runs
    first.text = clean(filled)
    for run in others:
        run.text = ""


def _of_edition(desk: Desk) -> Fields:
    facts = {row["fact_code"]: desk.say(row["text_zh"], row["text_en"] or "") for row in desk.tables.of_edition(FACTS)}
    return {
        "edition": desk.tables.candidate.edition,
        "edition_name": desk.language.of(desk.tables.edition_name),
        "fact": facts,
        "warning": say(desk.language, "synthetic") if desk.tables.candidate.is_synthetic else "",
    }


def _of_subject(row: Row) -> Fields:
    return {"name": row["subject_name_zh"], "subject_id": row["subject_id"]}


def _of_title(desk: Desk, title: Row, row: Row) -> Fields:
    name = class_names(desk).get(row["rank_class"], row["rank_class"] or "")
    return {
        "series": desk.say(title["announced_name_zh"], title["series_name_en"] or ""),
        "title": desk.say(title["title_name_zh"], title["title_name_en"] or ""),
        "class_name": name,
        "rank": NOTHING if row["award_rank"] is None else f"{row['award_rank']:,}",
        "score": score(row["award_score"]),
    }


def _result(desk: Desk, result: Fields, row: Row) -> str:
    outcome = say(desk.language, "won" if row["is_winner"] else "lost")
    reason = desk.say(row["reason_zh"] or "", row["reason_en"] or "")
    title, name = result["title"], result["class_name"]
    return desk.say(
        f"{title}（{name}）：{outcome}。得分 {result['score']}，名次 {result['rank']}。{reason}",
        f"{title} ({name}): {outcome}. Score {result['score']}, rank {result['rank']}. {reason}",
    )


def _titles(desk: Desk) -> dict[tuple[str, str], Row]:
    return {(row["series_code"], row["title_code"]): row for row in desk.tables.of_edition(TITLES)}


def _place(titles: dict[tuple[str, str], Row], row: Row) -> tuple[Any, ...]:
    title = titles[row["series_code"], row["title_code"]]
    order = (title["series_number"] or 0, title["title_order"] or 0)
    return (*order, row["rank_class"] or "", row["award_rank"] or 0, row["subject_id"])
