"""Judges a candidate by the suites, writes the verdict beside it, and lets nothing else through.

Importing this module does not import Great Expectations, which takes seconds: see ``expectations``.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from pydantic import ValidationError

from pipelines.errors import GateError
from pipelines.foundation.bilingual import Bilingual
from pipelines.foundation.files import write_whole
from pipelines.gate.baseline import Baseline
from pipelines.gate.candidate import Candidate
from pipelines.gate.rules import KEY_RULE, count_rows, first_rows, key_rule
from pipelines.gate.seal import is_sealed, seal
from pipelines.gate.suites import Suite, read_suites, suites_fingerprint
from pipelines.gate.verdict import (
    MOST_ROWS_SHOWN,
    QUALITY_FILE,
    VERDICT_FILE,
    ExpectationOutcome,
    FailedRow,
    SuiteOutcome,
    Verdict,
)
from pipelines.gate.views import open_views
from pipelines.settings import EXPECTATIONS_DIR

if TYPE_CHECKING:
    from pipelines.gate.expectations import Expectation, Judge

__all__ = [
    "ExpectationOutcome",
    "FailedRow",
    "SuiteOutcome",
    "Verdict",
    "judge",
    "loading_ahead",
    "require_all_judged",
    "require_pass",
]

Progress = Callable[[str], None]
ROWS_NAMED = 3
# What a suite may judge beside published tables, by its rules alone: see ``views.open_views``.
WHOLE_CANDIDATE = frozenset({"gate.text_value", "gate.table_count"})


def _silent(message: str) -> None:
    """Report nothing."""


@contextmanager
def loading_ahead() -> Iterator[None]:
    """Import Great Expectations beside what is done within, so that ``judge`` need not wait for it.

    Within, nothing else should be imported: of packages whose modules import each other, two threads would see halves.
    """
    # Asked by every statement of Dagster's store whether it is there: it has to be there whole.
    import_module("sqlalchemy.orm")
    loading = Thread(target=import_module, args=("pipelines.gate.expectations",), daemon=True)
    loading.start()
    try:
        yield
    finally:
        loading.join()


def judge(
    candidate: Candidate,
    suites_dir: Path = EXPECTATIONS_DIR,
    progress: Progress = _silent,
    baseline: Baseline | None = None,
) -> Verdict:
    """Judge a candidate by the suites of a folder; write ``verdict.json`` and ``quality.html`` beside its tables.

    Drift is measured against the baseline; the verdict names it, and is the same for the same two.
    Raises ``GateError`` where the candidate's bytes were changed, ``CepingError`` where a suite is not one.
    """
    candidate = Candidate.open(candidate.folder)
    (candidate.folder / VERDICT_FILE).unlink(missing_ok=True)
    fingerprint = suites_fingerprint(suites_dir)
    suites = read_suites(suites_dir)
    judged = _judge_suites(candidate, suites, progress, baseline)
    verdict = Verdict(
        candidate=candidate.content_hash,
        expectations=fingerprint,
        edition=candidate.edition,
        compared_with=baseline.release_id if baseline else None,
        passed=bool(judged) and all(suite.passed for suite in judged),
        suites=judged,
    )
    _write(candidate, verdict)
    return verdict


def require_pass(candidate: Candidate, suites_dir: Path = EXPECTATIONS_DIR) -> Verdict:
    """The passing verdict on exactly these bytes by exactly these suites; raises ``GateError`` where there is none."""
    candidate = Candidate.open(candidate.folder)
    name = f"candidate {candidate.content_hash[:12]}"
    verdict = _read(candidate, name)
    if verdict.candidate != candidate.content_hash:
        raise GateError(
            f"{name}: the verdict beside it was given on candidate {verdict.candidate[:12]}; judge it again"
        )
    if verdict.expectations != suites_fingerprint(suites_dir):
        raise GateError(f"{name}: its verdict was given by other expectations than the present ones; judge it again")
    if not verdict.passed or verdict.failures:
        failures = "; ".join(_failure_text(outcome) for outcome in verdict.failures) or "it was not passed"
        raise GateError(f"{name} may not be published: {failures}")
    require_all_judged(candidate, verdict)
    if not is_sealed(candidate, verdict.expectations):
        raise GateError(f"{name}: its verdict is not as the gate of this home and this code gave it; judge it again")
    return verdict


def require_all_judged(candidate: Candidate, verdict: Verdict) -> None:
    """Raise ``GateError`` where a table of the candidate was judged by nothing, or was not passed."""
    judged = {suite.table: suite for suite in verdict.suites if suite.outcomes}
    for table in candidate.tables:
        suite = judged.get(table.full_name)
        if suite is None or not suite.passed:
            raise GateError(
                f"candidate {candidate.content_hash[:12]}: {table.full_name} was not passed; judge it again"
            )


def _judge_suites(
    candidate: Candidate, suites: dict[str, Suite], progress: Progress, baseline: Baseline | None
) -> list[SuiteOutcome]:
    """Every published table's outcome and every stray suite's, in the order of their names."""
    progress("loading Great Expectations")
    from pipelines.gate.expectations import Judge, expectations_of

    expectations = {table: expectations_of(suite) for table, suite in suites.items()}
    published = {table.full_name: table for table in candidate.tables}
    judge_of_frames = Judge()
    found = _judge_rules(candidate, suites, judge_of_frames, baseline)
    outcomes = []
    for table in sorted(published.keys() | suites.keys()):
        if table not in suites:
            outcome = _unmatched(table, "published_table_has_a_suite", f"there is no suite {table}.yml")
        elif table not in published and table not in WHOLE_CANDIDATE:
            outcome = _unmatched(table, "suite_has_a_published_table", f"the candidate has no table {table}")
        else:
            judged = _judge_columns(candidate, suites[table], expectations[table], judge_of_frames)
            outcome = SuiteOutcome.of(table, suites[table].why, [*found[table], *judged])
        failed = sum(not each.passed for each in outcome.outcomes)
        progress(f"{table}: {len(outcome.outcomes)} expectations, {failed} failed")
        outcomes.append(outcome)
    return outcomes


def _judge_rules(
    candidate: Candidate, suites: dict[str, Suite], judge_of_frames: "Judge", baseline: Baseline | None
) -> dict[str, list[ExpectationOutcome]]:
    """What became of the rows that must never be found, by table: all are counted, then judged at once."""
    from pipelines.gate.expectations import rule_outcome, rule_raised
    from pipelines.gate.frames import to_frame

    rules = {
        table: {KEY_RULE: key_rule(key), **suite.never} if key else suite.never
        for table, suite in suites.items()
        if (key := _key(candidate, table)) is not None
    }
    outcomes: dict[str, list[ExpectationOutcome]] = {table: [] for table in rules}
    with open_views(candidate, baseline) as connection:
        counts = [
            count_rows(connection, table, name, rule) for table, named in rules.items() for name, rule in named.items()
        ]
        broken = judge_of_frames.broken_rules([count for count in counts if count.row_count is not None])
        for count in counts:
            rule = rules[count.table][count.rule]
            if count.row_count is None:
                outcomes[count.table].append(rule_raised(count, rule))
                continue
            is_broken = (count.table, count.rule) in broken
            first = to_frame(first_rows(connection, count.table, rule, MOST_ROWS_SHOWN)) if is_broken else None
            outcomes[count.table].append(rule_outcome(count, rule, first))
    return outcomes


def _key(candidate: Candidate, table: str) -> tuple[str, ...] | None:
    """The key of a table; none for what has no key of its own, nothing where there is no such table."""
    if table in WHOLE_CANDIDATE:
        return ()
    return next((frozen.key for frozen in candidate.tables if frozen.full_name == table), None)


def _judge_columns(
    candidate: Candidate, suite: Suite, expectations: list["Expectation"], judge_of_frames: "Judge"
) -> list[ExpectationOutcome]:
    """The outcomes of what is expected of single columns, in the order the suite's file lists them."""
    from pipelines.gate.expectations import outcome_of, raised
    from pipelines.gate.frames import read_frame

    if not expectations:
        return []
    table = candidate.table(suite.table)
    asked = {name for entry in suite.expectations for name in entry.columns}
    frame = read_frame(candidate.path(table), [*table.key, *asked])
    identifying = [name for name in table.key if name in frame.columns] or [str(name) for name in frame.columns]
    results = judge_of_frames.results(suite.table, frame, identifying, expectations)
    return [
        outcome_of(suite.table, entry, results[number], identifying)
        if number in results
        else raised(suite.table, entry, "Great Expectations gave no result")
        for number, entry in enumerate(suite.expectations)
    ]


def _unmatched(table: str, requirement: str, observed: str) -> SuiteOutcome:
    """A published table nobody wrote a suite for, or a suite whose table is not published: neither may pass."""
    why = Bilingual(
        en="Nothing is published unjudged, and no suite judges nothing.",
        zh="未经检验的表不得发布，检验规则也不得落空。",
    )
    outcome = ExpectationOutcome(
        table=table,
        type=requirement,
        column=None,
        severity="critical",
        why=why,
        passed=False,
        observed=observed,
        unexpected_count=0,
        rows=[],
    )
    return SuiteOutcome.of(table, why, [outcome])


def _write(candidate: Candidate, verdict: Verdict) -> None:
    """Keep the report and then the verdict: where there is a verdict, there is the report it belongs to."""
    from pipelines.gate.report import render_quality

    write_whole(candidate.folder / QUALITY_FILE, render_quality(candidate, verdict))
    write_whole(candidate.folder / VERDICT_FILE, verdict.model_dump_json(indent=1) + "\n")
    seal(candidate, verdict.expectations)


def _read(candidate: Candidate, name: str) -> Verdict:
    path = candidate.folder / VERDICT_FILE
    if not path.is_file():
        raise GateError(f"{name}: it has no verdict yet, so it may not be published; judge it first")
    try:
        return Verdict.model_validate_json(path.read_bytes())
    except ValidationError as error:
        raise GateError(f"{name}: {VERDICT_FILE} is not a verdict; judge it again") from error


def _failure_text(outcome: ExpectationOutcome) -> str:
    place = f"{outcome.table}, {f'column {outcome.column}' if outcome.column else outcome.rule or 'the table'}"
    rows = [", ".join(f"{name}={value}" for name, value in row.items()) for row in outcome.rows[:ROWS_NAMED]]
    named = f", first {' / '.join(rows)}" if rows else ""
    return f"{place}: {outcome.type} failed for {outcome.unexpected_count} rows ({outcome.observed}{named})"
