"""Files and folders are there whole or not at all, also where writing them fails half-way."""

import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from pipelines.foundation.files import building_folder, temporary_files_in, whole_file, whole_folder, write_whole


def test_a_file_takes_the_place_of_the_old_one_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "it's [odd].txt"
    path.write_text("old", encoding="utf-8")
    with whole_file(path) as unfinished:
        unfinished.write_text("new", encoding="utf-8")
        assert path.read_text(encoding="utf-8") == "old"
    assert path.read_text(encoding="utf-8") == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_fails_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    write_whole(path, "old\n")
    with suppress(OSError), whole_file(path) as unfinished:
        unfinished.write_text("ha", encoding="utf-8")
        raise OSError("full")
    assert path.read_bytes() == b"old\n"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_gets_its_name_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "some" / "folder"
    with whole_folder(path) as building:
        (building / "part").touch()
        assert not path.exists()
    assert [each.name for each in path.iterdir()] == ["part"]
    assert list(path.parent.iterdir()) == [path]


def test_a_folder_that_fails_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "folder"
    with suppress(OSError), whole_folder(path) as building:
        (building / "part").touch()
        raise OSError("full")
    assert list(tmp_path.iterdir()) == []


def test_what_a_kill_left_is_not_taken_for_a_part(tmp_path: Path) -> None:
    path = tmp_path / "folder"
    with building_folder(path) as building:
        leftover = building
    leftover.mkdir()
    (leftover / "half").touch()
    with whole_folder(path) as building:
        assert list(building.iterdir()) == []
    assert list(tmp_path.iterdir()) == [path]


def test_temporary_files_are_made_in_a_folder_and_go_with_the_next_use(tmp_path: Path) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    (folder / "left by a kill").touch()
    elsewhere = tempfile.gettempdir()
    with temporary_files_in(folder):
        assert list(folder.iterdir()) == []
        with tempfile.NamedTemporaryFile() as made:
            assert Path(made.name).parent == folder
        child = [sys.executable, "-c", "import tempfile; print(tempfile.gettempdir())"]
        assert subprocess.run(child, capture_output=True, text=True, check=True).stdout.strip() == str(folder)
    assert not folder.exists()
    assert tempfile.gettempdir() == elsewhere
