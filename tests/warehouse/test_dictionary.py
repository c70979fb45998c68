"""The data dictionary: in step with the models, in both languages, and true about what columns are made of."""

from typing import Any

import pytest

from pipelines.errors import CepingError
from pipelines.warehouse.dbt_project import Manifest
from pipelines.warehouse.dictionary import DICTIONARY_PATH, compile_project, dictionary_page, lineage_csv
from pipelines.warehouse.lineage import Column, trace_columns
from pipelines.warehouse.origins import LINEAGE_PATH, read_lineage


@pytest.fixture(scope="module")
def compiled() -> Manifest:
    return compile_project()


def test_lineage_and_page_are_in_step_with_the_models(compiled: Manifest) -> None:
    lineage = lineage_csv(compiled)
    assert LINEAGE_PATH.read_text(encoding="utf-8") == lineage, "make dictionary"
    assert DICTIONARY_PATH.read_text(encoding="utf-8") == dictionary_page(compiled, lineage), "make dictionary"


@pytest.mark.parametrize(
    ("table", "column", "made_of"),
    [
        ("core.fct_robot", "correct_count", ["raw.robot_test: is_answered, is_correct"]),
        ("core.fct_site_inspection", "tier", ["raw.site_inspection: tier"]),
        ("core.dim_region", "name_zh", ["reference.divisions: name_zh"]),
        ("core.fct_site_crawl", "dead_link_share", ["raw.site_crawl:", "http_status", "reference.fetch_outcomes:"]),
        (
            "indices.idx_rank",
            "subject_rank",
            ["raw.account_activity:", "raw.site_crawl:", "reference.framework_nodes:"],
        ),
    ],
)
def test_a_column_is_traced_to_the_columns_it_is_made_of(table: str, column: str, made_of: list[str]) -> None:
    origin = read_lineage()[(table, column)]
    assert [words for words in made_of if words not in origin.columns] == []
    assert origin.models or table.startswith("core.dim_")


def test_what_is_filtered_or_counted_is_not_made_of_anything() -> None:
    origins = read_lineage()
    assert origins[("indices.idx_score", "is_leaf")].columns.find("raw.") == -1
    assert origins[("audit.row_balance", "rows_landed")].columns == ""


def project(*models: tuple[str, str, list[str]]) -> Manifest:
    """A manifest of one source and a few models, as far as lineage looks at it."""

    def node(kind: str, schema: str, name: str, columns: list[str], **more: str) -> dict[str, Any]:
        described = {column: {"name": column, "data_type": "integer"} for column in columns}
        return {"resource_type": kind, "database": "w", "schema": schema, "name": name, "columns": described, **more}

    return {
        "sources": {"s": node("source", "raw", "delivered", ["a", "b", "kind"])},
        "nodes": {name: node("model", "m", name, columns, compiled_code=sql) for name, sql, columns in models},
    }


def test_a_chain_of_models_is_followed_through_joins_unions_and_windows() -> None:
    lineage = trace_columns(
        project(
            (
                "first",
                "with rows as (select * from w.raw.delivered) select a, b, 1 as one from rows",
                ["a", "b", "one"],
            ),
            (
                "second",
                "select sum(first.a) over (partition by first.b) as x, other.b as y, first.one as z "
                "from w.m.first as first left join w.raw.delivered as other on first.a = other.a "
                "union all select b, a, 0 from w.m.first where one = 1",
                ["x", "y", "z"],
            ),
        )
    )
    assert lineage.origins(Column("m.second", "x")) == (Column("raw.delivered", "a"), Column("raw.delivered", "b"))
    assert lineage.origins(Column("m.second", "y")) == (Column("raw.delivered", "a"), Column("raw.delivered", "b"))
    assert lineage.origins(Column("m.second", "z")) == ()
    assert lineage.models(Column("m.second", "x")) == ("m.first",)


def test_a_model_that_cannot_be_taken_apart_is_named() -> None:
    with pytest.raises(CepingError, match="the lineage of broken cannot be read"):
        trace_columns(project(("broken", "select a from from", ["a"])))
