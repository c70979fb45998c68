"""The verdict asset: Great Expectations judges the candidate; each published table's suite shows as a check."""

from collections.abc import Iterator

import dagster as dg

from pipelines.assets.candidate import PUBLISHED, candidate
from pipelines.candidate import open_newest
from pipelines.errors import GateError
from pipelines.gate import Verdict, judge
from pipelines.progress import say
from pipelines.resources import EditionRun


def check_name(table: str) -> str:
    """The check of a published table's suite."""
    return table.replace(".", "__")


@dg.asset(
    group_name="publication",
    deps=[candidate],
    kinds={"greatexpectations"},
    check_specs=[
        *(dg.AssetCheckSpec(check_name(spec.full_name), asset="verdict") for spec in PUBLISHED),
    ],
    description="质量裁定\n\nThe gate's verdict on exactly these bytes; the release refuses anything else. "
    "| 对该候选版本的质量裁定，发布时只认此裁定。",
)
def verdict(edition_run: EditionRun) -> Iterator[dg.AssetCheckResult | dg.MaterializeResult[None]]:
    """Judge the newest candidate and write the verdict beside it."""
    settings = edition_run.settings
    newest = open_newest(settings.candidates_dir, settings.newest_candidate_path)
    judged = judge(newest, progress=lambda message: say("gate", message))
    yield from _check_results(judged)
    if not judged.passed:
        raise GateError(_refusal(judged, str(newest.folder / "quality.html")))
    outcomes = [outcome for suite in judged.suites for outcome in suite.outcomes]
    say("gate", f"{len(outcomes)} expectations on {len(judged.suites)} tables hold, {len(judged.warnings)} warnings")
    yield dg.MaterializeResult(
        metadata={
            "candidate": judged.candidate,
            "expectations": len(outcomes),
            "warnings": len(judged.warnings),
            "report": dg.MetadataValue.path(str(newest.folder / "quality.html")),
        }
    )


def _check_results(judged: Verdict) -> Iterator[dg.AssetCheckResult]:
    for suite in judged.suites:
        failed = [outcome for outcome in suite.outcomes if not outcome.passed]
        yield dg.AssetCheckResult(
            check_name=check_name(suite.table),
            passed=not failed,
            severity=dg.AssetCheckSeverity.WARN if suite.passed else dg.AssetCheckSeverity.ERROR,
            metadata={
                "expectations": len(suite.outcomes),
                "failed": dg.MetadataValue.json([outcome.model_dump(mode="json") for outcome in failed]),
            },
        )


def _refusal(judged: Verdict, report: str) -> str:
    lines = [
        f"{outcome.table}: {outcome.type} on {outcome.column or 'the table'} fails for "
        f"{outcome.unexpected_count} rows, such as {outcome.rows[0] if outcome.rows else outcome.observed}"
        for outcome in judged.failures
    ]
    return "\n".join(["the candidate is not published:", *lines, f"the whole report: {report}"])
