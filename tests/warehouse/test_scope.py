"""What a build takes up: what changed since tables that can be trusted, or everything."""

from pathlib import Path

import pytest

from pipelines.settings import Settings
from pipelines.warehouse.scope import BuildScope, mark_built, take_scope

EVERYTHING = BuildScope(is_full_refresh=True, sources=None)


@pytest.fixture
def built(tmp_path: Path) -> Settings:
    """A home whose tables were built from one landed registry."""
    settings = Settings(home=tmp_path, edition=2017)
    settings.warehouse_path.parent.mkdir(parents=True)
    settings.warehouse_path.touch()
    land(settings, "site_registry", "2017-a")
    mark_built(settings)
    return settings


def land(settings: Settings, source: str, name: str) -> None:
    folder = settings.landing_dir / source
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.parquet").touch()


def test_a_fresh_home_is_built_whole(tmp_path: Path) -> None:
    assert take_scope(Settings(home=tmp_path, edition=2017)) == EVERYTHING


def test_only_the_changed_source_and_the_ledger_are_taken_up(built: Settings) -> None:
    land(built, "site_crawl", "2017-b")
    scope = take_scope(built)
    assert scope.sources == ("site_crawl", "file_ledger")
    assert scope.arguments == ["--select", "source:raw.site_crawl+ source:raw.file_ledger+"]


def test_a_build_that_was_never_finished_is_not_built_upon(built: Settings) -> None:
    take_scope(built)
    assert take_scope(built) == EVERYTHING


def test_a_finished_build_is_built_upon(built: Settings) -> None:
    take_scope(built, rebuild=True)
    mark_built(built)
    assert take_scope(built).sources == ("file_ledger",)


def test_tables_of_other_models_are_not_built_upon(built: Settings) -> None:
    mark = built.warehouse_mark_path
    mark.write_text(mark.read_text(encoding="utf-8").replace('"models": "', '"models": "other '), encoding="utf-8")
    assert take_scope(built) == EVERYTHING


def test_other_seeds_build_everything_but_let_tables_grow(built: Settings) -> None:
    mark = built.warehouse_mark_path
    mark.write_text(mark.read_text(encoding="utf-8").replace('"seeds": "', '"seeds": "other '), encoding="utf-8")
    assert take_scope(built) == BuildScope(is_full_refresh=False, sources=None)


def test_a_lost_working_file_is_built_whole(built: Settings) -> None:
    built.warehouse_path.unlink()
    assert take_scope(built) == EVERYTHING
