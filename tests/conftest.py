"""What every test may use: a home of its own and ways to deliver small real files."""

from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb
import pytest
import xlsxwriter

from pipelines.settings import Settings

Cells = Sequence[Sequence[object]]


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
