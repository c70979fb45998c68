"""From every contract, in every format: what comes out is what went in, and what was quarantined is counted."""

import datetime as dt
import json
import re
import tempfile
from math import ceil, floor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given
from hypothesis import settings as rules
from hypothesis import strategies as st

from pipelines.ingest.contracts import Column, Contract, load_contracts
from pipelines.ingest.source import ingest_source
from pipelines.settings import Settings
from tests.fixtures.deliveries import FORMATS, deliver, landed_rows

CONTRACTS = list(load_contracts().values())
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"]), min_size=1, max_size=12)
NONSENSE = "∅ no such value"
# What a person wrote, and what must land: a value, or nothing because the row is quarantined.
Cell = tuple[str | None, Any]

EDITION = 2017


def good_cells(column: Column, contract: Contract) -> st.SearchStrategy[Cell]:
    """Ways to write a value that fits the column, with the value."""
    if column.check is not None:
        return st.sampled_from(
            [("91110000600037341L", "91110000600037341L"), ("11441700007280420Y", "11441700007280420Y")]
        )
    if column.data_type == "boolean":
        return st.sampled_from([("是", True), ("false", False), ("N", False), ("有", True)])
    if column.values is not None:
        return st.sampled_from(
            [(text, value) for value, spellings in column.values.items() for text in (value, *spellings)]
        )
    low = ceil(column.minimum) if column.minimum is not None else -1000
    high = floor(column.maximum) if column.maximum is not None else max(low, 0) + 100_000
    match column.data_type:
        case "integer" | "bigint":
            return st.integers(low, high).map(lambda number: (str(number), number))
        case "double":
            return st.integers(low, high).map(lambda number: (f"{number}", float(number)))
        case "date":
            days = believed_days(column, contract)
            return days.flatmap(
                lambda day: st.sampled_from(
                    [(f"{day:%Y-%m-%d}", day), (f"{day:%Y/%m/%d}", day), (f"{day:%Y年%m月%d日}", day)]
                )
            )
        case "timestamp":
            clocks = st.times().map(lambda time: time.replace(microsecond=0))
            times = st.builds(dt.datetime.combine, believed_days(column, contract), clocks)
            return times.map(lambda time: (f"{time:%Y-%m-%dT%H:%M:%S}Z", time))
        case "string[]":
            return st.lists(TEXT, max_size=3).map(lambda texts: (json.dumps(texts, ensure_ascii=False), texts))
    if column.pattern is not None:
        texts = st.from_regex(re.compile(column.pattern, re.ASCII), fullmatch=True).filter(
            lambda text: text == text.strip() and text.isprintable()
        )
        return texts.filter(lambda text: not text.startswith("=")).map(lambda text: (text, text))
    return TEXT.filter(lambda text: text.strip("\ufeff") == text).map(lambda text: (text, text))


def believed_days(column: Column, contract: Contract) -> st.SearchStrategy[dt.date]:
    """Days within what the contract believes; where periods begin, those that begin periods of every kind."""
    days = contract.believed_days(column, EDITION)
    assert days is not None
    return st.dates(*days).map(lambda day: day.replace(month=1, day=1) if column.begins else day)


def bad_cells(column: Column, contract: Contract) -> list[str | None]:
    """What breaks the column's rules, whatever else the row says."""
    cells: list[str | None] = [None] if column.required and column.default is None else []
    is_plain = column.data_type == "string" and column.values is None
    if not is_plain or column.check is not None:
        cells.append(NONSENSE)
    elif column.pattern is not None:
        cells.append(" ∅ ∅ ")
    if (days := contract.believed_days(column, EDITION)) is not None:
        first, last = days
        cells += [str(first - dt.timedelta(days=366)), str(last + dt.timedelta(days=2))]
    return cells


def is_taken_whole(column: Column) -> bool:
    """Whether what stands in a cell is what lands, or a number or day of it; elsewhere a part of the text is."""
    return column.gathers is None and (column.extract is None or column.data_type != "string")


def own_headers(column: Column, contract: Contract) -> list[str]:
    """The headers that no other column of the contract arrives under, too."""
    others = {name for other in contract.columns if other is not column for name in other.headers}
    return [name for name in column.headers if name not in others]


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[Contract, list[str], list[list[str | None]], list[tuple[Any, ...] | None]]:
    """A contract, a header in some of its spellings, rows as written, and what must land of each."""
    contract = draw(st.sampled_from(CONTRACTS))
    optional = [column for column in contract.columns if not column.required]
    left_out = draw(st.sets(st.sampled_from([column.name for column in optional]))) if optional else set()
    columns = [column for column in contract.columns if column.name not in left_out and is_taken_whole(column)]
    header = [draw(st.sampled_from(own_headers(column, contract))) for column in columns]
    assume(len({name.casefold() for name in header}) == len(header))
    rows: list[list[str | None]] = []
    values: list[tuple[Any, ...] | None] = []
    for _ in range(draw(st.integers(1, 6))):
        cells = [draw(good_cells(column, contract)) for column in columns]
        written: list[str | None] = [text for text, _ in cells]
        spoilt = [(place, bad) for place, column in enumerate(columns) for bad in bad_cells(column, contract)]
        if spoilt and draw(st.booleans()):
            place, bad = draw(st.sampled_from(spoilt))
            written[place] = bad
            values.append(None)
        else:
            values.append(
                tuple(value for column, (_, value) in zip(columns, cells, strict=True) if column.personal is None)
            )
        assume(any(cell and cell.strip() for cell in written))
        rows.append(written)
    return contract, header, rows, values


@pytest.mark.parametrize("name", FORMATS)
@given(delivery=deliveries())
@rules(
    max_examples=12,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
def test_what_comes_out_is_what_went_in(
    name: str, delivery: tuple[Contract, list[str], list[list[str | None]], list[tuple[Any, ...] | None]]
) -> None:
    contract, header, rows, values = delivery
    by_header = dict(zip(header, range(len(header)), strict=True))
    claimed = [next(column for column in contract.columns if written in column.headers) for written in by_header]
    names = [column.name for column in claimed if column.personal is None]
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder) / "home", inbox=Path(folder) / "inbox", edition=EDITION)
        deliver(settings.inbox_dir, contract.name, name, FORMATS[name](header, rows))
        [entry] = ingest_source(contract, settings, lambda message: None).present
        fit = landed_rows(settings, contract.name, f"row_number, {', '.join(names)}", "rejections is null")
        unfit = landed_rows(settings, contract.name, "row_number", "len(rejections) > 0")
    assert entry.rows_read == len(rows) == len(fit) + len(unfit)
    assert [row[1:] for row in fit] == [value for value in values if value is not None]
