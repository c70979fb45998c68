"""Judges a candidate alone, outside a run, and prints what the gate found."""

from pipelines.gate.candidate import Candidate, find_candidate, open_newest
from pipelines.gate.judgement import Verdict, judge
from pipelines.gate.verdict import QUALITY_FILE, ExpectationOutcome
from pipelines.releases.releases import Releases
from pipelines.settings import Settings

ROWS_SHOWN = 3


def judge_and_print(settings: Settings, name: str | None = None) -> int:
    """Judge the newest candidate of the edition, or the one whose hash begins so; returns the exit code.

    It is 0 where the candidate may be published, else 1.
    """
    candidate = (
        find_candidate(settings.candidates_dir, name)
        if name
        else open_newest(settings.candidates_dir, settings.newest_candidate_path)
    )
    verdict = judge(candidate, baseline=Releases.of(settings).before(candidate))
    print_verdict(candidate, verdict)
    return 0 if verdict.passed else 1


def print_verdict(candidate: Candidate, verdict: Verdict) -> None:
    """Print what failed, with its first rows, and where the whole report is."""
    held = sum(outcome.passed for outcome in verdict.outcomes)
    print(
        f"candidate {verdict.candidate[:12]} of {verdict.edition}: {held} of {len(verdict.outcomes)} expectations "
        f"hold, {len(verdict.warnings)} warn, {len(verdict.failures)} block"
    )
    print(f"compared with release {verdict.compared_with}" if verdict.compared_with else "compared with no release")
    for outcome in [*verdict.failures, *verdict.warnings]:
        print(_line(outcome))
        for row in outcome.rows[:ROWS_SHOWN]:
            print(f"      {', '.join(f'{column}={value}' for column, value in row.items())}")
    print("it may be published" if verdict.passed else "it may not be published")
    print(f"the whole report: {candidate.folder / QUALITY_FILE}")


def _line(outcome: ExpectationOutcome) -> str:
    place = outcome.column or outcome.rule or "the table"
    word = "BLOCKS" if outcome.blocks else "warns"
    return f"  {word:<6} {outcome.table}, {place}: {outcome.why} ({outcome.observed})"
