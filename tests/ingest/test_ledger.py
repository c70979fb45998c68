"""What was delivered before: nothing is read twice, nothing stays that was taken away, both stay in the ledger."""

from collections.abc import Callable
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines.errors import DeliveryError
from pipelines.foundation.sql import literal
from pipelines.ingest.contracts import load_contracts
from pipelines.ingest.ledger import delivered_editions, ledger_path, read_ledger
from pipelines.ingest.source import ingest_source
from pipelines.settings import Settings
from tests.fixtures.deliveries import landed_rows

Deliver = Callable[[str, str, bytes], Path]
CONTRACT = load_contracts()["site_registry"]
HEADER = "网站标识码,网站名称,首页网址,层级,网站类型\n"


def registry(*codes: str) -> bytes:
    return (HEADER + "".join(f"{code},示例网,{code}.example,县级,门户网站\n" for code in codes)).encode()


def statuses(settings: Settings) -> list[tuple[str, str]]:
    return sorted((entry.file_name, entry.status) for entry in read_ledger(settings.landing_dir, 2017, "site_registry"))


def ingest(settings: Settings) -> int:
    return ingest_source(CONTRACT, settings, lambda message: None).read_count


def test_an_unchanged_file_is_not_read_again(settings: Settings, deliver: Deliver) -> None:
    path = deliver("site_registry", "a.csv", registry("3301000001"))
    assert ingest(settings) == 1
    assert ingest(settings) == 0
    path.touch()
    assert ingest(settings) == 0


def test_a_copy_under_another_name_counts_once(settings: Settings, deliver: Deliver) -> None:
    deliver("site_registry", "a.csv", registry("3301000001"))
    deliver("site_registry", "b.csv", registry("3301000001"))
    ingest(settings)
    assert landed_rows(settings, "site_registry", "site_code") == [("3301000001",)]
    assert statuses(settings) == [("a.csv", "landed"), ("b.csv", "duplicate")]
    (settings.inbox_dir / "site_registry" / "a.csv").unlink()
    ingest(settings)
    assert landed_rows(settings, "site_registry", "site_code") == [("3301000001",)]
    assert statuses(settings) == [("a.csv", "withdrawn"), ("b.csv", "landed")]


def test_a_new_content_replaces_the_old_and_both_stay_in_the_ledger(settings: Settings, deliver: Deliver) -> None:
    deliver("site_registry", "a.csv", registry("3301000001"))
    ingest(settings)
    deliver("site_registry", "a.csv", registry("3301000002", "3301000003"))
    ingest(settings)
    assert landed_rows(settings, "site_registry", "site_code") == [("3301000002",), ("3301000003",)]
    assert statuses(settings) == [("a.csv", "landed"), ("a.csv", "superseded")]


def test_a_withdrawn_file_takes_its_rows_with_it(settings: Settings, deliver: Deliver) -> None:
    deliver("site_registry", "a.csv", registry("3301000001"))
    deliver("site_registry", "b.csv", registry("3301000002"))
    ingest(settings)
    (settings.inbox_dir / "site_registry" / "a.csv").unlink()
    report = ingest_source(CONTRACT, settings, lambda message: None)
    assert report.is_changed
    assert landed_rows(settings, "site_registry", "site_code") == [("3301000002",)]
    assert statuses(settings) == [("a.csv", "withdrawn"), ("b.csv", "landed")]


def test_a_changed_contract_reads_the_file_again(settings: Settings, deliver: Deliver) -> None:
    deliver("site_registry", "a.csv", registry("3301000001"))
    ingest(settings)
    changed = CONTRACT.model_copy(update={"title": "another form"})
    assert ingest_source(changed, settings, lambda message: None).read_count == 1


def test_a_bad_file_is_named_and_the_good_one_lands(settings: Settings, deliver: Deliver) -> None:
    deliver("site_registry", "bad.csv", b"nothing,known\n1,2\n")
    deliver("site_registry", "good.csv", registry("3301000001"))
    with pytest.raises(DeliveryError, match=r"site_registry/bad\.csv"):
        ingest(settings)
    assert landed_rows(settings, "site_registry", "site_code") == [("3301000001",)]
    assert statuses(settings) == [("bad.csv", "failed"), ("good.csv", "landed")]


def test_a_source_nobody_delivered_is_an_empty_table(settings: Settings) -> None:
    ingest(settings)
    assert landed_rows(settings, "site_registry", "site_code, rejections") == []


def test_an_empty_table_that_does_not_say_by_which_contract_is_made_anew(settings: Settings) -> None:
    ingest(settings)
    [empty] = (settings.landing_dir / "site_registry").glob("*.parquet")
    made = empty.read_bytes()
    pl.DataFrame({"site_code": ["of another contract"]}).write_parquet(empty)
    ingest(settings)
    assert empty.read_bytes() == made
    duckdb.sql(f"copy (select 1 as n) to {literal(empty)} (format parquet)")
    ingest(settings)
    assert empty.read_bytes() == made


def test_editions_land_side_by_side(settings: Settings, deliver: Deliver) -> None:
    deliver("site_registry", "a.csv", registry("3301000001"))
    ingest(settings)
    ingest(settings.for_run(edition=2018))
    assert landed_rows(settings, "site_registry", "edition, site_code") == [(2017, "3301000001"), (2018, "3301000001")]


def test_an_edition_is_delivered_as_long_as_a_file_of_it_is_there(settings: Settings, deliver: Deliver) -> None:
    assert delivered_editions(settings.landing_dir) == frozenset()
    path = deliver("site_registry", "a.csv", registry("3301000001"))
    earlier = settings.for_run(edition=2016)
    for each in (settings, earlier):
        ingest(each)
    assert delivered_editions(settings.landing_dir) == {2016, 2017}
    # As an earlier version wrote it.
    ledger = ledger_path(settings.landing_dir, 2017, "site_registry")
    pl.read_parquet(ledger, glob=False).drop("landed_in").write_parquet(ledger)
    assert delivered_editions(settings.landing_dir) == {2016, 2017}
    path.unlink()
    ingest(earlier)
    assert delivered_editions(settings.landing_dir) == {2017}
