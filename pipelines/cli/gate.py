"""Judges the newest candidate alone, outside a run, and says what the gate found."""

from pipelines.errors import CepingError
from pipelines.gate.candidate import Candidate, open_newest
from pipelines.gate.judgement import Verdict, judge
from pipelines.gate.verdict import QUALITY_FILE, ExpectationOutcome
from pipelines.releases.releases import Releases
from pipelines.settings import Settings

ROWS_SHOWN = 3


def judge_newest(settings: Settings, name: str | None = None) -> tuple[Candidate, Verdict]:
    """The verdict on the newest candidate of the edition, or on the one whose hash begins so."""
    candidate = _find(settings, name) if name else open_newest(settings.candidates_dir, settings.newest_candidate_path)
    baseline = Releases.of(settings).before(candidate)
    return candidate, judge(candidate, baseline=baseline)


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
    place = outcome.column or outcome.reduction or "the table"
    word = "BLOCKS" if outcome.blocks else "warns"
    return f"  {word:<6} {outcome.table}, {place}: {outcome.why} ({outcome.observed})"


def _find(settings: Settings, name: str) -> Candidate:
    found = sorted(settings.candidates_dir.glob(f"{name}*/candidate.json"))
    if len(found) != 1:
        raise CepingError(f"{name} names {len(found)} candidates in {settings.candidates_dir}")
    return Candidate.open(found[0].parent)
