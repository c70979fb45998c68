"""Work in several processes: its order, and where it works."""

import os
import tempfile
from pathlib import Path

import pytest

from pipelines.foundation.processes import Processes


def process_of(number: int) -> tuple[int, int]:
    return number, os.getpid()


def test_it_works_however_long_the_path_of_temporary_files_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = tmp_path / ("a folder of a home that lies deep" * 4) / "work" / "temporary"
    deep.mkdir(parents=True)
    monkeypatch.setattr(tempfile, "tempdir", str(deep))
    with Processes(2, 0) as processes:
        done = list(processes.map(process_of, range(5), lambda _: 1))
    assert [number for number, _ in done] == list(range(5))
    assert os.getpid() not in {process for _, process in done}
