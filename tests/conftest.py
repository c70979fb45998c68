"""What every test may use: a home of its own, and a way to deliver small real files.

`make test` divides the tests among workers, a module to each in turn. What costs much (an example edition, say) is made
by the worker that needs it first, and the others wait for it and use it too: see ``fixtures.made_once``.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings as rules

from pipelines.settings import Settings
from pipelines.warehouse.dbt_project import manifest_path
from tests.fixtures.made_once import made_once
from tests.fixtures.names import HOME

__all__ = ["made_once"]

# Modules that take longest come first, so that no worker is left with one of them at the end; and the two that need
# an edition each come before all, so that the editions are made side by side.
FIRST = (
    "end_to_end/test_example_edition", "end_to_end/test_again", "end_to_end", "orchestration", "warehouse", "models",
    "robustness", "questions",
)  # fmt: skip
OWN_HOME = pytest.StashKey[str]()

# How long an example takes says something of the machine and of what else it does.
rules.register_profile("no deadline", deadline=None)
rules.load_profile("no deadline")


def pytest_configure(config: pytest.Config) -> None:
    """Keep what a test imports from finding or leaving anything in the home of whoever runs the tests.

    Workers inherit the home, and the dbt project parsed in it: each would parse it for itself otherwise.
    """
    if not hasattr(config, "workerinput"):
        config.stash[OWN_HOME] = os.environ["CEPING_HOME"] = tempfile.mkdtemp(prefix="ceping-tests-")
        if config.getoption("numprocesses", default=None):
            manifest_path(Settings())


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove what was left there."""
    if OWN_HOME in config.stash:
        shutil.rmtree(config.stash[OWN_HOME], ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put first what takes long."""
    items.sort(key=lambda item: next((n for n, part in enumerate(FIRST) if f"tests/{part}" in item.nodeid), len(FIRST)))


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    """Leave the environment as it was: a command called in this process sets it for the processes it starts."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a home and an inbox nobody else uses."""
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    return Settings(home=tmp_path / HOME, inbox=inbox, edition=2017)


@pytest.fixture
def deliver(settings: Settings) -> Callable[[str, str, bytes], Path]:
    """Put a file into a source's folder of the inbox."""

    def put(source: str, name: str, content: bytes) -> Path:
        path = settings.inbox_dir / source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    return put
