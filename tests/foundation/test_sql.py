"""Names and values survive a query whatever they hold; rows come by column; numbers by their significant digits."""

import math
from decimal import ROUND_HALF_UP, Context, Decimal

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.foundation.sql import identifier, literal, qualified, query_rows, significant

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)


@given(TEXTS, TEXTS)
def test_a_name_and_a_value_come_back_as_they_were(name: str, value: str) -> None:
    with duckdb.connect() as connection:
        rows = query_rows(connection, f"select {literal(value)} as {identifier(name)}")
    assert rows == [{name: value}]


def test_a_table_is_named_with_its_schema() -> None:
    assert qualified("core.dim_region") == '"core"."dim_region"'
    assert qualified("catalog") == '"catalog"'


def test_parameters_are_given_by_place_or_by_name() -> None:
    with duckdb.connect() as connection:
        assert query_rows(connection, "select ? + 1 as n", [1]) == [{"n": 2}]
        assert query_rows(connection, "select $one as n", {"one": 1}) == [{"n": 1}]
        assert query_rows(connection, "select 1 as n where false") == []


@given(st.integers(-(10**14) + 1, 10**14 - 1), st.integers(-24, 24), st.integers(-2, 2))
def test_a_number_is_the_same_to_its_significant_digits_whatever_its_last_bits(
    digits: int, exponent: int, bits: int
) -> None:
    meant = Decimal(digits).scaleb(exponent)
    found = float(meant)
    for _ in range(abs(bits)):
        found = math.nextafter(found, math.copysign(math.inf, bits))
    expected = float(Context(prec=12, rounding=ROUND_HALF_UP).plus(meant))
    with duckdb.connect() as connection:
        [(first,)] = connection.execute(
            f"select {significant('x')} from (select $x::double as x)", {"x": found}
        ).fetchall()
        [(again,)] = connection.execute(
            f"select {significant('x')} from (select $x::double as x)", {"x": first}
        ).fetchall()
    assert again == first
    if digits:
        assert first == expected
    else:
        assert abs(first) < 1e-300


@pytest.mark.parametrize(("number", "expected"), [("null", None), ("-0.0", "0.0"), ("'inf'", "inf"), ("'nan'", "nan")])
def test_what_is_no_usual_number_stays_what_it_is(number: str, expected: str | None) -> None:
    with duckdb.connect() as connection:
        [(found,)] = connection.execute(
            f"select cast({significant('x')} as varchar) from (select cast({number} as double) as x)"
        ).fetchall()
    assert found == expected
