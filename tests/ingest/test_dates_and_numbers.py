"""Dates, times and numbers as people and programs write them: read rightly, or the row says that it could not be."""

import datetime as dt
import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as rules
from hypothesis import strategies as st

from pipelines.ingest.contracts import Column, Contract, load_contracts
from pipelines.ingest.source import ingest_source
from pipelines.settings import Settings
from tests.fixtures.deliveries import deliver, landed_rows

NOON = dt.datetime(2017, 9, 1, 4)
FIRST = dt.date(2017, 9, 1)
MOMENTS = {
    "2017-09-01 12:00:00": NOON,
    "2017-09-01 12:00": NOON,
    "2017/9/1 12:00": NOON,
    "2017年9月1日 12:00:00": NOON,
    "2017年09月01日12:00": NOON,
    "２０１７－０９－０１　１２：００": NOON,
    "20170901120000": NOON,
    "2017-09-01T12:00:00": NOON,
    "2017-09-01T04:00:00Z": NOON,
    "2017-09-01 12:00:00 +0800": NOON,
    "2017-09-01T12:00:00.000+08:00": NOON,
    "Fri Sep 01 12:00:00 +0800 2017": NOON,
    "42979.5": NOON,
}
DAYS = {
    **dict.fromkeys(MOMENTS, FIRST),
    "2017-09-01": FIRST,
    "2017.9.1": FIRST,
    "20170901": FIRST,
    "42979": FIRST,
    "42979.99": FIRST,
    "2017-08-31T20:00:00Z": FIRST,
}
NO_MOMENTS = [
    "2017-09-01 01:00:00 PM",
    "2017-09-01 12:00:00 junk",
    "2017-09-01 下午1:00",
    "2017-02-30",
    "2017-13-01",
    "9/1/2017",
    "17-9-1",
    "-017-01-01",
    "20170-09-01",
    "2017-09-01 (BC)",
    "2017-09",
    "infinity",
    "epoch",
    "now",
    "today",
    "1504238400",
]
NUMBERS = {
    "1234": 1234,
    "1,234,567": 1234567,
    "１２３": 123,
    " 7.0 ": 7,
    "9007199254740993": 9007199254740993,
    "9223372036854775807": 9223372036854775807,
}
NO_NUMBERS = ["1,23", "12,34,5", "1.5", "0x10", "10万+", "1.2万", "nan", "inf", "99999999999999999999", "12%"]


def read(settings: Settings, texts: list[str], **rules: object) -> list[object]:
    column = Column.model_validate({"name": "value", "description": "", "header": "value", **rules})
    contract = Contract(name="probe", title="", description="", key=("none",), columns=(column,))
    lines = "".join(json.dumps({"value": text}) + "\n" for text in texts)
    deliver(settings.inbox_dir, "probe", "a.jsonl", lines.encode())
    ingest_source(contract, settings, lambda message: None)
    rows = landed_rows(settings, "probe", "row_number, value, rejections is null")
    assert all((value is not None) == is_fit for _, value, is_fit in rows)
    return [value for _, value, _ in rows]


def test_times_are_understood(settings: Settings) -> None:
    found = read(settings, list(MOMENTS), data_type="timestamp", timezone="Asia/Shanghai")
    assert dict(zip(MOMENTS, found, strict=True)) == MOMENTS


@pytest.mark.parametrize(
    ("timezone", "required", "moments"),
    [
        ("Asia/Shanghai", False, {"1991-07-01 12:00:00": (1991, 7, 1, 3), "2017-07-01 12:00:00": (2017, 7, 1, 4)}),
        ("Asia/Shanghai", True, {"2016-01-01 08:00:00": (2016, 1, 1), "2019-01-01 07:00:00": (2018, 12, 31, 23)}),
        ("Europe/Berlin", True, {"2017-01-01 12:00:00": (2017, 1, 1, 11), "2017-07-01 12:00:00": (2017, 7, 1, 10)}),
    ],
)
def test_clocks_that_are_changed_in_summer(
    settings: Settings, timezone: str, required: bool, moments: dict[str, tuple[int, int, int]]
) -> None:
    found = read(settings, list(moments), data_type="timestamp", timezone=timezone, required=required)
    assert found == [dt.datetime(*moment) for moment in moments.values()]


def test_days_are_understood(settings: Settings) -> None:
    found = read(settings, list(DAYS), data_type="date", timezone="Asia/Shanghai")
    assert dict(zip(DAYS, found, strict=True)) == DAYS


@pytest.mark.parametrize("data_type", ["date", "timestamp"])
def test_what_is_no_time_is_never_taken_for_one(settings: Settings, data_type: str) -> None:
    assert read(settings, NO_MOMENTS, data_type=data_type) == [None] * len(NO_MOMENTS)


def test_a_month_is_its_first_day_where_the_contract_says_so(settings: Settings) -> None:
    texts = ["2017-09", "2017年9月", "2017/9", "201709", "2017.09", "2017.9", "42979", "2017-09-15"]
    assert read(settings, texts, data_type="date", whole_months=True) == [FIRST] * 7 + [dt.date(2017, 9, 15)]


@pytest.mark.parametrize("text", ["2017.1", "2017年", "2017", "2017.13", "2017月9", "2017-"])
def test_what_may_be_two_months_or_none_is_taken_for_none(settings: Settings, text: str) -> None:
    assert read(settings, [text], data_type="date", whole_months=True) == [None]


@given(day=st.dates(dt.date(1990, 1, 1), dt.date(2018, 12, 31)), whole_months=st.booleans())
@rules(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
def test_a_serial_number_is_its_day_in_every_column(day: dt.date, whole_months: bool) -> None:
    serial = str((day - dt.date(1899, 12, 30)).days)
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder) / "home", inbox=Path(folder) / "inbox")
        assert read(settings, [serial], data_type="date", whole_months=whole_months) == [day]


@pytest.mark.parametrize(
    ("rules_of_column", "believed", "not_believed"),
    [
        ({}, ["1990-01-01", "2018-12-31"], ["1989-12-31", "2019-01-01", "4297-09-01", "20179"]),
        ({"required": True}, ["2016-01-01", "2018-12-31"], ["2015-12-31", "2013-10-17", "2019-01-01"]),
        ({"required": True, "years_before": 10}, ["2007-01-01"], ["2006-12-31"]),
    ],
)
@pytest.mark.parametrize("data_type", ["date", "timestamp"])
def test_a_day_far_from_its_edition_is_not_believed(
    settings: Settings, data_type: str, rules_of_column: dict[str, object], believed: list[str], not_believed: list[str]
) -> None:
    column = Column.model_validate(
        {"name": "value", "description": "", "header": "value", "data_type": data_type, **rules_of_column}
    )
    contract = Contract(name="probe", title="", description="", key=("none",), columns=(column,))
    lines = "".join(json.dumps({"value": text}) + "\n" for text in [*believed, *not_believed])
    deliver(settings.inbox_dir, "probe", "a.jsonl", lines.encode())
    ingest_source(contract, settings, lambda message: None)
    found = landed_rows(settings, "probe", "row_number, rejections[1].reason_code, rejections[1].value")
    assert [(reason, value) for _, reason, value in found] == [
        *[(None, None)] * len(believed),
        *[("out_of_range", text) for text in not_believed],
    ]


def test_a_number_too_large_to_be_added_is_one_bad_cell(settings: Settings) -> None:
    """A value of 1e21 landed, and the run ended in an error of the database."""
    column = Column.model_validate({"name": "value", "description": "", "header": "value", "data_type": "double"})
    contract = Contract(name="probe", title="", description="", key=("none",), columns=(column,))
    believed, too_large = ["10000000000000000", "-85000000000000"], ["10000000000000002", "-1e21"]
    lines = "".join(json.dumps({"value": text}) + "\n" for text in [*believed, *too_large])
    deliver(settings.inbox_dir, "probe", "a.jsonl", lines.encode())
    ingest_source(contract, settings, lambda message: None)
    found = landed_rows(settings, "probe", "row_number, rejections[1].reason_code, rejections[1].value")
    assert [(reason, value) for _, reason, value in found] == [
        *[(None, None)] * len(believed),
        *[("out_of_range", text) for text in too_large],
    ]


@pytest.mark.parametrize(
    ("name", "cells", "is_fit"),
    [
        ("微信_2017年9月.csv", "微信,a1", True),
        ("微信_20170901.csv", "微信,a1", True),
        ("微信账号数据_20171018导出.csv", "微信,a1", False),
    ],
)
def test_no_month_begins_within_one(settings: Settings, name: str, cells: str, is_fit: bool) -> None:
    deliver(settings.inbox_dir, "account_activity", name, f"平台,账号ID\n{cells}\n".encode())
    ingest_source(load_contracts()["account_activity"], settings, lambda message: None)
    reason = None if is_fit else "no_first_day"
    assert landed_rows(settings, "account_activity", "rejections[1].reason_code") == [(reason,)]


def test_a_day_begins_anywhere(settings: Settings) -> None:
    rows = "平台,账号ID,周期,日期\n微信,a1,日,2017-09-15\n微信,a1,周,2017-09-11\n微信,a1,年,2017-09-01\n"
    deliver(settings.inbox_dir, "account_activity", "a.csv", rows.encode())
    ingest_source(load_contracts()["account_activity"], settings, lambda message: None)
    found = landed_rows(settings, "account_activity", "row_number, rejections[1].reason_code")
    assert found == [(2, None), (3, None), (4, "no_first_day")]


def test_numbers_are_exact(settings: Settings) -> None:
    assert dict(zip(NUMBERS, read(settings, list(NUMBERS), data_type="bigint"), strict=True)) == NUMBERS


def test_what_is_no_number_is_never_taken_for_one(settings: Settings) -> None:
    assert read(settings, NO_NUMBERS, data_type="bigint") == [None] * len(NO_NUMBERS)


def test_what_platforms_show_is_read_where_the_contract_says_so(settings: Settings) -> None:
    texts = ["10万+", "10W+", "1.2万", "3亿", "1,234", "1.23456万"]
    capped = {"100001": ("10万+", "10w+")}
    found = read(settings, texts, data_type="bigint", is_rounded=True, capped=capped)
    assert found == [100001, 100001, 12000, 300000000, 1234, None]
