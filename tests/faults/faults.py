"""The faults of homes that the harness tries, each a line of its table."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import polars as pl

from pipelines.settings import PROJECT_ROOT
from tests.faults.homes import (
    EDITION,
    FAILING_DISK,
    START,
    STEPS,
    Home,
    Undisturbed,
    home_in,
    judge_after_fault,
    judge_next_run,
    judge_verification,
)
from tests.faults.strikes import (
    KILL,
    NO_FILES,
    NO_LARGER_FILES,
    NO_SPACE,
    SHORTAGES,
    UNWRITABLE,
    Process,
    Strike,
    kill,
)
from tests.faults.table import Line

A_YEAR = 365 * 86_400
SPARE_BYTES = 300 << 20
# Up to which share of a step's duration it is struck: a run that goes on with what another left may be faster.
LATEST, LATEST_SHORT = 0.7, 0.2
PREVIOUS = "HEAD~40"
NOT_TRIED = " (not tried: it takes what this user has not)"
# In the short form each step is struck by one of the faults, most by a kill.
SHORT = (
    (UNWRITABLE, "ingest"), (KILL, "ingest"), (KILL, "models"), (NO_FILES, "lineage"), (NO_LARGER_FILES, "robustness"),
    (NO_SPACE, "candidate"), (KILL, "gate"), (KILL, "publication"),
)  # fmt: skip
# What is found out anew where it is damaged.
CACHES = (
    "work/built-2017.json",
    "work/warehouse.built",
    "work/warehouse.duckdb",
    "work/dbt/parse/*",
    "work/dbt/partial_parse.msgpack",
    "work/dbt/run_results.json",
    "work/robustness/*/*",
    "work/publication/pictures/*",
    "landing/site_registry/2017.memory.json",
    "landing/file_ledger/2017-site_registry.parquet",
    "landing/site_registry/2017-*.parquet",
    "facts/2017/site_registry/*.json",
    "objects/2017/site_registry/*.parquet",
    "candidates/*/candidate.json",
    "candidates/*/verdict.json",
    "candidates/*/verdict.seal",
    "candidates/*/quality.html",
    "candidates/*/tables/trends.figure.parquet",
    "candidates/newest-2017",
    "dagster/**/runs.db",
    "dagster/**/event_log.db",
    "secret/gate.key",
)
# Those of them that are made anew without building every model anew.
SHORT_CACHES = (
    "work/dbt/parse/*",
    "work/robustness/*/*",
    "work/publication/pictures/*",
    "landing/site_registry/2017.memory.json",
    "candidates/*/candidate.json",
    "candidates/newest-2017",
    "dagster/**/runs.db",
    "secret/gate.key",
)
# What is not: it is named, and put back.
KEPT = ("secret/pseudonym.key", "landing/pseudonym_key.json", "releases/history.jsonl")
OF_RELEASE = (
    "public/manifest.json", "public/index.html", f"internal/ceping-{EDITION}.duckdb", "SHA256SUMS",
    "internal/parquet/trends/figure.parquet",
)  # fmt: skip
# What compares a release with the one before, which earlier code made otherwise.
COMPARING = frozenset({
    "internal/quality.html", "internal/en/quality.html", "internal/manifest.json", "internal/verdict.json",
    "public/changes.html", "public/en/changes.html", "public/manifest.json",
})  # fmt: skip
READ_AT = {
    "ingest": "inbox/site_registry/[!.]*",
    "models": "home/landing/site_registry/2017-*.parquet",
    "lineage": "home/work/warehouse.duckdb",
    "robustness": "home/work/warehouse.duckdb",
    "candidate": "home/work/warehouse.duckdb",
    "gate": "home/candidates/*/tables/trends.figure.parquet",
    "publication": "home/candidates/*/tables/trends.figure.parquet",
}
# What is written in each step; the database of models is DuckDB's own.
WRITTEN_AT = {
    "ingest": "landing/file_ledger/2017-external_indicator.parquet",
    "models": "work/warehouse.built",
    "lineage": "work/warehouse.built",
    "robustness": "work/warehouse.built",
    "candidate": "candidates/newest-2017",
    "publication": "releases/history.jsonl",
}
Damage = Callable[[bytes, random.Random], bytes]


@dataclass(frozen=True)
class Tries:
    """How often the long form tries a fault in each place."""

    kills: int = 20
    shortages: int = 3
    flips: int = 10


def empty(content: bytes, chance: random.Random) -> bytes:
    return b""


def half(content: bytes, chance: random.Random) -> bytes:
    return content[: len(content) // 2]


def flip(content: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(content))
    return content[:place] + bytes([content[place] ^ 1 << chance.randrange(8)]) + content[place + 1 :]


DAMAGES: tuple[Damage, ...] = (empty, half, flip)


def short(undisturbed: Undisturbed, folder: Path, tries: Tries) -> Iterator[Line]:
    """In one home each step is struck once, then caches are damaged, and the home moves while its clock is set back."""
    chance = random.Random(1)
    second = Line("two runs at once", tries=1)
    struck = [Line(f"{strike.name}, in {step}") for strike, step in SHORT]
    damaged = Line("caches empty, half or flipped")
    moved = Line("a home moved, its clock set back by a year", tries=1)
    strikes = [strike for strike, _ in SHORT]
    with _place_for(strikes, undisturbed, folder) as place, home_in(undisturbed, place or folder) as home:
        for line, (strike, step) in zip(struck, SHORT, strict=True):
            if (strike.needs_own_disk and place is None) or not strike.is_possible:
                line.fault += NOT_TRIED
                continue
            _strike(line, home, step, strike, chance, LATEST_SHORT, second if line is struck[0] else None)
        for pattern in SHORT_CACHES:
            _damage(damaged, home, pattern, chance.choice(DAMAGES), chance)
        elsewhere = _moved(home)
        _set_clock_back(elsewhere.path)
        judge_next_run(elsewhere, second, *struck, damaged, moved)
        judge_verification(elsewhere, moved)
    yield from (second, *struck, damaged, moved)


def kills(undisturbed: Undisturbed, folder: Path, tries: Tries) -> Iterator[Line]:
    """Every step killed, at many instants."""
    yield from _at_every_step(KILL, undisturbed, folder, tries.kills)


def shortages(undisturbed: Undisturbed, folder: Path, tries: Tries) -> Iterator[Line]:
    """Every step short of something: space, larger files, more open files, the right to write."""
    for strike in SHORTAGES:
        with _place_for([strike], undisturbed, folder) as place:
            if place is None or not strike.is_possible:
                yield Line(f"{strike.name}{NOT_TRIED}")
            else:
                yield from _at_every_step(strike, undisturbed, place, tries.shortages)


def failing_disk(undisturbed: Undisturbed, folder: Path, tries: Tries) -> Iterator[Line]:
    """In one home the disk fails in what each step reads, and then in what it writes; each time all is put back."""
    for what, at, strike in (("reading", READ_AT, _fail_in_reading), ("writing", WRITTEN_AT, _fail_in_writing)):
        struck = []
        with home_in(undisturbed, folder) as home:
            for step, pattern in at.items():
                line = Line(f"a disk that fails in {what}, in {step}")
                put_back: list[Callable[[], object]] = []
                # What ingest reads is hashed before it says a word of its own.
                said = home.run_until(START if step == "ingest" else STEPS[step], partial(strike, pattern, put_back))
                line.tries += said is not None
                for undo in put_back:
                    undo()
                judge_after_fault(line, home, said)
                struck.append(line)
            judge_next_run(home, *struck)
        yield from struck


def damaged_state(undisturbed: Undisturbed, folder: Path, tries: Tries) -> Iterator[Line]:
    """Caches that are empty, half or flipped, each alone."""
    chance = random.Random(3)
    for pattern in CACHES:
        line = Line(f"empty, half, flipped: {pattern}")
        for damage in (empty, half, *[flip] * tries.flips):
            with home_in(undisturbed, folder) as home:
                _damage(line, home, pattern, damage, chance)
                judge_next_run(home, line)
        yield line


def damaged_truth(undisturbed: Undisturbed, folder: Path, tries: Tries) -> Iterator[Line]:
    """What cannot be found out anew is named with what to do, and when that is done all is well."""
    chance = random.Random(4)
    for pattern in KEPT:
        line = Line(f"empty, half, flipped: {pattern}")
        for damage in DAMAGES:
            with home_in(undisturbed, folder) as home:
                path = home.path / pattern
                kept = path.read_bytes()
                _damage(line, home, pattern, damage, chance)
                judge_next_run(home, line, undo=partial(path.write_bytes, kept))
        yield line
    of_before = replace(undisturbed, expected=undisturbed.before, sums=undisturbed.sums_before)
    for name in OF_RELEASE:
        line = Line(f"empty, half, flipped: {name} of the current release")
        for damage in DAMAGES:
            with home_in(of_before, folder, is_up_to_date=True) as home:
                release = (home.path / "releases" / "current").resolve().parent
                _damage(line, home, (release / name).relative_to(home.path).as_posix(), damage, chance)
                judge_next_run(home, line, undo=partial(shutil.rmtree, release))
        yield line


def two_runs(undisturbed: Undisturbed, folder: Path, tries: Tries) -> Iterator[Line]:
    """A second run while the first works is refused in a sentence, and disturbs nothing."""
    line = Line("two runs at once")
    with home_in(undisturbed, folder) as home:
        for said in STEPS.values():
            line.tries += home.run_until(said, partial(_kill_after_second, line, home)) is not None
            judge_after_fault(line, home)
        judge_next_run(home, line)
    yield line


def moves(undisturbed: Undisturbed, folder: Path, tries: Tries) -> Iterator[Line]:
    """A home under another name, a clock set back by a year, a home as earlier code left it."""
    line = Line("a home moved", tries=1)
    with home_in(undisturbed, folder) as home:
        judge_next_run(_moved(home), line)
    yield line
    line = Line("a clock set back by a year: all of the home is of the future", tries=1)
    with home_in(undisturbed, folder) as home:
        _set_clock_back(home.path)
        judge_next_run(home, line)
    yield line
    line = Line("a home with marks of earlier formats", tries=1)
    with home_in(undisturbed, folder) as home:
        _make_older(home.path)
        judge_next_run(home, line)
    yield line
    yield _of_earlier_code(undisturbed, folder)


def _try_second(line: Line, home: Home, process: Process, path: Path) -> None:
    """Another run while the first stands still, as it could end before the other has begun."""
    os.killpg(process.pid, signal.SIGSTOP)
    second = home.run()
    os.killpg(process.pid, signal.SIGCONT)
    if second.returncode != 1 or "another run is writing" not in second.stderr:
        line.stuck += 1
        line.note(second.stdout + second.stderr)


def _kill_after_second(line: Line, home: Home, process: Process, path: Path) -> None:
    """Have another run tried, and go on with the next step in the next run."""
    _try_second(line, home, process, path)
    kill(process, path)


def _moved(home: Home) -> Home:
    """The home and its inbox in a folder whose name is full of signs."""
    elsewhere = home.folder / "else[w]here's *"
    elsewhere.mkdir()
    home.path.rename(elsewhere / "home")
    home.inbox.rename(elsewhere / "inbox")
    return Home(home.undisturbed, elsewhere)


def _set_clock_back(home: Path) -> None:
    """Have all of a home be of next year, as it is to a clock that was set back."""
    for path in [home, *home.rglob("*")]:
        moment = path.lstat().st_mtime + A_YEAR
        os.utime(path, (moment, moment), follow_symlinks=False)


def _make_older(home: Path) -> None:
    """What earlier versions did not write is gone, and what they wrote otherwise is of another form."""
    for path in [*home.glob("landing/*/*.memory.json"), *home.glob("candidates/*/verdict.seal")]:
        path.unlink()
    for folder in ("facts", "objects"):
        shutil.rmtree(home / folder)
    (home / "secret" / "gate.key").unlink()
    (home / "landing" / "pseudonym_key.json").unlink()
    (home / "work" / "warehouse.built").write_text('{"models": "0", "seeds": "0"}', encoding="utf-8")
    (home / "work" / "built-2017.json").write_text('{"inputs": "0"}', encoding="utf-8")
    for number, path in enumerate(sorted(home.glob("landing/file_ledger/*.parquet"))):
        ledger = pl.read_parquet(path, glob=False)
        older = ledger.with_columns(contract=pl.lit("0" * 16)) if number % 2 else ledger.drop("landed_in")
        older.write_parquet(path)
    history = home / "releases" / "history.jsonl"
    entries = [json.loads(line) for line in history.read_text(encoding="utf-8").splitlines()]
    unsealed = [{name: value for name, value in entry.items() if name != "seal"} for entry in entries]
    history.write_text("".join(json.dumps(entry) + "\n" for entry in unsealed), encoding="utf-8")


def _of_earlier_code(undisturbed: Undisturbed, folder: Path) -> Line:
    """A home in which the code of some time ago has made a release."""
    line = Line(f"a home of earlier code ({PREVIOUS})")
    code = folder.with_name("earlier")
    added = ["git", "worktree", "add", "--detach", code, PREVIOUS]
    if subprocess.run(added, cwd=PROJECT_ROOT, check=False, capture_output=True).returncode != 0:
        line.fault += NOT_TRIED
        return line
    try:
        with home_in(replace(undisturbed, unlike=COMPARING), folder) as home:
            shutil.rmtree(home.path)
            command = [sys.executable, "-m", "pipelines.cli", *home.arguments[1:]]
            subprocess.run(command, cwd=code, check=True, capture_output=True)
            line.tries += 1
            judge_next_run(home, line)
    finally:
        subprocess.run(["git", "worktree", "remove", "--force", code], cwd=PROJECT_ROOT, check=True)
    return line


def _at_every_step(strike: Strike, undisturbed: Undisturbed, folder: Path, rounds: int) -> Iterator[Line]:
    """So many homes; in each every step is struck, one after the other, and then a run ends; the last is recomputed."""
    struck = {step: Line(f"{strike.name}, in {step}") for step in STEPS}
    for number in range(rounds):
        chance = random.Random(f"{strike.name} {number}")
        with home_in(undisturbed, folder) as home:
            for step, line in struck.items():
                _strike(line, home, step, strike, chance)
            judge_next_run(home, *struck.values())
            judge_verification(home, line, is_long=number == rounds - 1)
        print(f"  round {number + 1} of {rounds}: {strike.name}", file=sys.stderr, flush=True)
    yield from struck.values()


def _strike(
    line: Line,
    home: Home,
    step: str,
    strike: Strike,
    chance: random.Random,
    latest: float = LATEST,
    second: Line | None = None,
) -> None:
    """Strike a run at a random instant of a step, and judge what is left; before it try a second run."""

    def strikes(process: Process, path: Path) -> None:
        if second is not None:
            _try_second(second, home, process, path)
        strike.strike(process, path)

    delay = chance.uniform(0, latest * max(0, home.undisturbed.durations[step]))
    said = home.run_until(STEPS[step], strikes, delay, strike.command)
    # A run that had ended before is no try.
    line.tries += said is not None
    strike.relieve(home.path)
    judge_after_fault(line, home, None if strike is KILL else said)


def _fail_in_reading(pattern: str, put_back: list[Callable[[], object]], _: Process, home: Path) -> None:
    """Put what fails to be read in place of these files, until it is put back as from a copy."""
    for path in sorted(home.parent.glob(pattern)):
        aside = path.rename(path.with_name(f".{path.name}.aside"))
        path.symlink_to(FAILING_DISK)
        put_back.append(partial(aside.replace, path))


def _fail_in_writing(name: str, put_back: list[Callable[[], object]], _: Process, home: Path) -> None:
    """Have what is written aside of a file go to a disk that fails."""
    path = home / f"{name}.writing"
    path.symlink_to(FAILING_DISK)
    put_back.append(partial(path.unlink, missing_ok=True))


@contextmanager
def _place_for(strikes: Iterable[Strike], undisturbed: Undisturbed, folder: Path) -> Iterator[Path | None]:
    """Where faults can strike: a small file system of its own, where one takes it; none where none may be mounted."""
    if not any(strike.needs_own_disk for strike in strikes):
        yield folder
        return
    size = sum(path.lstat().st_size for path in undisturbed.home.rglob("*")) + SPARE_BYTES
    disk = folder.with_name("disk")
    disk.mkdir(exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", disk]
    if subprocess.run(mount, check=False, capture_output=True).returncode != 0:
        yield None
        return
    try:
        yield disk / "faults"
    finally:
        subprocess.run(["umount", "--lazy", disk], check=True)


def _damage(line: Line, home: Home, pattern: str, damage: Damage, chance: random.Random) -> None:
    """Damage one of the files that are called so, if there is one that holds anything."""
    found = sorted(path for path in home.path.glob(pattern) if path.is_file() and path.stat().st_size)
    if not found:
        raise AssertionError(f"{home.path} holds no {pattern}")
    line.tries += 1
    path = chance.choice(found)
    content = path.read_bytes()
    path.unlink()
    path.write_bytes(damage(content, chance))
