"""An embargo in the edition's settings: the release is written, and ``current`` stays where it is until the day."""

from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines.cli.commands import app
from pipelines.errors import CepingError
from pipelines.releases.built import built_release, record_release
from pipelines.releases.embargo import embargo_of, present_day
from pipelines.releases.publish import publish
from pipelines.releases.releases import Releases
from pipelines.settings import Settings
from tests.fixtures.small_release import CODE, make_candidate, publish_tables, verdict_for, with_count

PAST, FUTURE = "2001-01-01", "2999-12-31"


def settings_with(folder: Path, day: str) -> Settings:
    """A home whose seeds have nothing but the edition and its embargo."""
    seeds = folder / "seeds" / "reference"
    seeds.mkdir(parents=True, exist_ok=True)
    (seeds / "editions.csv").write_text(f"edition,embargo_until\n2016,\n2017,{day}\n", encoding="utf-8")
    return Settings(home=folder / "home", seeds=folder / "seeds")


def write_release(settings: Settings, count: int) -> str:
    """What the release asset does with a candidate that passed."""
    candidate = make_candidate(settings.home_dir, with_count(count))
    embargo = embargo_of(settings.seeds_dir, settings.edition, present_day())
    release = publish(candidate, verdict_for(candidate), Releases.of(settings), CODE, is_kept_back=embargo is not None)
    record_release(settings, release.release_id)
    return release.release_id


def test_a_release_is_kept_back_until_the_day_and_then_published_as_it_is(tmp_path: Path) -> None:
    home = tmp_path / "home"
    first = publish_tables(home, with_count(1))
    settings = settings_with(tmp_path, FUTURE)
    held = write_release(settings, 2)
    releases = Releases.of(settings)
    assert releases.current == first
    assert [entry.release_id for entry in releases.history] == [first.release_id]
    assert built_release(settings) == held
    releases.named(2017, held).verify()
    with pytest.raises(CepingError, match=f"{held} is kept back by an embargo until {FUTURE}"):
        releases.roll_back(releases.named(2017, held), None, date.fromisoformat(FUTURE))
    settings = settings_with(tmp_path, PAST)
    assert built_release(settings) is None
    assert write_release(settings, 2) == held
    assert releases.current_id == held
    assert built_release(settings) == held


def test_the_first_release_of_a_home_is_kept_back_too(tmp_path: Path) -> None:
    settings = settings_with(tmp_path, FUTURE)
    held = write_release(settings, 1)
    assert Releases.of(settings).current is None
    environment = {"CEPING_SEEDS": str(settings.seeds_dir), "COLUMNS": "200"}
    shown = CliRunner().invoke(app, ["status", "--home", str(settings.home_dir)], env=environment)
    assert f"new releases of edition 2017 are kept back until {FUTURE}" in shown.stdout
    assert "release  none yet" in shown.stdout
    assert held.startswith("2017-")


@pytest.mark.parametrize(
    ("today", "kept_until"), [("2018-01-14", "2018-01-15"), ("2018-01-15", None), ("2018-01-16", None)]
)
def test_the_day_itself_is_free(tmp_path: Path, today: str, kept_until: str | None) -> None:
    settings = settings_with(tmp_path, "2018-01-15")
    expected = None if kept_until is None else date.fromisoformat(kept_until)
    assert embargo_of(settings.seeds_dir, 2017, date.fromisoformat(today)) == expected
    assert embargo_of(settings.seeds_dir, 2016, date.fromisoformat(today)) is None
