"""Personal data is dropped or becomes a keyed hash before it lands; a code's check digit is judged."""

import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from pipelines.errors import CepingError
from pipelines.foundation.secret import KEY_BYTES
from pipelines.ingest.contracts import Column, Contract, load_contracts
from pipelines.ingest.pseudonyms import pseudonym_key
from pipelines.ingest.source import ingest_source
from pipelines.settings import PROJECT_ROOT, Settings
from tests.fixtures.deliveries import deliver as deliver_to
from tests.fixtures.deliveries import landed_rows

Deliver = Callable[[str, str, bytes], Path]


def column(name: str, **rules: object) -> Column:
    return Column.model_validate({"name": name, "data_type": "string", "description": "", "header": name, **rules})


CONTRACT = Contract(
    name="declared",
    title="",
    description="",
    key=("unit",),
    columns=(
        column("unit", required=True, check="uscc"),
        column("phone", personal="drop", required=True),
        column("address", personal="pseudonym", pattern=r"[\d.]+"),
    ),
)
GOOD_UNIT = "91110000600037341L"


@pytest.fixture
def rows(settings: Settings, deliver: Deliver) -> list[tuple[object, ...]]:
    lines = [
        f"{GOOD_UNIT},13800000001,10.0.0.1",
        f"{GOOD_UNIT},13800000002,10.0.0.1",
        f"{GOOD_UNIT},13800000003,10.0.0.2",
        f"{GOOD_UNIT},,mallory",
        "91110000600037342L,13800000005,",
        "13800000006,10.0.0.6",
    ]
    deliver("declared", "a.csv", "\n".join(["unit,phone,address", *lines]).encode())
    ingest_source(CONTRACT, settings, lambda message: None)
    return landed_rows(settings, "declared", "row_number, unit, address, rejections")


def test_the_same_address_has_the_same_pseudonym_within_a_home(rows: list[tuple[object, ...]]) -> None:
    addresses = {row[0]: row[2] for row in rows}
    assert addresses[2] == addresses[3] != addresses[4]


def test_nothing_personal_is_landed_not_even_as_a_reason(settings: Settings, rows: list[tuple[object, ...]]) -> None:
    [landed, *_] = (settings.landing_dir / "declared").glob("*.parquet")
    assert "phone" not in pl.read_parquet_schema(landed)
    assert not [secret for secret in ("138000", "10.0.0", "mallory") if secret in repr(rows)]


def test_what_is_wrong_is_said_without_the_value(rows: list[tuple[object, ...]]) -> None:
    reasons = {
        row[0]: [(reason["column_name"], reason["reason_code"], reason["value"]) for reason in row[3]]
        for row in rows
        if isinstance(row[3], list)
    }
    assert reasons == {
        5: [("phone", "missing", None), ("address", "pattern", None)],
        6: [("unit", "check_digit", "91110000600037342L")],
        7: [(None, "2 fields where the header has 3", None)],
    }


def test_the_key_is_its_owners_alone(settings: Settings, rows: list[tuple[object, ...]]) -> None:
    assert stat.S_IMODE(settings.pseudonym_key_path.stat().st_mode) == 0o600
    assert settings.pseudonym_key_path.read_bytes().hex() not in repr(rows)


SHIFTED = [
    "岑阜北示例单位,,website,1302000001,1,,2017-08-21 01:00:00,欧阳植,13800138001,13800138002,7,8,9,10,材料,否",
    "岑阜北示例单位,,website,1302000001,1,欧阳植,13800138001,13800138002,7,8,9,10,材料,否,是,",
]


def test_nothing_of_a_row_lands_whose_cells_have_changed_places(settings: Settings) -> None:
    columns = [column.header for column in load_contracts()["declaration"].columns]
    whole = (
        "岑阜北示例单位,,website,1302000001,1,2017-08-21 01:00:00,欧阳植,13800138001,a@b.example,7,8,9,10,材料,否,是"
    )
    assert len(columns) == whole.count(",") + 1
    content = "\n".join([",".join(columns), whole, *SHIFTED]) + "\n"
    deliver_to(settings.inbox_dir, "declaration", "a.csv", content.encode())
    [entry] = ingest_source(load_contracts()["declaration"], settings, lambda message: None).present
    assert (entry.rows_read, entry.rows_unfit) == (3, 2)
    rows = landed_rows(settings, "declaration", "* exclude (file_id)", "rejections is not null")
    assert [secret for secret in ("欧阳植", "13800138001", "13800138002") if secret in repr(rows)] == []
    assert landed_rows(settings, "declaration", "visit_count", "rejections is null") == [(7,)]


def ingest_again(settings: Settings) -> None:
    for path in (settings.inbox_dir / "declared").iterdir():
        path.write_bytes(path.read_bytes() + b"\n")
    ingest_source(CONTRACT, settings, lambda message: None)


@pytest.mark.parametrize("damage", [b"", b"half", b"another key of exactly 32 bytes!", None])
@pytest.mark.usefixtures("rows")
def test_a_key_that_is_not_the_one_is_never_used(settings: Settings, damage: bytes | None) -> None:
    key = settings.pseudonym_key_path.read_bytes()
    settings.pseudonym_key_path.unlink()
    if damage is not None:
        settings.pseudonym_key_path.write_bytes(damage)
    with pytest.raises(CepingError, match=r"pseudonym\.key is not the key .* put it back"):
        ingest_again(settings)
    settings.pseudonym_key_path.write_bytes(key)
    ingest_again(settings)


@pytest.mark.parametrize("content", [b"", b"half"])
def test_an_empty_key_of_a_new_home_is_refused(settings: Settings, deliver: Deliver, content: bytes) -> None:
    settings.pseudonym_key_path.parent.mkdir(parents=True)
    settings.pseudonym_key_path.write_bytes(content)
    deliver("declared", "a.csv", f"unit,phone,address\n{GOOD_UNIT},13800000001,10.0.0.1\n".encode())
    with pytest.raises(CepingError, match=r"pseudonym\.key is not the key"):
        ingest_source(CONTRACT, settings, lambda message: None)


def test_a_full_disk_leaves_no_key(settings: Settings) -> None:
    filled = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from pipelines.ingest.pseudonyms import pseudonym_key; from pipelines.settings import Settings\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (16, 16))\n"
        "pseudonym_key(Settings(home=Path(sys.argv[1])))\n"
    )
    done = subprocess.run(
        [sys.executable, "-B", "-c", filled, str(settings.home_dir)], cwd=PROJECT_ROOT, capture_output=True, check=False
    )
    assert b"OSError" in done.stderr
    assert list(settings.pseudonym_key_path.parent.iterdir()) == []
    assert len(pseudonym_key(settings)) == KEY_BYTES
