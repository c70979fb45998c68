"""What was delivered before: nothing is read twice, nothing stays that was taken away, both stay in the ledger."""

import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.errors import DeliveryError
from pipelines.foundation.sql import literal
from pipelines.ingest.contracts import load_contracts
from pipelines.ingest.facts import Fact
from pipelines.ingest.ledger import LedgerEntry, Listed, delivered_editions, ledger_path, read_ledger, standing_of
from pipelines.ingest.memory import FileMark
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


def test_a_home_that_kept_a_ledger_alone_reads_nothing_again(settings: Settings, deliver: Deliver) -> None:
    gone = deliver("site_registry", "gone.csv", registry("3301000000"))
    ingest(settings)
    gone.unlink()
    for number in range(20):
        deliver("site_registry", f"{number:02}.csv", registry(f"33010001{number:02}"))
    deliver("site_registry", "alone.xlsx", b"").unlink()
    ingest(settings)
    said = read_ledger(settings.landing_dir, 2017, "site_registry")
    rows = landed_rows(settings, "site_registry", "*")
    for folder in ("facts", "objects"):
        shutil.rmtree(settings.home_dir / folder)
    assert ingest(settings) == 0
    assert read_ledger(settings.landing_dir, 2017, "site_registry") == said
    (settings.inbox_dir / "site_registry" / "07.csv").unlink()
    assert ingest(settings) == 0
    assert landed_rows(settings, "site_registry", "*") == [row for row in rows if "3301000107" not in row]


HASHES = [digit * 64 for digit in "abcd"]
BLANK = LedgerEntry(
    edition=2017, source="s", file_name="", file_id="", sha256="", byte_count=0, modified_ns=0, contract="now",
    status="landed",
)  # fmt: skip


def listed(name: str, sha256: str | None, correction: int) -> Listed:
    return Listed(f"{name}-{correction}", f"{name}-{correction}", sha256, 1, 2, name, correction)


def fact(name: str, sha256: str, contract: str, landed: str | None, rows: int) -> Fact:
    mark = FileMark(sha256=sha256, byte_count=1, modified_ns=2, changed_ns=3)
    return Fact(file_name=name, mark=mark, contract=contract, landed=landed, rows_read=rows)


LISTINGS = st.lists(
    st.builds(listed, st.sampled_from("xyz"), st.sampled_from([*HASHES, None]), st.integers(0, 2)),
    unique_by=lambda file: file.name,
)
NAMES = [f"{name}-{correction}" for name in "xyz" for correction in range(3)]
FACTS = st.lists(
    st.builds(
        fact, st.sampled_from(NAMES), st.sampled_from(HASHES), st.sampled_from(["now", "before"]),
        st.sampled_from(["one", "two", "three", None]), st.integers(0, 2),
    )
)  # fmt: skip


@given(LISTINGS, FACTS, st.sets(st.sampled_from(["one", "two", "three"])), st.randoms())
def test_the_ledger_follows_from_listing_and_facts_in_whatever_order(
    listing: list[Listed], facts: list[Fact], held: set[str], chance: object
) -> None:
    found = standing_of(BLANK, listing, facts, held)
    # Workers list and read as they come, and may have read the same.
    others = [*facts, *facts[::2]]
    for several in (listing, others):
        chance.shuffle(several)  # type: ignore[attr-defined]
    assert standing_of(BLANK, listing, others, held) == found


@given(LISTINGS, FACTS, st.sets(st.sampled_from(["one", "two", "three"])))
def test_every_listed_content_is_landed_once_or_to_be_read(
    listing: list[Listed], facts: list[Fact], held: set[str]
) -> None:
    found = standing_of(BLANK, listing, facts, held)
    readable = {file.name for file in listing if file.sha256 is not None}
    assert found.unread | found.settled.keys() == readable
    assert not found.unread & found.settled.keys()
    landed = sorted(entry.file_id for entry in found.settled.values() if entry.status == "landed")
    assert sorted(file_id for file in found.landed for file_id in file.file_ids) == landed
    assert len(set(landed)) == len(landed)
    names = {file_id: file.name for file in found.landed for file_id in file.file_ids}
    assert all(names[e.file_id] == e.landing_name for e in found.settled.values() if e.status == "landed")
    assert all((entry.file_name, entry.sha256) not in {(f.name, f.sha256) for f in listing} for entry in found.gone)
    read = [fact(file.name, file.sha256 or "", "now", f"of {file.name}", 1) for file in listing]
    after = standing_of(BLANK, listing, [*facts, *read], held | {f"of {file.name}" for file in listing})
    assert not after.unread
