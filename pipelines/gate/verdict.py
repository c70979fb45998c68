"""The verdict: what the gate found, outcome by outcome, bound to the bytes it judged and the suites it judged by.

It holds nothing that would make two judgements of the same bytes differ, such as a time or the name of a run.
"""

from typing import Literal, Self

from pydantic import BaseModel, Field

from pipelines.foundation.bilingual import Bilingual

Severity = Literal["critical", "warning"]
FailedRow = dict[str, str]

VERDICT_FILE = "verdict.json"
QUALITY_FILE = "quality.html"
MOST_ROWS_SHOWN = 20


class ExpectationOutcome(BaseModel, frozen=True):
    """What became of one expectation of a suite."""

    table: str
    type: str = Field(description="Great Expectations' name of it; ``never`` of rows that must never be found.")
    column: str | None
    severity: Severity
    why: Bilingual
    expected: str = Field(default="", description="The expectation's arguments, as short text.")
    rule: str | None = Field(default=None, description="Name of the rows that must never be found, if it is of them.")
    passed: bool
    observed: str
    unexpected_count: int
    rows: list[FailedRow] = Field(description=f"The first {MOST_ROWS_SHOWN} failing rows: key and offending value.")

    @property
    def blocks(self) -> bool:
        """Whether this outcome alone keeps the candidate from being published."""
        return not self.passed and self.severity == "critical"


class SuiteOutcome(BaseModel, frozen=True):
    """The outcomes of one published table's suite."""

    table: str
    why: Bilingual = Bilingual(zh="", en="")
    passed: bool = Field(description="No critical expectation failed.")
    outcomes: list[ExpectationOutcome]

    @classmethod
    def of(cls, table: str, why: Bilingual, outcomes: list[ExpectationOutcome]) -> Self:
        """The suite's outcome that follows from its expectations' outcomes."""
        return cls(table=table, why=why, passed=not any(outcome.blocks for outcome in outcomes), outcomes=outcomes)


class Verdict(BaseModel, frozen=True):
    """The gate's judgement of one candidate by one set of suites."""

    candidate: str = Field(description="Content hash of the candidate that was judged.")
    expectations: str = Field(description="Hash of the suites it was judged by.")
    edition: int
    compared_with: str | None = Field(default=None, description="Release that drift was measured against, if any.")
    passed: bool
    suites: list[SuiteOutcome]

    @property
    def outcomes(self) -> list[ExpectationOutcome]:
        """Every expectation's outcome, suite by suite."""
        return [outcome for suite in self.suites for outcome in suite.outcomes]

    @property
    def failures(self) -> list[ExpectationOutcome]:
        """The failed expectations that block publication."""
        return [outcome for outcome in self.outcomes if outcome.blocks]

    @property
    def warnings(self) -> list[ExpectationOutcome]:
        """The failed expectations that are published with the release and reach a person."""
        return [outcome for outcome in self.outcomes if not outcome.passed and not outcome.blocks]

    def without_rows(self) -> Self:
        """The same without failing rows, which may be what is quarantined or suspected: what is told in public."""
        told = [
            suite.model_copy(
                update={"outcomes": [outcome.model_copy(update={"rows": []}) for outcome in suite.outcomes]}
            )
            for suite in self.suites
        ]
        return self.model_copy(update={"suites": told})
