"""Dates, times and numbers as people and programs write them: read rightly, or the row says that it could not be."""

import datetime as dt
import json

import pytest

from pipelines.ingest.contracts import Column, Contract
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
    contract = Contract(name="probe", title="", description="", key=("value",), columns=(column,))
    lines = "".join(json.dumps({"value": text}) + "\n" for text in texts)
    deliver(settings.inbox_dir, "probe", "a.jsonl", lines.encode())
    ingest_source(contract, settings, lambda message: None)
    rows = landed_rows(settings, "probe", "row_number, value, rejections is null")
    assert all((value is not None) == is_fit for _, value, is_fit in rows)
    return [value for _, value, _ in rows]


def test_times_are_understood(settings: Settings) -> None:
    found = read(settings, list(MOMENTS), data_type="timestamp", timezone="Asia/Shanghai")
    assert dict(zip(MOMENTS, found, strict=True)) == MOMENTS


def test_days_are_understood(settings: Settings) -> None:
    found = read(settings, list(DAYS), data_type="date", timezone="Asia/Shanghai")
    assert dict(zip(DAYS, found, strict=True)) == DAYS


@pytest.mark.parametrize("data_type", ["date", "timestamp"])
def test_what_is_no_time_is_never_taken_for_one(settings: Settings, data_type: str) -> None:
    assert read(settings, NO_MOMENTS, data_type=data_type) == [None] * len(NO_MOMENTS)


def test_a_month_is_its_first_day_where_the_contract_says_so(settings: Settings) -> None:
    texts = ["2017-09", "2017年9月", "201709", "2017-09-15"]
    assert read(settings, texts, data_type="date", whole_months=True) == [FIRST] * 3 + [dt.date(2017, 9, 15)]


def test_numbers_are_exact(settings: Settings) -> None:
    assert dict(zip(NUMBERS, read(settings, list(NUMBERS), data_type="bigint"), strict=True)) == NUMBERS


def test_what_is_no_number_is_never_taken_for_one(settings: Settings) -> None:
    assert read(settings, NO_NUMBERS, data_type="bigint") == [None] * len(NO_NUMBERS)


def test_what_platforms_show_is_read_where_the_contract_says_so(settings: Settings) -> None:
    texts = ["10万+", "10W+", "1.2万", "3亿", "1,234", "1.23456万"]
    capped = {"100001": ("10万+", "10w+")}
    found = read(settings, texts, data_type="bigint", is_rounded=True, capped=capped)
    assert found == [100001, 100001, 12000, 300000000, 1234, None]
