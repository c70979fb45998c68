"""What strikes a run at a step, by means that a user has: limits on its processes, rights of folders, a full disk."""

import os
import resource
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

BALLAST = "ballast"
MOST_BYTES_OF_FILES = 4096
FILES_LEFT = 2
# Who is root passes over permissions, unless without this.
WITHOUT_OVERRIDE = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")
Process = subprocess.Popen[str]


def _nothing(home: Path) -> None:
    """Nothing is to be put right."""


@dataclass(frozen=True)
class Strike:
    """A fault: how it strikes a run and its home, how what it did to the home is put right, and what it takes."""

    name: str
    strike: Callable[[Process, Path], None]
    relieve: Callable[[Path], None] = _nothing
    command: tuple[str, ...] = ()
    needs_own_disk: bool = False

    @property
    def is_possible(self) -> bool:
        """Whether there is the program that its runs are started by."""
        return not self.command or shutil.which(self.command[0]) is not None


def processes_of(group: int) -> Iterator[int]:
    """The processes of a run that live."""
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, ValueError, IndexError):
            if int((entry / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[2]) == group:
                yield int(entry.name)


def kill(process: Process, home: Path) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def end_file_sizes(process: Process, home: Path) -> None:
    """No process of the run, nor one it starts later, may write a file beyond a few bytes."""
    for number in processes_of(process.pid):
        with suppress(OSError):
            _, hard = resource.prlimit(number, resource.RLIMIT_FSIZE)
            resource.prlimit(number, resource.RLIMIT_FSIZE, (MOST_BYTES_OF_FILES, hard))


def end_open_files(process: Process, home: Path) -> None:
    """No process of the run may open more files than a few beside those it has open."""
    for number in processes_of(process.pid):
        with suppress(OSError):
            used = max((int(entry.name) for entry in Path(f"/proc/{number}/fd").iterdir()), default=2) + 1
            _, hard = resource.prlimit(number, resource.RLIMIT_NOFILE)
            resource.prlimit(number, resource.RLIMIT_NOFILE, (used + FILES_LEFT, hard))


def make_unwritable(process: Process, home: Path) -> None:
    subprocess.run(["chmod", "-R", "a-w", home], check=False, capture_output=True)


def make_writable(home: Path) -> None:
    subprocess.run(["chmod", "-R", "u+w", home], check=True)


def fill(process: Process, home: Path) -> None:
    """Take what space is left, and what becomes free while the run ends."""
    with (home.parent / BALLAST).open("wb", buffering=0) as ballast:
        while process.poll() is None:
            try:
                ballast.write(bytes(1 << 20))
            except OSError:
                with suppress(OSError):
                    ballast.write(bytes(1 << 10))
                with suppress(subprocess.TimeoutExpired):
                    process.wait(0.05)


def remove_ballast(home: Path) -> None:
    (home.parent / BALLAST).unlink()


KILL = Strike("kill -9", kill)
UNWRITABLE = Strike(
    "nothing to be written", make_unwritable, make_writable, command=WITHOUT_OVERRIDE if os.geteuid() == 0 else ()
)
NO_FILES = Strike("no more open files", end_open_files)
NO_LARGER_FILES = Strike("no larger files", end_file_sizes)
NO_SPACE = Strike("no space", fill, remove_ballast, needs_own_disk=True)
SHORTAGES = (UNWRITABLE, NO_FILES, NO_LARGER_FILES, NO_SPACE)
