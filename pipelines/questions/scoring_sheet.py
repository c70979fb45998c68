"""The scoring sheet of a framework: every subject it is about, and every indicator of it that experts score.

It has the form of the source ``expert_review``, so that what experts give comes back as an input.
"""

from pathlib import Path

from pipelines.errors import CepingError
from pipelines.ingest.contracts import Column, find_contract
from pipelines.ingest.form import BegunRows
from pipelines.questions.subjects import in_scope_of, running_subjects
from pipelines.reference.framework_import import NOTES, REVIEWED
from pipelines.reference.frameworks import NODES
from pipelines.reference.rows import rows_with
from pipelines.settings import Settings

SOURCE = "expert_review"
SUBJECT_NAME, CRITERION_NAME, POINTS, NOTE = "对象名称", "指标名称", "指标分值", "指标说明"
Row = dict[str, str]


def begin_reviews(settings: Settings, source: str, index_code: str, series: int | None = None) -> BegunRows:
    """One row a subject and indicator, for one expert to score 0 to 100; what the indicator asks stands beside it.

    Raises ``CepingError`` where the source is another, where there is no such index, nobody it is about or nothing
    experts score, and where several series take it as an input and none is named.
    """
    if source != SOURCE:
        raise CepingError(f"only the form of {SOURCE} lists the criteria of an index, not that of {source}")
    seeds, edition = settings.seeds_dir, settings.edition
    subjects = in_scope_of(running_subjects(settings), seeds, index_code, edition)
    criteria = _criteria(seeds, index_code, edition)
    if subjects.is_empty() or not criteria:
        lacking = "indicator that experts score" if not criteria else "running subject in its scope"
        raise CepingError(f"the index {index_code} of {edition} has no {lacking}, so there is nothing to fill in")
    asked = series if series is not None else _series(seeds, index_code, edition)
    kinds = _spellings(find_contract(SOURCE).columns)
    rows = [
        {
            SUBJECT_NAME: subject["subject_name"],
            **criterion,
            "series": asked,
            "subject_kind": kinds.get(subject["subject_kind"], subject["subject_kind"]),
            "subject_code": subject["subject_code"],
        }
        for subject in subjects.iter_rows(named=True)
        for criterion in criteria
    ]
    return BegunRows(rows, told=(SUBJECT_NAME, CRITERION_NAME, POINTS, NOTE))


def _criteria(seeds: Path, index_code: str, edition: int) -> list[dict[str, str | float | None]]:
    """The indicators of the index that read an expert's score: each criterion once, in the order of the tree."""
    of_index: dict[str, str | int] = {"edition": edition, "index_code": index_code}
    notes = {row["node_code"]: row["note_zh"] for _, row in rows_with(seeds, NOTES, **of_index)}
    nodes = [row for _, row in rows_with(seeds, NODES, **of_index)]
    criteria: dict[str, dict[str, str | float | None]] = {}
    for node in sorted(nodes, key=lambda row: int(row["node_order"])):
        code = node["measure_code"].removeprefix(REVIEWED)
        if node["measure_code"].startswith(REVIEWED) and code not in criteria:
            criteria[code] = {
                CRITERION_NAME: node["name_zh"],
                POINTS: float(node["weight"]) if node["weight"] else None,
                NOTE: notes.get(node["node_code"]),
                "criterion_code": code,
            }
    return list(criteria.values())


def _series(seeds: Path, index_code: str, edition: int) -> int | None:
    """The number of the one series that takes the index as an input; none where no series does."""
    inputs = rows_with(seeds, "award_inputs", edition=edition, index_code=index_code)
    codes = {row["series_code"] for _, row in inputs}
    numbers = sorted(
        int(row["series_number"])
        for _, row in rows_with(seeds, "award_series", edition=edition)
        if row["series_code"] in codes
    )
    if len(numbers) > 1:
        raise CepingError(f"the index {index_code} is an input of series {', '.join(map(str, numbers))}: say --series")
    return numbers[0] if numbers else None


def _spellings(columns: tuple[Column, ...]) -> dict[str, str]:
    """The kinds of subjects as the form's drop-down has them."""
    [kind] = [column for column in columns if column.name == "subject_kind"]
    return {value: next(iter(spellings), value) for value, spellings in (kind.values or {}).items()}
