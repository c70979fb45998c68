"""The crafted edition, decided twice: it costs two builds, which all tests of the awards share."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from pipelines.robustness.store import keep_robustness
from pipelines.settings import Settings
from pipelines.warehouse.dbt_project import computed_tables
from tests.fixtures.award_reference import Candidate, Court
from tests.fixtures.made_once import MadeOnce
from tests.fixtures.warehouse import build, ingest, project_manifest
from tests.models.awards.crafting import EDITION, change, craft


@dataclass(frozen=True)
class Judged:
    """A warehouse, and what plain Python decided from the same seeds and rows."""

    settings: Settings
    again: dict[tuple[str, str], Candidate]


@pytest.fixture(scope="session")
def editions(made_once: MadeOnce) -> tuple[Judged, Judged]:
    """The crafted edition as it was first decided, and the same after rules were changed and appeals came in."""
    folder = made_once("crafted", decide_twice)
    later = Settings(home=folder / "home", inbox=folder / "inbox", seeds=folder / "seeds", edition=EDITION)
    first = before(later)
    return Judged(first, decided_again(first)), Judged(later, decided_again(later))


def decide_twice(folder: Path) -> None:
    later = craft(folder)
    first = before(later)
    shutil.copytree(later.seeds_dir, first.seeds_dir)
    decide(first)
    shutil.copytree(first.home_dir, later.home_dir)
    change(later)
    decide(later)


def before(later: Settings) -> Settings:
    return later.for_run(home=later.home_dir.with_name("first"), seeds=later.seeds_dir.with_name("first-seeds"))


def decide(settings: Settings) -> None:
    ingest(settings)
    build(settings)
    keep_robustness(settings, computed_tables(project_manifest(), "robustness", "firmness"), lambda message: None)


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
