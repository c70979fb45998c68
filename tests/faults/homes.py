"""Homes in which faults strike, and what has become of them.

A finished home gets one more delivery, so that there is something to do. However a fault disturbs the run, people keep
a whole release, and the next run ends with the very release of a home to which nothing happened.
"""

import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipelines.errors import ADVICE, ADVICE_ON_DAMAGE, CepingError
from pipelines.releases.release import SUMS
from pipelines.releases.releases import Releases
from tests.faults.table import Line
from tests.fixtures.whole_runs import CEPING, ceping_outcome, own_environment

EDITION = 2017
MOST_SECONDS = 900
MOST_LINES_OF_ERROR = 12
# What a run says when it comes to a step.
STEPS = {
    "ingest": "  ingest ",
    "models": "building models",
    "lineage": "data tests run",
    "robustness": "columns traced",
    "candidate": "titles drawn",
    "gate": "frozen as",
    "publication": "none blocks",
}
START = "  start "
# Reading it fails as a disk does that fails.
FAILING_DISK = "/proc/self/mem"


@dataclass(frozen=True)
class Undisturbed:
    """A home with a release, its inbox, a delivery it has not seen, if any, and the release that a run makes of them.

    ``printed`` is what the run said that made it, ``unlike`` the files that may differ, having another release before.
    """

    home: Path
    inbox: Path
    more: Path | None
    before: str
    sums_before: dict[str, str]
    expected: str
    sums: dict[str, str]
    printed: str
    unlike: frozenset[str] = frozenset()

    @property
    def durations(self) -> dict[str, float]:
        """Seconds that each step took."""
        moments = [(float(line[:7]), line) for line in self.printed.splitlines() if re.match(r" *\d+\.\d s ", line)]
        begun = [next(moment for moment, line in moments if said in line) for said in STEPS.values()]
        return {step: end - start for step, start, end in zip(STEPS, begun, [*begun[1:], moments[-1][0]], strict=True)}


@dataclass(frozen=True)
class Home:
    """A copy of a home and its inbox, in which a fault strikes."""

    undisturbed: Undisturbed
    folder: Path

    @property
    def path(self) -> Path:
        return self.folder / "home"

    @property
    def inbox(self) -> Path:
        return self.folder / "inbox"

    @property
    def arguments(self) -> list[str]:
        places = ["--home", str(self.path), "--inbox", str(self.inbox)]
        return [str(CEPING), "run", "--edition", str(EDITION), *places]

    def run(self) -> subprocess.CompletedProcess[str]:
        """A run; raises ``subprocess.TimeoutExpired`` where it does not end."""
        return subprocess.run(
            self.arguments, capture_output=True, text=True, check=False, timeout=MOST_SECONDS, env=own_environment()
        )

    def run_until(
        self,
        said: str,
        strike: Callable[[subprocess.Popen[str], Path], None],
        delay: float = 0,
        command: tuple[str, ...] = (),
    ) -> tuple[int, str] | None:
        """A run that something strikes some seconds after it said these words; its exit code and its errors.

        ``None`` where it never said them, or had ended before it was struck.
        """
        is_struck = False
        with subprocess.Popen(
            [*command, *self.arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            env=own_environment(),
        ) as process:
            assert process.stdout is not None
            if any(said in line for line in process.stdout):
                time.sleep(delay)
                is_struck = process.poll() is None
                strike(process, self.path)
            _, errors = process.communicate(timeout=MOST_SECONDS)
        return (process.returncode, errors) if is_struck else None


@contextmanager
def home_in(undisturbed: Undisturbed, folder: Path, *, is_up_to_date: bool = False) -> Iterator[Home]:
    """A copy of the home, gone at the end."""
    shutil.copytree(undisturbed.home, folder / "home", symlinks=True)
    shutil.copytree(undisturbed.inbox, folder / "inbox", copy_function=shutil.copy2)
    if undisturbed.more is not None and not is_up_to_date:
        shutil.copy2(undisturbed.more, folder / "inbox" / undisturbed.more.parent.name)
    try:
        yield Home(undisturbed, folder)
    finally:
        shutil.rmtree(folder)


def judge_after_fault(line: Line, home: Home, said: tuple[int, str] | None = None) -> None:
    """The release people have is whole, and a run that failed has said in a sentence why and what to do."""
    current = Releases(home.path / "releases").current
    if current is None or current.release_id not in (home.undisturbed.before, home.undisturbed.expected):
        line.lost += 1
        line.note(f"current is {current}")
    else:
        _judge_whole(line, home)
    if said is not None and said[0] != 0:
        is_short = "Traceback" not in said[1] and len(said[1].splitlines()) <= MOST_LINES_OF_ERROR
        if not (is_short and any(advice in said[1] for advice in (*ADVICE.values(), ADVICE_ON_DAMAGE))):
            line.stuck += 1
            line.note(f"exit code {said[0]}: {said[1]}")


def judge_next_run(home: Home, *lines: Line, undo: Callable[[], object] | None = None) -> None:
    """The next run ends with the release of the undisturbed one; where it names what to do first, that is done."""
    ended = Line("")
    _judge_next_run(ended, home, undo)
    for line in lines:
        line.add(ended)


def _judge_next_run(line: Line, home: Home, undo: Callable[[], object] | None) -> None:
    try:
        done = home.run()
        if done.returncode != 0 and undo is not None:
            if "Traceback" in done.stderr or not done.stderr.startswith("error: "):
                line.stuck += 1
                line.note(done.stderr)
            undo()
            done = home.run()
    except subprocess.TimeoutExpired:
        line.stuck += 1
        line.note("the next run did not end")
        return
    current = Releases(home.path / "releases").current
    if done.returncode != 0:
        line.stuck += 1
        line.note(done.stderr)
    elif current is None or current.release_id != home.undisturbed.expected:
        line.lost += 1
        line.note(f"{current} instead of {home.undisturbed.expected}")
    else:
        _judge_whole(line, home)
        differing = {name for name, _ in current.sums.items() ^ home.undisturbed.sums.items()}
        # Bytes of databases are the one thing that is not the same again, and so are their sums.
        if differing := {name for name in differing if not name.endswith((".duckdb", SUMS))} - home.undisturbed.unlike:
            line.silent += 1
            line.note(f"other bytes in {sorted(differing)[:5]}")


def judge_verification(home: Home, line: Line, *, is_long: bool = False) -> None:
    """``ceping verify`` finds nothing; in the long form it computes all tables again from their inputs."""
    verified = ceping_outcome("verify", *([] if is_long else ["--no-recompute"]), "--home", home.path)
    if verified.returncode != 0:
        line.torn += 1
        line.note(verified.stdout + verified.stderr)


def _judge_whole(line: Line, home: Home) -> None:
    try:
        Releases(home.path / "releases").require_current().verify()
    except CepingError as damage:
        line.torn += 1
        line.note(str(damage))
