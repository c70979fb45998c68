"""A seed is found by its name, in whichever folder it lies, and by one file alone."""

from pathlib import Path

import pytest

from pipelines.errors import SeedError
from pipelines.reference.rows import read_rows, seed_path


def write(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("edition,name\n2017,a\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("folder", [".", "indices", "awards/rules"])
def test_a_seed_lies_in_any_folder(tmp_path: Path, folder: str) -> None:
    path = write(tmp_path / folder / "figures.csv")
    assert seed_path(tmp_path, "figures").samefile(path)
    assert list(read_rows(tmp_path, "figures")) == [(2, {"edition": "2017", "name": "a"})]


def test_none_and_two_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SeedError, match=r"figures\.csv: expected one file of this name in .*, found none"):
        seed_path(tmp_path, "figures")
    write(tmp_path / "figures.csv")
    write(tmp_path / "trends" / "figures.csv")
    with pytest.raises(SeedError, match=r"found .*figures\.csv, .*trends/figures\.csv"):
        seed_path(tmp_path, "figures")
