"""A file delivered again under a corrected name takes the place of what it corrects; both stay in the ledger."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.ingest.contracts import load_contracts
from pipelines.ingest.inbox import Delivery
from pipelines.ingest.ledger import read_ledger
from pipelines.ingest.source import ingest_source
from pipelines.releases.built import is_inbox_landed
from pipelines.settings import Settings
from tests.fixtures.deliveries import landed_rows

Deliver = Callable[[str, str, bytes], Path]
CONTRACT = load_contracts()["site_registry"]
HEADER = "网站标识码,网站名称,首页网址,层级,网站类型\n"


def registry(*codes: str) -> bytes:
    return (HEADER + "".join(f"{code},示例网,{code}.example,县级,门户网站\n" for code in codes)).encode()


def ingest(settings: Settings) -> dict[str, str]:
    ingest_source(CONTRACT, settings, lambda message: None)
    return {entry.file_name: entry.status for entry in read_ledger(settings.landing_dir, 2017, "site_registry")}


@pytest.mark.parametrize(
    ("name", "version"),
    [
        ("登记表.xlsx", ("登记表", 0)),
        ("登记表（更正）.xlsx", ("登记表", 1)),
        ("登记表-更正版.xls", ("登记表", 1)),
        ("登记表_v3.csv.gz", ("登记表", 3)),
        ("登记表 修订2.csv", ("登记表", 2)),
        ("2017.9 登记表.xlsx", ("2017.9 登记表", 0)),
        ("v2", ("", 2)),
    ],
)
def test_the_name_says_which_correction_it_is(name: str, version: tuple[str, int]) -> None:
    assert Delivery("site_registry", Path(name)).version(CONTRACT.correction_mark) == version


def test_the_last_correction_counts_whatever_its_format(settings: Settings, deliver: Deliver) -> None:
    deliver("site_registry", "登记表.csv", registry("3301000001"))
    deliver("site_registry", "登记表（更正）.tsv", registry("3301000002").replace(b",", b"\t"))
    deliver("site_registry", "另表.csv", registry("3301000004"))
    assert ingest(settings) == {"登记表.csv": "replaced", "登记表（更正）.tsv": "landed", "另表.csv": "landed"}
    assert landed_rows(settings, "site_registry", "site_code") == [("3301000002",), ("3301000004",)]
    deliver("site_registry", "登记表-v2.csv", registry("3301000003"))
    assert ingest(settings)["登记表（更正）.tsv"] == "replaced"
    assert landed_rows(settings, "site_registry", "site_code") == [("3301000003",), ("3301000004",)]


def test_a_withdrawn_correction_brings_the_file_back(settings: Settings, deliver: Deliver) -> None:
    deliver("site_registry", "登记表.csv", registry("3301000001"))
    correction = deliver("site_registry", "登记表v2.csv", registry("3301000002"))
    ingest(settings)
    correction.unlink()
    assert ingest(settings) == {"登记表.csv": "landed", "登记表v2.csv": "withdrawn"}
    assert landed_rows(settings, "site_registry", "site_code") == [("3301000001",)]


def test_a_replaced_file_is_no_reason_to_run_again(settings: Settings, deliver: Deliver) -> None:
    deliver("site_registry", "登记表.csv", registry("3301000001"))
    deliver("site_registry", "登记表v2.csv", registry("3301000002"))
    for contract in load_contracts().values():
        ingest_source(contract, settings, lambda message: None)
    assert is_inbox_landed(settings)
