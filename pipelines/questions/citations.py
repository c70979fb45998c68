"""The editor's queue: winners whose citation no editor has written yet, out as a form and back into the inbox.

Out it goes as a workbook in the form of the source ``citation``, or as a document with the same columns; beside the
cells to fill stand the draft and what an editor has to know. Only rows that were filled in come back.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import python_calamine
from docx import Document
from docx.shared import Mm, Pt

from pipelines.errors import CepingError
from pipelines.foundation.sql import Row, query_rows
from pipelines.ingest.contracts import Contract, find_contract
from pipelines.ingest.form import FIRST_ROW, HEADER_ROW, BegunRows, write_template
from pipelines.publication.site.awards import CHANCE_MIN, MARGIN_MIN, doubt
from pipelines.publication.site.language import CHINESE
from pipelines.releases.release import Release
from pipelines.settings import Settings

SOURCE = "citation"
TAKEN = "获奖理由（编辑）.xlsx"
TITLE, CLASS, WINNER, SCORE, DOUBT, DRAFT, DRAFT_EN = (
    "奖项名称", "组别", "获评对象", "得分", "须复核", "草稿", "草稿（英文）",
)  # fmt: skip
TOLD = (TITLE, CLASS, WINNER, SCORE, DOUBT, DRAFT, DRAFT_EN)
KEY = ("series", "title_code", "subject_kind", "subject_code")
QUEUE = f"""
with limits as (
    select
        edition,
        max(case when parameter_code = '{CHANCE_MIN}' then parameter_value end) as chance_min,
        max(case when parameter_code = '{MARGIN_MIN}' then parameter_value end) as margin_min
    from core.dim_parameter group by edition
),
places as (
    select label_code, min(label_order) as place from core.dim_label
    where label_kind in ('group', 'subject_kind', 'rank_class') group by label_code
)
select
    titles.series_number, winners.title_code, winners.title_name_zh, classes.class_name_zh, winners.subject_id,
    subjects.subject_kind, subjects.subject_code, winners.subject_name_zh, winners.award_rank, winners.award_score,
    winners.citation_zh, winners.citation_en, firm.chance,
    case when rivals.is_eligible then winners.margin end as lead, limits.chance_min, limits.margin_min
from awards.award_winner as winners
inner join awards.award_title as titles using (edition, series_code, title_code)
inner join core.dim_subject as subjects using (edition, subject_id)
left join awards.award_class as classes using (edition, series_code, title_code, rank_class)
left join awards.award_firmness as firm using (edition, series_code, title_code, subject_id)
left join awards.award_candidate as rivals
    on winners.edition = rivals.edition and winners.series_code = rivals.series_code
    and winners.title_code = rivals.title_code and winners.runner_up_subject_id = rivals.subject_id
left join limits on winners.edition = limits.edition
left join places on winners.rank_class = places.label_code
where winners.edition = ? and not winners.is_citation_edited
order by titles.series_number, titles.title_order, places.place nulls first, winners.award_rank, winners.subject_id
"""


def waiting(release: Release) -> list[Row]:
    """The winners of a release whose citation is a draft, in the order of the notice; ``doubt`` says what to look at.

    Raises ``CepingError`` where the release has no awards.
    """
    with release.open() as connection:
        [(has_awards,)] = connection.execute(
            "select count(*) > 0 from duckdb_tables() where schema_name = 'awards' and table_name = 'award_winner'"
        ).fetchall()
        if not has_awards:
            raise CepingError(f"release {release.release_id} has no awards, so there are no citations to write")
        rows = query_rows(connection, QUEUE, (release.edition,))
    return [
        {**row, "doubt": doubt(CHINESE, row["chance"], row["lead"], row["chance_min"], row["margin_min"])}
        for row in rows
    ]


def write_queue(rows: Sequence[Row], out: Path) -> None:
    """Write the queue to fill in, as a workbook or a document by the ending of the file.

    Raises ``CepingError`` where the ending is another, or a file is there already.
    """
    contract = find_contract(SOURCE)
    begun = BegunRows([_begun(contract, row) for row in rows], told=TOLD)
    if out.suffix == ".xlsx":
        write_template(contract, out, begun)
    elif out.suffix == ".docx":
        _write_document(contract, out, begun)
    else:
        raise CepingError(f"{out.name}: expected a file that ends with .xlsx or .docx")


def take_back(settings: Settings, path: Path) -> tuple[Path, int]:
    """Put the rows of a filled-in queue into the inbox, beside those taken before; returns the file and the count.

    A citation of the same winner replaces the one taken before. Raises ``CepingError`` where the file is no queue, or
    nothing in it was filled in.
    """
    contract = find_contract(SOURCE)
    filled = {tuple(row[name] for name in KEY): row for row in _read(contract, path) if row["citation_zh"]}
    if not filled:
        raise CepingError(
            f"{path.name}: no cell of {_headers(contract)['citation_zh']} is filled in; nothing was taken"
        )
    target = settings.inbox_dir / SOURCE / TAKEN
    before = {tuple(row[name] for name in KEY): row for row in _read(contract, target)} if target.exists() else {}
    draft = target.with_name(f".{target.name}")
    draft.unlink(missing_ok=True)
    write_template(contract, draft, BegunRows(list((before | filled).values())))
    draft.replace(target)
    return target, len(filled)


def _begun(contract: Contract, row: Row) -> dict[str, str | float | None]:
    [kind] = [column for column in contract.columns if column.name == "subject_kind"]
    kinds = {value: next(iter(spellings), value) for value, spellings in (kind.values or {}).items()}
    return {
        TITLE: row["title_name_zh"], CLASS: row["class_name_zh"], WINNER: row["subject_name_zh"],
        SCORE: round(row["award_score"], 2), DOUBT: row["doubt"], DRAFT: row["citation_zh"],
        DRAFT_EN: row["citation_en"], "series": row["series_number"], "title_code": row["title_code"],
        "subject_kind": kinds.get(row["subject_kind"], row["subject_kind"]), "subject_code": row["subject_code"],
    }  # fmt: skip


def _headers(contract: Contract) -> dict[str, str]:
    return {column.name: column.header for column in contract.columns if column.name != "is_synthetic"}


def _write_document(contract: Contract, out: Path, begun: BegunRows) -> None:
    """A table of two columns for each winner: what is told, and the cells to fill."""
    if out.exists():
        raise CepingError(f"{out} is there already; it is left as it is")
    headers = {**{title: title for title in begun.told}, **_headers(contract)}
    document = Document()
    document.styles["Normal"].font.size = Pt(11)
    for row in begun.rows:
        table = document.add_table(rows=0, cols=2, style="Table Grid")
        for name, header in headers.items():
            cells = table.add_row().cells
            value = row.get(name)
            cells[0].text, cells[0].width = header, Mm(35)
            cells[1].text, cells[1].width = "" if value is None else f"{value}", Mm(125)
        document.add_paragraph()
    out.parent.mkdir(parents=True, exist_ok=True)
    document.save(str(out))


def _read(contract: Contract, path: Path) -> Iterator[dict[str, str | float | None]]:
    """The rows of a queue that was written here, by column of the source; what is only told is left out."""
    headers = _headers(contract)
    names = {header: name for name, header in headers.items()}
    try:
        cells = list(_of_document(path) if path.suffix == ".docx" else _of_workbook(path))
    except (OSError, ValueError, KeyError, python_calamine.CalamineError) as failure:
        raise CepingError(
            f"{path.name}: expected the queue as it was written, .xlsx or .docx, found {failure}"
        ) from None
    for number, row in enumerate(cells, start=1):
        found = {names[header]: value for header, value in row.items() if header in names}
        missing = [headers[name] for name in (*KEY, "citation_zh") if name not in found]
        if missing:
            raise CepingError(f"{path.name}, winner {number}: expected {', '.join(missing)}, found none of it")
        yield {name: value.strip() if isinstance(value, str) else value for name, value in found.items()}


def _of_document(path: Path) -> Iterator[dict[str, str | float | None]]:
    for table in Document(str(path)).tables:
        yield {row.cells[0].text.strip(): row.cells[1].text for row in table.rows}


def _of_workbook(path: Path) -> Iterator[dict[str, str | float | None]]:
    workbook = python_calamine.CalamineWorkbook.from_path(str(path))
    rows = workbook.get_sheet_by_name(workbook.sheet_names[0]).to_python(skip_empty_area=False)
    header = [str(cell) for cell in rows[HEADER_ROW]]
    for row in rows[FIRST_ROW:]:
        if any(cell != "" for cell in row):
            said = [f"{cell:g}" if isinstance(cell, float) else f"{cell}" for cell in row]
            yield dict(zip(header, said, strict=False))
