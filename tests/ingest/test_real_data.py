"""Files of other people that belong to a source are taken through its contract alone; every row is accounted for."""

import csv
from pathlib import Path

import pytest

from pipelines.ingest.contracts import load_contracts
from pipelines.ingest.source import ingest_source
from pipelines.settings import PROJECT_ROOT, Settings
from tests.fixtures.deliveries import landed_rows

DATA = PROJECT_ROOT.parent / "shared" / "data"
SCANS = {"20230316-scan.csv": 2023, "department_of_justice.csv": 2025, "department_of_the_treasury.csv": 2025}

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the real data is not beside the project")


@pytest.mark.parametrize("name", SCANS)
def test_scans_of_three_vintages_load_whole(settings: Settings, name: str) -> None:
    settings = settings.model_copy(update={"edition": SCANS[name]})
    content = (DATA / "scans" / name).read_bytes()
    path: Path = settings.inbox_dir / "site_crawl" / name
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    [entry] = ingest_source(load_contracts()["site_crawl"], settings, lambda message: None).present
    delivered = list(csv.DictReader(content.decode("utf-8-sig").splitlines(keepends=True)))
    assert (entry.rows_read, entry.rows_unfit) == (len(delivered), 0)
    assert landed_rows(settings, "site_crawl", "count(*), count(unknown_cells)") == [(len(delivered), len(delivered))]
