"""Settings that cannot be: one sentence that names the variable, before anything is done."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines.cli.commands import app


@pytest.mark.parametrize(
    ("variable", "value", "expected"),
    [
        ("CEPING_ENGINE", "flink", "'duckdb', 'sail' or 'spark', not flink"),
        ("CEPING_PARTS", "0", "greater than or equal to 1, not 0"),
        ("CEPING_EXECUTOR", "slurm", "'in_process', 'multiprocess' or 'kubernetes', not slurm"),
        ("CEPING_THREADS", "0", "greater than or equal to 1, not 0"),
        ("CEPING_THREADS", "两", "a valid integer"),
    ],
)
def test_a_setting_that_cannot_be_is_named(tmp_path: Path, variable: str, value: str, expected: str) -> None:
    said = CliRunner().invoke(app, ["run", "--home", str(tmp_path / "home")], env={variable: value})
    assert said.exit_code == 1
    [sentence] = said.output.splitlines()
    assert sentence.startswith(f"error: {variable}: ")
    assert expected in sentence
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize(("engine", "variable", "program"), [("spark", "DBT", "dbt"), ("sail", "PYTHON", "Python")])
def test_an_engine_that_is_not_installed_is_said_with_how_to_install_it(
    tmp_path: Path, engine: str, variable: str, program: str
) -> None:
    (tmp_path / "inbox").mkdir()
    places = ["--home", str(tmp_path / "home"), "--inbox", str(tmp_path / "inbox")]
    nowhere = tmp_path / "nowhere"
    environment = {"CEPING_ENGINE": engine, f"CEPING_{engine.upper()}_{variable}": str(nowhere)}
    said = CliRunner().invoke(app, ["run", *places], env=environment)
    assert said.exit_code == 1
    assert said.output.splitlines()[-1] == (
        f"error: there is no {program} with {engine.title()} at {nowhere}; "
        f"it is installed by: make .venv-{engine}/installed"
    )
    assert not (tmp_path / "home" / "landing").exists()
