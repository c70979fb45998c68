"""Great Expectations, as the gate uses it: entries and counts in, outcomes out. Judging is Great Expectations' own.

Importing this module imports Great Expectations, which takes seconds: only the gate's ``judge`` does so, when it runs.
"""

import json
import os
from collections.abc import Mapping, Sequence
from typing import Any

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")

import great_expectations as gx
import pandas as pd  # type: ignore[import-untyped]
from great_expectations.core import ExpectationValidationResult
from great_expectations.exceptions.exceptions import ExpectationNotFoundError
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.metadata_types import FailureSeverity
from great_expectations.expectations.registry import get_expectation_impl

from pipelines.errors import CepingError
from pipelines.foundation.bilingual import Bilingual
from pipelines.gate.rules import RuleCount
from pipelines.gate.suites import COLUMN_ARGUMENTS, Suite, SuiteEntry, SuiteRule
from pipelines.gate.verdict import MOST_ROWS_SHOWN, ExpectationOutcome, FailedRow

__all__ = ["Expectation", "Judge", "expectations_of", "outcome_of", "raised", "rule_outcome", "rule_raised"]

LONGEST_TEXT = 200
ENTRY = "entry"
NEVER = "never"
NONE_FOUND = SuiteEntry(
    type="expect_column_values_to_be_in_set",
    kwargs={"column": "row_count", "value_set": [0]},
    severity="critical",
    why=Bilingual(en="What must never be found is not there.", zh="不得出现的行均未出现。"),
)
NOT_ARGUMENTS = {"catch_exceptions", "id", "meta", "notes", "rendered_content", "result_format", "severity"}


def expectations_of(suite: Suite) -> list[Expectation]:
    """The suite's entries as Great Expectations' objects; raises ``CepingError`` naming the entry it does not know."""
    return [_expectation(suite.table, number, entry) for number, entry in enumerate(suite.expectations)]


def _expectation(table: str, number: int, entry: SuiteEntry) -> Expectation:
    place = f"{table}.yml, expectations, entry {number + 1} ({entry.type})"
    if misplaced := sorted(NOT_ARGUMENTS & entry.kwargs.keys()):
        raise CepingError(f"{place}: {', '.join(misplaced)} is no argument of an expectation")
    try:
        implementation = get_expectation_impl(entry.type)
    except ExpectationNotFoundError as error:
        raise CepingError(f"{place}: Great Expectations knows no such expectation") from error
    severity = FailureSeverity(entry.severity)
    try:
        return implementation(**entry.kwargs, severity=severity, notes=str(entry.why), meta={ENTRY: number})
    except (ValueError, TypeError) as error:
        raise CepingError(f"{place}: {' '.join(str(error).split())}") from error


class Judge:
    """Runs expectations on frames, in a context that lives in memory only."""

    def __init__(self) -> None:
        context = gx.get_context(mode="ephemeral")
        # Read by its keys; the class of such settings is not a public one.
        context.variables.progress_bars = {"globally": False, "metric_calculations": False}  # type: ignore[assignment]
        asset = context.data_sources.add_pandas("candidate").add_dataframe_asset("table")
        self._whole_frame = asset.add_batch_definition_whole_dataframe("whole")

    def results(
        self, name: str, frame: pd.DataFrame, identifying: Sequence[str], expectations: Sequence[Expectation]
    ) -> dict[int, ExpectationValidationResult]:
        """The result of each expectation on a frame, by the entry's number in its suite."""
        validated = self._whole_frame.get_batch({"dataframe": frame}).validate(
            gx.ExpectationSuite(name=name, expectations=list(expectations)),
            result_format={"result_format": "COMPLETE", "unexpected_index_column_names": list(identifying)},
        )
        return {_entry_number(result): result for result in validated.results}

    def broken_rules(self, counts: Sequence[RuleCount]) -> set[tuple[str, str]]:
        """Table and name of each rule that found a row; raises ``CepingError`` where that could not be judged."""
        if not counts:
            return set()
        frame = pd.DataFrame([count.model_dump(include={"table", "rule", "row_count"}) for count in counts])
        result = self.results("rules", frame, ["table", "rule"], [_expectation("rules", 0, NONE_FOUND)])[0]
        if message := _exception_message(result.exception_info):
            raise CepingError(f"the rows that must never be found could not be judged: {message}")
        return {(found["table"], found["rule"]) for found in result.result["unexpected_index_list"] or ()}


def _entry_number(result: ExpectationValidationResult) -> int:
    """The entry a result belongs to: Great Expectations returns results in an order of its own."""
    configuration = result.expectation_config
    return int(configuration.meta[ENTRY]) if configuration and configuration.meta else -1


def outcome_of(
    table: str, entry: SuiteEntry, result: ExpectationValidationResult, identifying: Sequence[str]
) -> ExpectationOutcome:
    """One expectation's outcome; what raised inside Great Expectations has failed, and critically."""
    if message := _exception_message(result.exception_info):
        return raised(table, entry, message)
    passed = bool(result.success)
    rows = [_row(found, identifying) for found in result.result.get("unexpected_index_list", ())[:MOST_ROWS_SHOWN]]
    return ExpectationOutcome(
        **_head(table, entry),
        severity=entry.severity,
        passed=passed,
        observed=_observed(result.result),
        unexpected_count=int(result.result.get("unexpected_count") or 0),
        rows=[] if passed else rows,
    )


def raised(table: str, entry: SuiteEntry, message: str) -> ExpectationOutcome:
    """The outcome of an expectation that could not be judged."""
    return ExpectationOutcome(**_head(table, entry), **_unjudged(message))


def rule_outcome(count: RuleCount, rule: SuiteRule, first: pd.DataFrame | None) -> ExpectationOutcome:
    """The outcome of rows that must never be found, with the first of them where there are any."""
    found = count.row_count or 0
    return ExpectationOutcome(
        **_rule_head(count, rule),
        severity=rule.severity,
        passed=first is None,
        observed=f"{found:,} rows",
        unexpected_count=found,
        rows=[] if first is None else _rows(first),
    )


def rule_raised(count: RuleCount, rule: SuiteRule) -> ExpectationOutcome:
    """The outcome of a rule that could not be asked."""
    return ExpectationOutcome(**_rule_head(count, rule), **_unjudged(count.error))


def _unjudged(message: str) -> dict[str, Any]:
    observed = f"could not be judged: {_short(' '.join(message.split()))}"
    return {"severity": "critical", "passed": False, "observed": observed, "unexpected_count": 0, "rows": []}


def _rule_head(count: RuleCount, rule: SuiteRule) -> dict[str, Any]:
    return {
        "table": count.table, "type": NEVER, "column": None, "why": rule.why, "expected": "no row", "rule": count.rule
    }  # fmt: skip


def _head(table: str, entry: SuiteEntry) -> dict[str, Any]:
    arguments = {name: value for name, value in entry.kwargs.items() if name not in COLUMN_ARGUMENTS}
    return {
        "table": table,
        "type": entry.type,
        "column": ", ".join(entry.columns) or None,
        "why": entry.why,
        "expected": "; ".join(f"{name} = {_text(value)}" for name, value in arguments.items()),
    }


def _exception_message(information: Mapping[str, Any] | None) -> str | None:
    """The message of what was raised: Great Expectations keeps one exception, or one for each metric."""
    if not information:
        return None
    candidates = [information, *(part for part in information.values() if isinstance(part, Mapping))]
    messages = [
        str(part.get("exception_message") or "an exception without a message")
        for part in candidates
        if part.get("raised_exception")
    ]
    return min(messages, default=None)


def _observed(result: Mapping[str, Any]) -> str:
    """What was seen, in a few words."""
    if "element_count" in result and "unexpected_count" in result:
        return f"{result['unexpected_count']:,} of {result['element_count']:,} rows"
    if result.get("observed_value") is not None:
        return _text(result["observed_value"])
    lists = {"unexpected": "partial_unexpected_list", "missing": "partial_missing_list"}
    return _short("; ".join(f"{word}: {_text(result[name])}" for word, name in lists.items() if result.get(name)))


def _rows(frame: pd.DataFrame) -> list[FailedRow]:
    first = frame.head(MOST_ROWS_SHOWN).astype(object).to_dict(orient="records")
    return [{str(name): _text(value) for name, value in row.items()} for row in first]


def _row(found: Mapping[str, Any], identifying: Sequence[str]) -> FailedRow:
    """A failing row: what identifies it first, then the offending values."""
    names = [*identifying, *sorted(name for name in found if name not in identifying)]
    return {name: _text(found[name]) for name in names}


def _text(value: Any) -> str:
    """A cell or an observed value as a person writes it."""
    if isinstance(value, set | frozenset):
        return _short(", ".join(sorted(map(_text, value))))
    if isinstance(value, Mapping):
        return _short(json.dumps(value, ensure_ascii=False, sort_keys=True, default=_text))
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return _short(", ".join(map(_text, value)))
    if pd.isna(value):
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    return _short(value.isoformat() if hasattr(value, "isoformat") else str(value))


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 1]}…"
