"""Runs of a small edition under faults, as a table: ``python -m tests.faults.harness [--long]`` (``make test-faults``).

Every fault is done to a copy of a finished home, or to a run in a fresh one. Then ``ceping run`` must end with the
release of an undisturbed run, or name what to do; what it names is done, and it must end so.
"""

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.fixtures.whole_runs import CEPING, ceping, ceping_outcome, run

SMALL = ("--sites", 60, "--crawled", 10, "--pages", 4)
MOST_SECONDS = 900
STEPS = ("ingest", "models", "robustness", "candidate", "gate")
STATE = (
    "work/built-2017.json",
    "work/warehouse.built",
    "work/warehouse.duckdb",
    "landing/site_registry/2017.memory.json",
    "landing/file_ledger/2017-site_registry.parquet",
    "landing/site_registry/2017-*.parquet",
    "candidates/*/candidate.json",
    "candidates/*/verdict.json",
    "candidates/newest-2017",
    "dagster/runs.db",
    "dagster/event_log.db",
)


@dataclass
class Line:
    """What became of the tries of one fault."""

    fault: str
    tries: int = 0
    lost: int = 0
    torn: int = 0
    silent: int = 0
    stuck: int = 0
    notes: list[str] = field(default_factory=list)

    def judge(self, home: Path, inbox: Path, expected: str, tables: dict[str, bytes]) -> None:
        """Run again and count what is wrong."""
        self.tries += 1
        try:
            done = subprocess.run(
                [CEPING, "run", "--edition", "2017", "--rebuild", "--home", home, "--inbox", inbox],
                capture_output=True,
                text=True,
                check=False,
                timeout=MOST_SECONDS,
            )
        except subprocess.TimeoutExpired:
            self.stuck += 1
            self.notes.append("the next run did not end")
            return
        if done.returncode != 0 or "Traceback" in done.stderr:
            self.stuck += 1
            self.notes.append(done.stderr.strip().splitlines()[-1][:200])
            return
        current = (home / "releases" / "current").resolve()
        self.torn += ceping_outcome("verify", "current", "--no-recompute", "--home", home).returncode != 0
        self.lost += current.parent.name != expected
        self.silent += current.parent.name == expected and parquet_of(current) != tables


def parquet_of(release: Path) -> dict[str, bytes]:
    return {path.relative_to(release).as_posix(): path.read_bytes() for path in release.rglob("*.parquet")}


def kill_at(home: Path, inbox: Path, step: str, seconds: float) -> None:
    """Start a run and kill all of it some seconds after a step said its first word."""
    with subprocess.Popen(
        [CEPING, "run", "--edition", "2017", "--home", home, "--inbox", inbox],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if f" s  {step}" in line:
                break
        time.sleep(seconds)
        os.killpg(process.pid, signal.SIGKILL)


def empty(content: bytes, chance: random.Random) -> bytes:
    return b""


def half(content: bytes, chance: random.Random) -> bytes:
    return content[: len(content) // 2]


def flip(content: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(content))
    return content[:place] + bytes([content[place] ^ 1 << chance.randrange(8)]) + content[place + 1 :]


DAMAGES: tuple[Callable[[bytes, random.Random], bytes], ...] = (empty, half, flip)


def lines(folder: Path, *, is_long: bool) -> Iterator[Line]:
    """The faults, one after the other."""
    ceping("example", "--out", folder / "inbox", *SMALL)
    whole = run(folder / "whole", folder / "inbox")
    expected, tables = whole.release_id, parquet_of(whole.release)
    chance = random.Random(1)
    for step in STEPS:
        line = Line(f"kill -9 in {step}")
        for _ in range(20 if is_long else 1):
            home = folder / "killed"
            kill_at(home, whole.inbox, step, chance.uniform(0, 4))
            line.judge(home, whole.inbox, expected, tables)
            shutil.rmtree(home)
        yield line
    for pattern in STATE:
        line = Line(f"empty, half, flipped: {pattern}")
        for damage in DAMAGES if is_long else (chance.choice(DAMAGES),):
            home = folder / "damaged"
            shutil.copytree(whole.home, home, symlinks=True)
            path = sorted(home.glob(pattern))[-1]
            path.write_bytes(damage(path.read_bytes(), chance))
            line.judge(home, whole.inbox, expected, tables)
            shutil.rmtree(home)
        yield line


def main() -> int:
    """Print the table; returns 1 where a column but the tries is not zero."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--long", action="store_true")
    is_long = asked.parse_args().long
    failed = False
    print("| fault | tries | lost | torn | silent | no way on |\n|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="ceping-faults-") as folder:
        for line in lines(Path(folder), is_long=is_long):
            counts = (line.lost, line.torn, line.silent, line.stuck)
            failed |= any(counts)
            print(f"| {line.fault} | {line.tries} | {' | '.join(map(str, counts))} |", flush=True)
            for note in line.notes:
                print(f"  {note}", file=sys.stderr)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
