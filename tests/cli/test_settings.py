"""Settings that cannot be: one sentence that names the variable, before anything is done."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines.cli.commands import app


@pytest.mark.parametrize(
    ("variable", "value", "expected"),
    [
        ("CEPING_ENGINE", "flink", "'duckdb' or 'spark', not flink"),
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


def test_an_engine_that_is_not_installed_is_said_with_how_to_install_it(tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    places = ["--home", str(tmp_path / "home"), "--inbox", str(tmp_path / "inbox")]
    environment = {"CEPING_ENGINE": "spark", "CEPING_SPARK_DBT": str(tmp_path / "nowhere")}
    said = CliRunner().invoke(app, ["run", *places], env=environment)
    assert said.exit_code == 1
    assert said.output.splitlines()[-1] == (
        f"error: there is no dbt with Spark at {tmp_path / 'nowhere'}; it is installed by: make .venv-spark/installed"
    )
    assert not (tmp_path / "home" / "landing").exists()
