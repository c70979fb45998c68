"""What every test may use: a home of its own, ways to deliver small real files, and what the workers share.

`make test` divides the tests among workers, a module to each in turn. What costs much (an example edition, say) is made
by the worker that needs it first, and the others wait for it and use it too: see ``made_once``.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb
import pytest
import xlsxwriter
from filelock import FileLock

from pipelines.settings import Settings
from pipelines.warehouse.dbt_project import manifest_path

MadeOnce = Callable[[str, Callable[[Path], None]], Path]
Cells = Sequence[Sequence[object]]

# Modules that take longest come first, so that no worker is left with one of them at the end; and the two that need
# an edition each come before all, so that the editions are made side by side.
FIRST = ("end_to_end/test_example_edition", "end_to_end/test_again", "end_to_end", "incremental", "models", "indices")
HOME = pytest.StashKey[str]()


def pytest_configure(config: pytest.Config) -> None:
    """Keep what a test imports from finding or leaving anything in the home of whoever runs the tests.

    Workers inherit the home, and the dbt project parsed in it: each would parse it for itself otherwise.
    """
    if not hasattr(config, "workerinput"):
        config.stash[HOME] = os.environ["CEPING_HOME"] = tempfile.mkdtemp(prefix="ceping-tests-")
        if config.getoption("numprocesses", default=None):
            manifest_path(Settings())


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove what was left there."""
    if HOME in config.stash:
        shutil.rmtree(config.stash[HOME], ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put first what takes long."""
    items.sort(key=lambda item: next((n for n, part in enumerate(FIRST) if f"tests/{part}" in item.nodeid), len(FIRST)))


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> MadeOnce:
    """A folder that all workers see, filled by the first that asks for it; nobody may change what is in it."""
    mine = tmp_path_factory.getbasetemp()
    shared = mine if worker_id == "master" else mine.parent

    def folder(name: str, fill: Callable[[Path], None]) -> Path:
        filled, done = shared / f"shared-{name}", shared / f"shared-{name}.done"
        with FileLock(shared / f"shared-{name}.lock"):
            if not done.exists():
                shutil.rmtree(filled, ignore_errors=True)
                filled.mkdir()
                fill(filled)
                done.touch()
        return filled

    return folder


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a home and an inbox nobody else uses."""
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    return Settings(home=tmp_path / "home", inbox=inbox, edition=2017)


@pytest.fixture
def deliver(settings: Settings) -> Callable[[str, str, bytes], Path]:
    """Put a file into a source's folder of the inbox."""

    def put(source: str, name: str, content: bytes) -> Path:
        path = settings.inbox_dir / source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    return put


def write_workbook(path: Path, sheets: dict[str, Cells]) -> Path:
    """Write an xlsx; None leaves a cell empty."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd"}) as workbook:
        for name, rows in sheets.items():
            sheet = workbook.add_worksheet(name)
            for row_index, row in enumerate(rows):
                for column_index, cell in enumerate(row):
                    if cell is not None:
                        sheet.write(row_index, column_index, cell)
    return path


def landed_rows(settings: Settings, source: str, columns: str, where: str = "true") -> list[tuple[object, ...]]:
    """Rows of a source's landing, ordered."""
    files = settings.landing_dir / source / "*.parquet"
    return duckdb.sql(
        f"select {columns} from read_parquet('{files}', union_by_name = true) where {where} order by all"
    ).fetchall()
