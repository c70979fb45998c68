"""What a build takes up: what changed since tables that can be trusted, or everything."""

from pathlib import Path

import pytest

from pipelines.settings import Settings
from pipelines.warehouse.scope import BuildScope, mark_built, take_scope

EVERYTHING = BuildScope(is_full_refresh=True)


@pytest.fixture
def built(tmp_path: Path) -> Settings:
    """A home whose tables were built from one landed registry and seeds of its own."""
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    (seeds / "levels.csv").write_text("level\n", encoding="utf-8")
    (seeds / "labels.csv").write_text("label\n", encoding="utf-8")
    settings = Settings(home=tmp_path, edition=2017, seeds=seeds)
    settings.warehouse_path.parent.mkdir(parents=True)
    settings.warehouse_path.touch()
    land(settings, "site_registry", "2017-a")
    mark_built(settings)
    return settings


def land(settings: Settings, source: str, name: str) -> None:
    folder = settings.landing_dir / source
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.parquet").write_text(name, encoding="utf-8")


def test_a_fresh_home_is_built_whole(tmp_path: Path) -> None:
    assert take_scope(Settings(home=tmp_path, edition=2017)) == EVERYTHING


def test_only_what_changed_is_taken_up(built: Settings) -> None:
    land(built, "site_crawl", "2017-b")
    land(built, "file_ledger", "2017-site_crawl")
    scope = take_scope(built)
    assert scope.sources == ("site_crawl", "file_ledger")
    assert scope.arguments == ["--select", "source:raw.site_crawl+", "source:raw.file_ledger+"]


def test_a_build_that_was_never_finished_is_not_built_upon(built: Settings) -> None:
    take_scope(built)
    assert take_scope(built) == EVERYTHING


def test_a_finished_build_is_built_upon(built: Settings) -> None:
    take_scope(built, rebuild=True)
    built.warehouse_path.touch()
    mark_built(built)
    assert take_scope(built).is_empty


def test_tables_of_other_models_are_not_built_upon(built: Settings) -> None:
    mark = built.warehouse_mark_path
    mark.write_text(mark.read_text(encoding="utf-8").replace('"models": "', '"models": "other '), encoding="utf-8")
    assert take_scope(built) == EVERYTHING


def test_of_the_seeds_only_those_that_changed_are_taken_up(built: Settings) -> None:
    (built.seeds_dir / "levels.csv").write_text("level\na\n", encoding="utf-8")
    scope = take_scope(built)
    assert scope == BuildScope(is_full_refresh=False, seeds=("levels",))
    assert scope.arguments == ["--select", "levels+"]


def test_a_seed_more_builds_everything(built: Settings) -> None:
    (built.seeds_dir / "more.csv").write_text("more\n", encoding="utf-8")
    assert take_scope(built) == EVERYTHING


def test_a_ledger_that_says_something_else_is_taken_up(built: Settings) -> None:
    land(built, "file_ledger", "2017-site_registry")
    take_scope(built)
    mark_built(built)
    (built.landing_dir / "file_ledger" / "2017-site_registry.parquet").write_text("other", encoding="utf-8")
    assert take_scope(built).sources == ("file_ledger",)


def test_a_lost_working_file_is_built_whole(built: Settings) -> None:
    built.warehouse_path.unlink()
    assert take_scope(built) == EVERYTHING
