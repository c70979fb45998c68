"""Measures one process: wall, processor and memory, and how busy the machine was with something else meanwhile."""

import ctypes
import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil  # type: ignore[import-untyped]
from pydantic import BaseModel, ConfigDict

from pipelines.settings import PROJECT_ROOT

SAMPLE_SECONDS = 0.1
GIB = 1 << 30
PR_SET_CHILD_SUBREAPER = 36


class MeasurementError(Exception):
    """The measured process failed, so there is nothing to measure."""


class Measurement(BaseModel):
    """What one process and its children cost."""

    model_config = ConfigDict(frozen=True)

    wall: float
    """Seconds from start to end."""
    cpu: float
    """Processor seconds, user and system, of the process and all that it started."""
    peak_gib: float
    """Largest resident memory of the whole process tree, summed, sampled ten times a second."""
    others: float
    """Share of the machine's processors, 0 to 1, that something else used meanwhile."""


def measure(command: Sequence[object], log: Path, variables: Mapping[str, str] | None = None) -> Measurement:
    """Run a command in the project's folder, its output going to ``log``; of our variables it sees only these.

    Raises ``MeasurementError`` with the end of its output where it fails.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("CEPING_", "DAGSTER_"))}
    environment |= variables or {}
    log.parent.mkdir(parents=True, exist_ok=True)
    _adopt_orphans()
    with log.open("wb") as stream:
        busy, started = _busy_seconds(), time.monotonic()
        process = subprocess.Popen(  # noqa: S603
            [str(part) for part in command], stdout=stream, stderr=subprocess.STDOUT, cwd=PROJECT_ROOT, env=environment
        )
        with PeakMemory(process.pid) as memory:
            _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - started
        cpu = usage.ru_utime + usage.ru_stime + _of_orphans()
        busy = _busy_seconds() - busy
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise MeasurementError(f"{log.name}: exit code {process.returncode}\n{log.read_text(errors='replace')[-2000:]}")
    others = max(0.0, busy - cpu) / (wall * (psutil.cpu_count() or 1))
    return Measurement(wall=wall, cpu=cpu, peak_gib=memory.peak / GIB, others=others)


def _adopt_orphans() -> None:
    """Become the parent of what a measured process leaves behind, such as the server that forks for it: on Linux."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _of_orphans() -> float:
    """Wait for what was left behind, and give the processor seconds it and its children took."""
    seconds = 0.0
    while True:
        try:
            *_, usage = os.wait4(-1, 0)
        except ChildProcessError:
            return seconds
        seconds += usage.ru_utime + usage.ru_stime


def _busy_seconds() -> float:
    """Processor seconds the whole machine has worked since it started."""
    times = psutil.cpu_times()
    return float(sum(times) - times.idle - getattr(times, "iowait", 0.0) - getattr(times, "guest", 0.0))


class PeakMemory(threading.Thread):
    """Watches the resident memory of a process and its children while the block runs."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.root = psutil.Process(pid)
        self.peak = 0
        self.ended = threading.Event()

    def run(self) -> None:
        """Sample until told to end."""
        while not self.ended.wait(SAMPLE_SECONDS):
            self.peak = max(self.peak, self._resident())

    def _resident(self) -> int:
        total = 0
        try:
            for process in (self.root, *self.root.children(recursive=True)):
                total += process.memory_info().rss
        except psutil.Error:
            return 0
        return total

    def __enter__(self) -> "PeakMemory":
        self.start()
        return self

    def __exit__(self, *failure: object) -> None:
        self.ended.set()
        self.join()
