"""One store for several homes, in a folder or in a bucket: what one has landed the other has, and persons are one."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.errors import CepingError
from pipelines.foundation.hashing import hash_file
from pipelines.foundation.store import open_store
from pipelines.ingest.contracts import Column, Contract, load_contracts
from pipelines.ingest.part import Part, land_part
from pipelines.ingest.source import IngestReport, ingest_source
from pipelines.settings import Settings
from tests.fixtures.deliveries import landed_rows
from tests.fixtures.stores import blocks_of_the_page, server, store

__all__ = ["server", "store"]

Deliver = Callable[[str, str, bytes], Path]
REGISTRY = load_contracts()["site_registry"]
SURVEY = Contract(
    name="survey",
    title="",
    description="",
    key=("address",),
    columns=(
        Column.model_validate(
            {"name": "address", "data_type": "string", "description": "", "header": "address", "personal": "pseudonym"}
        ),
    ),
)


@pytest.fixture
def homes(settings: Settings, store: str, tmp_path: Path) -> list[Settings]:
    """Two homes that share a store and an inbox."""
    return [settings.for_run(home=tmp_path / f"ho[m]e's {number}", store=store) for number in (1, 2)]


@pytest.fixture
def inbox(deliver: Deliver) -> None:
    for number in range(20):
        deliver("site_registry", f"{number:02}.csv", registry(number))
    deliver("survey", "a.csv", b"address\n10.0.0.1\n10.0.0.2\n")


def registry(*numbers: int) -> bytes:
    rows = (f"33{number:08},示例网,{number}.example,县级,门户网站\n" for number in numbers)
    return ("网站标识码,网站名称,首页网址,层级,网站类型\n" + "".join(rows)).encode()


def ingest(settings: Settings) -> tuple[IngestReport, IngestReport]:
    return (
        ingest_source(REGISTRY, settings, lambda message: None),
        ingest_source(SURVEY, settings, lambda message: None),
    )


def landed(settings: Settings) -> dict[str, str]:
    paths = settings.landing_dir.rglob("*.parquet")
    return {path.relative_to(settings.landing_dir).as_posix(): hash_file(path) for path in paths}


def pseudonyms(settings: Settings) -> list[object]:
    return [row[0] for row in landed_rows(settings, "survey", "address")]


@pytest.mark.usefixtures("inbox")
def test_a_second_home_reads_what_the_first_landed(homes: list[Settings], deliver: Deliver) -> None:
    first, second = homes
    assert [report.read_count for report in ingest(first)] == [20, 1]
    reports = ingest(second)
    assert [(report.read_count, report.taken_count) for report in reports] == [(0, 20), (0, 1)]
    assert landed(second) == landed(first)
    # What one of them withdraws stays in the store for the other.
    one_less = second.for_run(inbox=second.home_dir / "inbox")
    (one_less.inbox_dir / "site_registry").mkdir(parents=True)
    assert len(landed_rows(one_less, "site_registry", "*")) == 20
    ingest_source(REGISTRY, one_less, lambda message: None)
    assert landed_rows(one_less, "site_registry", "*") == []
    assert not ingest(first)[0].is_changed
    assert ingest_source(REGISTRY, second, lambda message: None).taken_count == 20


@pytest.mark.usefixtures("inbox")
def test_workers_with_homes_of_their_own_land_for_another(homes: list[Settings], settings: Settings) -> None:
    worker, other = homes
    for part in (1, 2):
        land_part(worker, Part(part, 2), lambda message: None)
    assert ingest(other)[0].read_count == 0
    alone = settings.for_run(home=other.home_dir.parent / "alone")
    ingest_source(REGISTRY, alone, lambda message: None)
    of_registry = {name: sha256 for name, sha256 in landed(other).items() if "registry" in name}
    assert of_registry == landed(alone)


def test_a_person_is_one_through_whichever_home(homes: list[Settings], tmp_path: Path) -> None:
    for number, home in enumerate(homes):
        path = tmp_path / f"inbox {number}" / "survey" / f"{number}.csv"
        path.parent.mkdir(parents=True)
        path.write_text(f"address\n10.0.0.1\n10.0.1.{number}\n", encoding="utf-8")
        ingest_source(SURVEY, home.for_run(inbox=path.parents[1]), lambda message: None)
    of_first, of_second = (set(pseudonyms(home)) for home in homes)
    assert (len(of_first), len(of_second), len(of_first & of_second)) == (2, 2, 1)


@pytest.mark.usefixtures("inbox")
def test_a_home_brings_its_key_and_what_it_landed_to_a_new_store(homes: list[Settings], settings: Settings) -> None:
    ingest(settings)
    joined = settings.for_run(store=homes[0].store)
    assert [report.is_changed for report in ingest(joined)] == [False, False]
    assert [report.read_count for report in ingest(homes[1])] == [0, 0]
    assert landed(homes[1]) == landed(settings)


@pytest.mark.usefixtures("inbox")
def test_a_home_with_another_key_is_refused(homes: list[Settings], settings: Settings) -> None:
    ingest(settings)
    ingest(homes[0])
    before = pseudonyms(settings)
    with pytest.raises(CepingError, match=r"^the key of the store .* a person would be two"):
        ingest_source(SURVEY, settings.for_run(store=homes[0].store), lambda message: None)
    assert pseudonyms(settings) == before


@pytest.mark.usefixtures("inbox")
def test_what_the_store_has_lost_or_damaged_is_landed_again(homes: list[Settings], tmp_path: Path) -> None:
    first, second = homes
    ingest(first)
    store = open_store(first.store_place or "")
    other = tmp_path / "damaged"
    other.write_bytes(b"damaged")
    [name] = store.names("objects/2017/site_registry")
    store.put(f"objects/2017/site_registry/{name}", other)
    told: list[str] = []
    assert ingest_source(REGISTRY, second, told.append).read_count == 20
    assert "is gone or damaged; it and the files landed with it are read again" in told[0]
    assert landed(second).items() <= landed(first).items()
    store.fetch(f"objects/2017/site_registry/{name}", other)
    assert hash_file(other) == Path(name).stem


@pytest.mark.usefixtures("inbox")
@pytest.mark.parametrize("store", ["folder"], indirect=True)
def test_a_key_that_the_store_has_lost_is_not_made_anew(homes: list[Settings]) -> None:
    first, second = homes
    ingest(first)
    key = Path(first.store_place or "") / "secret" / "pseudonym.key"
    assert key.stat().st_mode & 0o777 == 0o600
    key.unlink()
    with pytest.raises(CepingError, match=r"pseudonym\.key is not the key .* put back from a copy"):
        ingest(second)


@pytest.mark.parametrize("store", ["s3"], indirect=True)
def test_a_bucket_that_is_not_there_is_told(settings: Settings, store: str) -> None:
    with pytest.raises(CepingError, match=r"^the store s3://nowhere/x cannot be used: .* 404 Not Found$"):
        ingest_source(REGISTRY, settings.for_run(store="s3://nowhere/x"), lambda message: None)


def test_of_two_who_put_first_one_wins(store: str) -> None:
    opened = open_store(store)
    assert [opened.put_first("a/b", content) for content in (b"one", b"two")] == [b"one", b"one"]
    assert opened.names("a") == {"b"}
    assert opened.names("nothing") == set()
    with pytest.raises(FileNotFoundError):
        opened.read("a/c")


@pytest.mark.usefixtures("inbox")
def test_the_page_on_scaling_can_be_followed(store: str, settings: Settings, tmp_path: Path) -> None:
    """Each block as it is written, but for the place of the store."""
    of_one_home, of_a_store, of_a_bucket = blocks_of_the_page()
    address = re.compile(r"(?<=CEPING_STORE=)\S+")
    export = next(line for line in of_a_bucket.splitlines() if "CEPING_STORE" in line)
    assert address.findall(export)[0].startswith("s3://")
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    for block in (of_one_home, address.sub(f'"{store}"', of_a_store)):
        done = subprocess.run(
            ["bash", "-euc", block], cwd=tmp_path, env=environment, check=False, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
    alone = settings.for_run(home=tmp_path / "alone")
    ingest_source(REGISTRY, alone, lambda message: None)
    for other in (settings.for_run(home=tmp_path / "home"), settings.for_run(home=tmp_path / "other", store=store)):
        assert ingest_source(REGISTRY, other, lambda message: None).read_count == 0
        assert landed(other) == landed(alone)
