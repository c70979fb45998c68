"""What a person is told where the machine is at fault: the path, what is wrong, and what to do."""

import os
import shutil
import sqlite3
from errno import EACCES, EMFILE, ENOSPC, EROFS
from pathlib import Path

import duckdb
import pytest

from pipelines.errors import (
    ADVICE,
    ADVICE_BY_WORDS,
    ADVICE_ON_DAMAGE,
    CepingError,
    DeliveryError,
    machine_failure,
    told,
)


def raised(failure: Exception, cause: Exception) -> Exception:
    """The failure as it is caught where the other led to it."""
    failure.__cause__ = cause
    return failure


@pytest.mark.parametrize("number", ADVICE)
def test_a_failure_of_the_system_is_its_path_its_words_and_the_way_on(number: int) -> None:
    assert told(OSError(number, os.strerror(number), "/a/b")) == f"/a/b: {os.strerror(number)}; {ADVICE[number]}"


@pytest.mark.parametrize("words", ADVICE_BY_WORDS)
def test_a_failure_of_sqlite_has_the_same_way_on(words: str) -> None:
    assert told(sqlite3.OperationalError(words)) == f"{words}; {ADVICE_BY_WORDS[words]}"
    assert told(RuntimeError(f"(sqlite3.OperationalError) {words}\n[SQL: x]")) == f"{words}; {ADVICE_BY_WORDS[words]}"


def test_what_is_no_fault_of_the_machine_is_not_hidden() -> None:
    assert told(ValueError("a mistake of the code")) is None
    assert told(OSError("of no kind")) is None
    assert told(raised(KeyError("x"), ValueError("y"))) is None


def test_an_error_for_people_is_told_as_it_is() -> None:
    assert told(CepingError("a sentence")) == "a sentence"
    assert told(raised(DeliveryError("a sentence"), ValueError("of a library"))) == "a sentence"


def test_a_failure_of_the_machine_behind_another_is_told() -> None:
    full = OSError(ENOSPC, os.strerror(ENOSPC), "/a")
    assert told(raised(ValueError("half a file"), full)) == f"/a: {os.strerror(ENOSPC)}; {ADVICE[ENOSPC]}"
    assert told(raised(CepingError("x is missing"), full)) == (
        f"x is missing (/a: {os.strerror(ENOSPC)}; {ADVICE[ENOSPC]})"
    )
    said = f"x: {os.strerror(EROFS)}"
    assert told(raised(CepingError(said), full)) == f"{said}; {ADVICE[EROFS]}"


def test_of_many_files_that_cannot_be_copied_the_first_is_told(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    for name in ("b", "c"):
        (tmp_path / "a" / name).touch()

    def copy(source: str, target: str) -> None:
        raise OSError(ENOSPC, os.strerror(ENOSPC), Path(source).name)

    with pytest.raises(shutil.Error) as refused:
        shutil.copytree(tmp_path / "a", tmp_path / "copy", copy_function=copy)
    assert told(refused.value) in {f"{name}: {os.strerror(ENOSPC)}; {ADVICE[ENOSPC]}" for name in ("b", "c")}


@pytest.mark.parametrize("damage", [b"", b"half a file", None])
@pytest.mark.parametrize("query", ["attach '{path}' as a (read_only)", "select * from read_parquet('{path}')"])
def test_a_damaged_file_of_a_home_is_named_with_the_way_on(tmp_path: Path, query: str, damage: bytes | None) -> None:
    path = tmp_path / "file"
    if damage is not None:
        path.write_bytes(damage)
    with pytest.raises(duckdb.Error) as refused:
        duckdb.sql(query.format(path=path))
    said = told(refused.value) or ""
    assert str(path) in said
    assert said.endswith(f"; {ADVICE_ON_DAMAGE}")
    assert "\n" not in said


def test_of_a_hundred_lines_the_one_that_matters_is_told() -> None:
    lines = f"Runtime Error in model a\n  {os.strerror(EMFILE)}: '/a'\nRuntime Error in model b\n"
    assert machine_failure(["nothing", lines]) == f"{os.strerror(EMFILE)}: '/a'; {ADVICE[EMFILE]}"
    assert machine_failure(["nothing"]) is None


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_real_refusal_is_told(tmp_path: Path) -> None:
    (path := tmp_path / "a").touch(0o000)
    with pytest.raises(PermissionError) as refused:
        path.read_bytes()
    assert told(refused.value) == f"{path}: {os.strerror(EACCES)}; {ADVICE[EACCES]}"
