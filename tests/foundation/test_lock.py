"""Folders to work in that are one process's own."""

import subprocess
import sys
from pathlib import Path

from pipelines.foundation.lock import own_folder
from pipelines.settings import PROJECT_ROOT

HOLDING = """
import sys
from pathlib import Path
from pipelines.foundation.lock import own_folder
with own_folder(Path(sys.argv[1])) as folder:
    (folder / "names").touch()
    print(folder, flush=True)
    sys.stdin.read()
"""


def test_what_a_killed_process_left_goes_and_what_one_that_lives_has_stays(tmp_path: Path) -> None:
    parent = tmp_path / "working"
    with subprocess.Popen(
        [sys.executable, "-c", HOLDING, parent], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=PROJECT_ROOT
    ) as holder:
        assert holder.stdout is not None
        theirs = Path(holder.stdout.readline().decode().strip())
        with own_folder(parent) as mine:
            assert mine.stat().st_mode & 0o077 == 0
            assert sorted(path.name for path in parent.iterdir() if path.is_dir()) == sorted([mine.name, theirs.name])
        assert (theirs / "names").is_file()
        holder.kill()
        holder.wait()
        assert (theirs / "names").is_file()
        with own_folder(parent) as mine:
            assert [path for path in parent.iterdir() if path.is_dir()] == [mine]
    assert not parent.exists()


def test_workers_of_one_number_on_two_machines_have_a_folder_each(tmp_path: Path) -> None:
    with own_folder(tmp_path) as mine, own_folder(tmp_path) as theirs:
        assert mine != theirs
        assert mine.is_dir()


def test_the_lock_of_a_process_that_was_killed_before_it_had_a_folder_goes(tmp_path: Path) -> None:
    parent = tmp_path / "working"
    parent.mkdir()
    (parent / "1.lock").touch()
    with own_folder(parent):
        assert not (parent / "1.lock").exists()
    assert not parent.exists()
