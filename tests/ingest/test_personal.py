"""Personal data is dropped or becomes a keyed hash before it lands; a code's check digit is judged."""

import stat
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as settings_of_examples
from hypothesis import strategies as st

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
    assert "phone" not in pl.scan_parquet(landed, glob=False).collect_schema()
    assert not [secret for secret in ("138000", "10.0.0", "mallory") if secret in repr(rows)]


def test_what_is_wrong_is_said_without_the_value(rows: list[tuple[object, ...]]) -> None:
    reasons = {
        row[0]: [(reason["column_name"], reason["reason_code"], reason["value"]) for reason in row[3]]
        for row in rows
        if isinstance(row[3], list)
    }
    assert reasons == {
        5: [("phone", "missing", None), ("address", "pattern", None)],
        6: [("unit", "check_digit", None)],
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


DECLARED = {
    "unit_name": "岑阜北示例单位",
    "unit_code": "91110000600037341L",
    "subject_kind": "网站",
    "subject_code": "bm13020001",
    "series": "1",
    "declared_at": "2017-08-21 01:00:00",
    "contact_name": "欧阳植",
    "contact_phone": "13800138001",
    "contact_mail": "ouyang@unit.example",
    "visit_count": "7",
    "published_count": "8",
    "online_service_count": "9",
    "answered_count": "10",
    "case_text": "本年度优化栏目设置，推进一网通办。",
    "is_withdrawn": "否",
    "is_synthetic": "是",
}
LAST = ["case_text", "contact_name"]
SECRETS = ("欧阳植", "13800138001", "ouyang")


def shifted(cells: list[str]) -> list[list[str]]:
    """The row with each cell left out, and with an empty one put before each: what follows moves by one."""
    left = [[*cells[:place], *cells[place + 1 :], ""] for place in range(len(cells))]
    right = [[*cells[:place], "", *cells[place:-1]] for place in range(len(cells))]
    return [*left, *right]


@settings_of_examples(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(list(DECLARED)))
# Nothing but the name itself tells that the case was left out before it.
@example(order=[name for name in DECLARED if name not in LAST] + LAST)
def test_no_person_lands_however_columns_are_ordered_and_a_row_is_shifted(settings: Settings, order: list[str]) -> None:
    contract = load_contracts()["declaration"]
    whole = [DECLARED[name] for name in order]
    lines = [[contract.column(name).header for name in order], whole, *shifted(whole)]
    content = "".join(f"{','.join(line)}\n" for line in lines).encode()
    deliver_to(settings.inbox_dir, "declaration", "a.csv", content)
    [entry] = ingest_source(contract, settings, lambda message: None).present
    assert entry.rows_read == len(lines) - 1
    assert landed_rows(settings, "declaration", "row_number", "row_number = 2 and rejections is null") == [(2,)]
    rows = landed_rows(settings, "declaration", "row_number, * exclude (file_id)")
    assert [row for row in rows if any(secret in repr(row) for secret in SECRETS)] == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("case_text", "请致电 138-0013-8001"),
        ("case_text", "联系人：欧阳植，电话 0571-88001234"),
        ("case_text", "欧阳植 88001234"),
        ("case_text", "11010519491231002X"),
        ("case_text", "写信至 ouyang@unit.example"),
        ("unit_name", "来自 10.0.2.7 的单位"),
        ("subject_code", "13800138001"),
        ("visit_count", "01088001234"),
        ("visit_count", "13800138001"),
        ("visit_count", "110105194912310021"),
    ],
)
def test_what_looks_like_a_persons_is_kept_out_of_other_columns(settings: Settings, name: str, text: str) -> None:
    contract = load_contracts()["declaration"]
    row = DECLARED | {name: text}
    content = f"{','.join(row)}\n{','.join(row.values())}\n".encode()
    deliver_to(settings.inbox_dir, "declaration", "a.csv", content)
    ingest_source(contract, settings, lambda message: None)
    [[rejections, landed]] = landed_rows(settings, "declaration", f"rejections, {name}")
    is_beyond = name == "visit_count" and not text.startswith("0")
    expected = "out_of_range" if is_beyond else "personal_data"
    assert rejections == [{"column_name": name, "reason_code": expected, "value": None}]
    assert landed is None


@pytest.mark.parametrize(
    "change",
    [
        {"case_text": "公众访问量达12345678次，咨询电话：0571-88001234"},
        {"case_text": "见附件", "contact_name": ""},
        {"unit_name": "外交部", "contact_name": ""},
        {"case_text": "一网通办", "contact_name": "张三"},
        {"contact_name": "阿依古丽·买买提 13800138001", "contact_phone": "（0571）88001234转6", "contact_mail": "无"},
        {"visit_count": "9999999999", "contact_name": "Zhang San"},
    ],
)
def test_what_only_resembles_a_persons_lands(settings: Settings, change: dict[str, str]) -> None:
    row = DECLARED | change
    content = f"{','.join(row)}\n{','.join(row.values())}\n".encode()
    deliver_to(settings.inbox_dir, "declaration", "a.csv", content)
    ingest_source(load_contracts()["declaration"], settings, lambda message: None)
    assert landed_rows(settings, "declaration", "rejections") == [(None,)]


def test_no_number_beside_persons_data_may_be_a_telephone() -> None:
    open_ended = [
        f"{contract.name}.{column.name}"
        for contract in load_contracts().values()
        if contract.has_personal
        for column in contract.columns
        if column.data_type in ("integer", "bigint", "double")
        and not (column.minimum is not None and column.maximum is not None and column.maximum < 13_000_000_000)
    ]
    assert open_ended == []


def test_of_a_form_that_asks_for_persons_nothing_of_them_lands_wherever_it_stands(settings: Settings) -> None:
    """No column of the contract takes the names and numbers; what else is refused can be mended from what is shown."""
    header = "网站标识码,网站名称,首页网址,层级,网站类型,联系人,联系电话,备注"
    rows = [
        "1302000001,示例门户网,www.a.example,县级,门户网站,欧阳植,13800138001,",
        "1302000002,示例门户网,www.b.example,欧阳植,13800138001,县级,,",
        "1302000003,欧阳植 13800138001,www.c.example,县级,门户网站,,,",
        "1302000004,欧阳植,www.d.example,县,门户网站,,,欧阳植",
        "1302000005,示例门户网,www.e.example,L3,门户网站,,,13800138001",
    ]
    deliver_to(settings.inbox_dir, "site_registry", "a.csv", "\n".join([header, *rows]).encode())
    ingest_source(load_contracts()["site_registry"], settings, lambda message: None)
    assert landed_rows(settings, "site_registry", "row_number, site_name, list_extract(rejections, 1)") == [
        (2, "示例门户网", None),
        (3, "示例门户网", {"column_name": "level", "reason_code": "not_in_list", "value": None}),
        (4, None, {"column_name": "site_name", "reason_code": "personal_data", "value": None}),
        (5, None, {"column_name": "level", "reason_code": "not_in_list", "value": "县"}),
        (6, "示例门户网", {"column_name": "level", "reason_code": "not_in_list", "value": "L3"}),
    ]
    assert not [secret for secret in SECRETS if secret in repr(landed_rows(settings, "site_registry", "*"))]


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
    with pytest.raises(CepingError, match=r"pseudonym\.key is not the key .* put back from a copy"):
        ingest_again(settings)
    settings.pseudonym_key_path.write_bytes(key)
    ingest_again(settings)


@pytest.mark.usefixtures("rows")
def test_a_mark_of_another_key_is_named_and_half_of_one_is_made_anew(settings: Settings) -> None:
    mark = settings.landing_dir / "pseudonym_key.json"
    content = mark.read_bytes()
    mark.write_text('{"sha256": "' + "0" * 64 + '"}', encoding="utf-8")
    with pytest.raises(CepingError, match=r"by pseudonym_key\.json there; put back"):
        ingest_again(settings)
    mark.write_bytes(content[:9])
    ingest_again(settings)
    assert mark.read_bytes() == content


@pytest.mark.parametrize("content", [b"", b"half"])
def test_an_empty_key_of_a_new_home_is_refused(settings: Settings, deliver: Deliver, content: bytes) -> None:
    settings.pseudonym_key_path.parent.mkdir(parents=True)
    settings.pseudonym_key_path.write_bytes(content)
    deliver("declared", "a.csv", f"unit,phone,address\n{GOOD_UNIT},13800000001,10.0.0.1\n".encode())
    with pytest.raises(CepingError, match=r"pseudonym\.key is not the key"):
        ingest_source(CONTRACT, settings, lambda message: None)


def test_workers_that_begin_at_once_have_one_key(settings: Settings) -> None:
    with ThreadPoolExecutor(max_workers=16) as pool:
        assert len(set(pool.map(lambda _: pseudonym_key(settings), range(64)))) == 1


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
