"""Whole runs through the ``ceping`` command, shared: a run costs most of a minute."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pipelines.settings import PROJECT_ROOT
from tests.conftest import MadeOnce

CEPING = Path(sys.executable).parent / "ceping"


def ceping(*arguments: object, command: Sequence[object] = (CEPING,), cwd: Path = PROJECT_ROOT) -> str:
    """What the command printed; fails the test where it failed."""
    done = ceping_outcome(*arguments, command=command, cwd=cwd)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


def ceping_outcome(
    *arguments: object, command: Sequence[object] = (CEPING,), cwd: Path = PROJECT_ROOT
) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("CEPING_", "DAGSTER_"))}
    return subprocess.run(
        [str(part) for part in (*command, *arguments)],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        env=environment,
    )


@dataclass(frozen=True)
class Edition:
    """A home, its inbox, and what the run of it printed."""

    home: Path
    inbox: Path
    printed: str

    @property
    def release(self) -> Path:
        return (self.home / "releases" / "current").resolve()

    def rows(self, query: str) -> list[dict[str, Any]]:
        printed = ceping("sql", query, "--home", self.home, "--format", "json")
        return [json.loads(line) for line in printed.splitlines()]

    def figures(self) -> dict[str, float | None]:
        return {row["figure_id"]: row["computed"] for row in self.rows("select figure_id, computed from trends.figure")}

    def copied_to(self, folder: Path) -> "Edition":
        """The same home and inbox elsewhere, to be changed there."""
        shutil.copytree(self.home, folder / "home", symlinks=True)
        shutil.copytree(self.inbox, folder / "inbox", copy_function=shutil.copy2)
        return Edition(folder / "home", folder / "inbox", self.printed)


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its bytes, and every link with where it leads."""
    return {
        path.relative_to(folder).as_posix(): os.fsencode(path.readlink()) if path.is_symlink() else path.read_bytes()
        for path in folder.rglob("*")
        if path.is_symlink() or path.is_file()
    }


def run(home: Path, inbox: Path) -> Edition:
    return Edition(home, inbox, ceping("run", "--edition", 2017, "--home", home, "--inbox", inbox))


@pytest.fixture(scope="session")
def example(made_once: MadeOnce) -> Edition:
    """The example edition as `make run` makes it."""
    return run_once(made_once, "example")


@pytest.fixture(scope="session")
def small(made_once: MadeOnce) -> Edition:
    """A small edition without a flaw."""
    return run_once(made_once, "small", "--sites", 1000, "--crawled", 300, "--pages", 8, "--seed", 7, "--no-flaws")


def run_once(made_once: MadeOnce, name: str, *sizes: object) -> Edition:
    """An edition of an example of these sizes, run by the first worker that needs it."""

    def fill(folder: Path) -> None:
        ceping("example", "--out", folder / "inbox", *sizes)
        (folder / "printed.txt").write_text(run(folder / "home", folder / "inbox").printed, encoding="utf-8")

    folder = made_once(name, fill)
    return Edition(folder / "home", folder / "inbox", (folder / "printed.txt").read_text(encoding="utf-8"))
