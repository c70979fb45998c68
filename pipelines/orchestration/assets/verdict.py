"""The verdict asset: Great Expectations judges the candidate; each published table's suite shows as a check."""

from collections.abc import Iterator

import dagster as dg

from pipelines.errors import GateError
from pipelines.foundation.progress import report
from pipelines.gate.candidate import open_newest
from pipelines.gate.judgement import ExpectationOutcome, Verdict, judge
from pipelines.gate.verdict import QUALITY_FILE
from pipelines.orchestration.assets.candidate import PUBLISHED, candidate
from pipelines.orchestration.editions import EDITIONS
from pipelines.orchestration.resources import EditionRun
from pipelines.releases.releases import Releases
from pipelines.warehouse.tables import TableSpec


def check_name(table: str) -> str:
    """The check of a published table's suite."""
    return table.replace(".", "__")


def _check_spec(spec: TableSpec) -> dg.AssetCheckSpec:
    return dg.AssetCheckSpec(
        check_name(spec.full_name),
        asset="verdict",
        # Dagster stops the release of the same run; a release materialised alone is stopped by ``require_pass``.
        blocking=True,
        description=f"{spec.full_name}\n\n{spec.description}\n\nSuite: `expectations/{spec.full_name}.yml`",
    )


@dg.asset(
    group_name="publication",
    deps=[candidate],
    partitions_def=EDITIONS,
    kinds={"greatexpectations"},
    check_specs=[_check_spec(spec) for spec in PUBLISHED],
    description="质量裁定\n\nThe gate's verdict on exactly these bytes; the release refuses anything else. "
    "| 对该候选版本的质量裁定，发布时只认此裁定。",
)
def verdict(edition_run: EditionRun) -> Iterator[dg.AssetCheckResult | dg.MaterializeResult[None]]:
    """Judge the newest candidate and write the verdict beside it."""
    settings = edition_run.settings
    newest = open_newest(settings.candidates_dir, settings.newest_candidate_path)
    baseline = Releases.of(settings).before(newest)
    judged = judge(newest, progress=lambda message: report("gate", message), baseline=baseline)
    yield from _check_results(judged)
    if not judged.passed:
        raise GateError(_refusal(judged, str(newest.folder / QUALITY_FILE)))
    held = sum(outcome.passed for outcome in judged.outcomes)
    report("gate", f"{held} expectations on {len(judged.suites)} tables hold, {len(judged.warnings)} warn, none blocks")
    yield dg.MaterializeResult(
        metadata={
            "candidate": judged.candidate,
            "expectations": len(judged.outcomes),
            "warnings": len(judged.warnings),
            "quality report": dg.MetadataValue.path(str(newest.folder / QUALITY_FILE)),
        }
    )


def _check_results(judged: Verdict) -> Iterator[dg.AssetCheckResult]:
    """One result a published table; a suite without a table has no check, and fails the verdict all the same."""
    published = {spec.full_name for spec in PUBLISHED}
    for suite in judged.suites:
        if suite.table not in published:
            continue
        failed = [outcome for outcome in suite.outcomes if not outcome.passed]
        yield dg.AssetCheckResult(
            check_name=check_name(suite.table),
            passed=not failed,
            severity=dg.AssetCheckSeverity.WARN if suite.passed else dg.AssetCheckSeverity.ERROR,
            description=str(suite.why),
            metadata={
                "expectations": len(suite.outcomes),
                "failed": len(failed),
                "outcomes": _outcomes_table(suite.outcomes),
                "failing rows": dg.MetadataValue.json(
                    [{"expectation": each.rule or each.type, "rows": each.rows} for each in failed if each.rows]
                ),
            },
        )


def _outcomes_table(outcomes: list[ExpectationOutcome]) -> dg.TableMetadataValue:
    names = ("result", "severity", "why", "on", "observed", "expectation", "expected")
    records = [
        dg.TableRecord(
            {
                "result": "holds" if outcome.passed else "fails",
                "severity": outcome.severity,
                "expectation": outcome.type,
                "on": outcome.column or outcome.rule or "the table",
                "expected": outcome.expected,
                "observed": outcome.observed,
                "why": str(outcome.why),
            }
        )
        for outcome in outcomes
    ]
    return dg.MetadataValue.table(records, schema=dg.TableSchema([dg.TableColumn(name) for name in names]))


def _refusal(judged: Verdict, report: str) -> str:
    lines = [
        f"{outcome.table}: {outcome.type} on {outcome.column or outcome.rule or 'the table'} fails for "
        f"{outcome.unexpected_count} rows, such as {outcome.rows[0] if outcome.rows else outcome.observed}"
        for outcome in judged.failures
    ]
    return "\n".join(["the candidate is not published:", *lines, f"the whole report: {report}"])
