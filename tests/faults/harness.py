"""Everything under faults, as a table: ``python -m tests.faults.harness [--short]`` (``make test-faults``).

The short form takes three minutes and strikes each step of one run once; the long form is for a night.
"""

import argparse
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from functools import partial
from pathlib import Path
from queue import SimpleQueue

from tests.faults import faults
from tests.faults.homes import Undisturbed
from tests.faults.mutations import mutation_lines
from tests.faults.readers import readers_line
from tests.faults.table import HEAD, Line
from tests.fixtures.small_release import example_tables, publish_tables
from tests.fixtures.whole_runs import Edition, ceping, run

SMALL = ("--sites", 60, "--crawled", 10, "--pages", 4)
# One more answer of a body to a questionnaire: little is to be built anew, and every step has something to do.
MORE = ("external_indicator", "更多.csv")
OF_HOMES = (
    faults.kills,
    faults.shortages,
    faults.failing_disk,
    faults.damaged_state,
    faults.damaged_truth,
    faults.two_runs,
    faults.moves,
)
READERS = 10
PUBLICATIONS, MUTATIONS, MUTATIONS_SHORT = 100, 100_000, 300
Lines = Callable[[], Iterator[Line]]


def undisturbed_run(folder: Path) -> Undisturbed:
    """A finished home, and what one more delivery makes of it."""
    ceping("example", "--out", folder / "inbox", *SMALL)
    source, name = MORE
    first = sorted((folder / "inbox" / source).glob("*.csv"))[0]
    more = folder / "more" / source / name
    more.parent.mkdir(parents=True)
    header, *rows = first.read_bytes().splitlines(keepends=True)
    more.write_bytes(header + rows[0].replace(b"2017-08", b"2017-07"))
    before = run(folder / "home", folder / "inbox")
    shutil.copytree(before.home, folder / "after", symlinks=True)
    shutil.copytree(before.inbox, folder / "after-inbox", copy_function=shutil.copy2)
    shutil.copy2(more, folder / "after-inbox" / source)
    return _undisturbed(before, run(folder / "after", folder / "after-inbox"), more)


def undisturbed_first_run(folder: Path) -> Undisturbed:
    """A home of nothing but an earlier release, made by hand, and what a run makes of its whole inbox."""
    ceping("example", "--out", folder / "inbox", *SMALL)
    publish_tables(folder / "home", example_tables())
    before = Edition(folder / "home", folder / "inbox", "")
    shutil.copytree(before.home, folder / "after", symlinks=True)
    return _undisturbed(before, run(folder / "after", folder / "inbox"), None)


def _undisturbed(before: Edition, after: Edition, more: Path | None) -> Undisturbed:
    return Undisturbed(
        home=before.home,
        inbox=before.inbox,
        more=more,
        before=before.release_id,
        sums_before=_sums(before.release),
        expected=after.release_id,
        sums=_sums(after.release),
        printed=after.printed,
    )


def _sums(public: Path) -> dict[str, str]:
    lines = (public.parent / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    return {name: digest for digest, name in (line.split("  ", 1) for line in lines)}


def groups(folder: Path, only: list[str], options: argparse.Namespace) -> dict[str, Lines]:
    """The faults by name, those of homes with one undisturbed run for all; of the names that are given, if any."""
    of_homes = {fault.__name__: fault for fault in ([faults.short] if options.short else OF_HOMES)}
    mutations = options.mutations or (MUTATIONS_SHORT if options.short else MUTATIONS)
    others: dict[str, Lines] = {"mutations": lambda: mutation_lines(mutations)}
    if not options.short:
        others["readers"] = lambda: iter([readers_line(folder / "readers", READERS, options.publications)])
    names = only or [*of_homes, *others]
    undisturbed = None
    if of_homes.keys() & names:
        undisturbed = (undisturbed_first_run if options.short else undisturbed_run)(folder / "undisturbed")
    tries = faults.Tries(options.kills, options.shortages, options.flips)
    return {
        name: others[name] if name in others else partial(of_homes[name], undisturbed, folder / name, tries)
        for name in names
    }


def lines(chosen: dict[str, Lines]) -> Iterator[Line]:
    """The lines of two groups at a time, as they come."""
    found: SimpleQueue[Line | None] = SimpleQueue()

    def work(of_group: Lines) -> None:
        try:
            for line in of_group():
                found.put(line)
        finally:
            found.put(None)

    with ThreadPoolExecutor(max_workers=2) as pool:
        working = [pool.submit(work, of_group) for of_group in chosen.values()]
        remaining = len(working)
        while remaining:
            line = found.get()
            if line is None:
                remaining -= 1
            else:
                yield line
        for each in working:
            each.result()


def main() -> int:
    """Print the table; returns 1 where a column but the tries is not zero."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--short", action="store_true")
    asked.add_argument("--only", help="names of groups, with commas")
    asked.add_argument("--mutations", type=int, help="how many deliveries are mutated")
    asked.add_argument("--publications", type=int, default=PUBLICATIONS, help="how many releases readers see")
    for name, often in asdict(faults.Tries()).items():
        asked.add_argument(f"--{name}", type=int, default=often, help=f"how many {name} in each place")
    options = asked.parse_args()
    failed, started = False, time.monotonic()
    print(HEAD, flush=True)
    with tempfile.TemporaryDirectory(prefix="ceping-faults-") as folder:
        only = options.only.split(",") if options.only else []
        for line in lines(groups(Path(folder), only, options)):
            failed |= line.has_failed
            print(line, flush=True)
            for note in line.notes:
                print(f"  {note}", file=sys.stderr, flush=True)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = f"{time.monotonic() - started:.0f} s, {used.ru_utime + used.ru_stime:.0f} s of processors"
    print(f"  {seconds}", file=sys.stderr)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
