"""The crafted edition, decided twice: it costs two builds, which all tests of the awards share."""

import shutil
from dataclasses import dataclass

import duckdb
import pytest

from pipelines.dbt_project import computed_tables
from pipelines.robustness.keeping import keep_robustness
from pipelines.settings import Settings
from tests.awards.crafting import change, craft
from tests.awards.reference import Candidate, Court
from tests.warehouse import build, ingest, project_manifest


@dataclass(frozen=True)
class Judged:
    """A warehouse, and what plain Python decided from the same seeds and rows."""

    settings: Settings
    again: dict[tuple[str, str], Candidate]


@pytest.fixture(scope="session")
def editions(tmp_path_factory: pytest.TempPathFactory) -> tuple[Judged, Judged]:
    """The crafted edition as it was first decided, and the same after rules were changed and appeals came in."""
    folder = tmp_path_factory.mktemp("crafted")
    settings = craft(folder)
    ingest(settings)
    build(settings)
    draw(settings)
    kept = settings.model_copy(update={"home": folder / "first"})
    shutil.copytree(settings.home_dir, kept.home_dir)
    first = Judged(kept, decided_again(settings))
    change(settings)
    ingest(settings)
    build(settings)
    draw(settings)
    return first, Judged(settings, decided_again(settings))


def draw(settings: Settings) -> None:
    keep_robustness(settings, computed_tables(project_manifest()), lambda message: None)


def decided_again(settings: Settings) -> dict[tuple[str, str], Candidate]:
    with duckdb.connect(str(settings.warehouse_path), read_only=True) as connection:
        court = Court(settings.seeds_dir, lambda table: connection.sql(f"select * from {table}").pl())
    return {(title, subject): candidate for (_, title, subject), candidate in court.decide().items()}


@pytest.fixture(scope="session")
def first(editions: tuple[Judged, Judged]) -> Settings:
    return editions[0].settings


@pytest.fixture(scope="session")
def later(editions: tuple[Judged, Judged]) -> Settings:
    return editions[1].settings
