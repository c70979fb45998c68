"""Names and values survive a query whatever they hold; rows come by column."""

import duckdb
from hypothesis import given
from hypothesis import strategies as st

from pipelines.foundation.sql import identifier, literal, qualified, query_rows

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
