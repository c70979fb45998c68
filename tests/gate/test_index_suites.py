"""The suites of the evidence and the bands: sound tables pass, and each expectation has a row that breaks it."""

import shutil
from pathlib import Path

import duckdb
import pytest

from pipelines.gate.candidate import freeze
from pipelines.gate.judgement import judge
from pipelines.settings import PROJECT_ROOT
from pipelines.warehouse.tables import TableColumn, TableSpec

EVIDENCE, BANDS = "indices.idx_evidence", "indices.dim_framework_band"
REPEATED, NUMBERS = "repeated_key", "numbers_that_do_not_agree"
SOUND = """
    create schema indices;
    create table indices.dim_framework_node as
    select * from (values (2017, 'i', 'a', 'banded'), (2017, 'i', 'b', 'given'))
    as nodes (edition, index_code, node_code, normalisation);
    create table indices.dim_framework_band as
    select * from (values (2017, 'i', 'a', 0.0::double, 0.0::double), (2017, 'i', 'a', 1.0, 100.0))
    as bands (edition, index_code, node_code, lower_bound, points);
    create table indices.idx_score as
    select * from (values (2017, 'i', 's', 'a', 'm', 1.0::double, false), (2017, 'i', 's', 'b', 'n', null, false))
    as scores (edition, index_code, subject_id, node_code, measure_code, raw_value, is_imputed);
    create table indices.idx_evidence as
    select * from (values
        (2017, 's', 'm', 'robot_test', 'f', null::varchar, 2::bigint, 3::bigint, 5::bigint, '3, 5'),
        (2017, 's', 'm', 'site_crawl', 'g', null, 2, 3, 4, null),
        (2017, 's', 'm', 'survey_response', 'h', null, 9, null, null, null)
    ) as evidence (edition, subject_id, measure_code, source, file_id, sheet, row_count, first_row_number,
        last_row_number, row_numbers);
"""
KEYS = {
    "dim_framework_node": ("edition", "index_code", "node_code"),
    "dim_framework_band": ("edition", "index_code", "node_code", "lower_bound"),
    "idx_score": ("edition", "index_code", "subject_id", "node_code"),
    "idx_evidence": ("edition", "subject_id", "measure_code", "source", "file_id", "sheet"),
}
BROKEN = [
    (EVIDENCE, "insert into indices.idx_evidence from indices.idx_evidence limit 1", REPEATED),
    (EVIDENCE, "update indices.idx_score set raw_value = 3", "values_without_rows"),
    (EVIDENCE, "update indices.idx_evidence set row_numbers = '3' where source = 'robot_test'", NUMBERS),
    (EVIDENCE, "update indices.idx_evidence set row_count = 3 where source = 'site_crawl'", NUMBERS),
    (EVIDENCE, "update indices.idx_evidence set first_row_number = 2 where row_count = 9", NUMBERS),
    (BANDS, "update indices.dim_framework_band set lower_bound = 0", REPEATED),
    (BANDS, "update indices.dim_framework_band set points = 101", "expect_column_values_to_be_between"),
    (BANDS, "update indices.dim_framework_band set node_code = 'b'", "bands_of_nothing"),
]  # fmt: skip


def failures(tmp_path: Path, table: str, change: str) -> list[str]:
    """What the suite of a table finds wrong after a change to sound tables."""
    warehouse = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(SOUND)
        connection.execute(change)
        found = connection.execute(
            "select table_name, list(column_name order by ordinal_position) "
            "from information_schema.columns group by all"
        ).fetchall()
    specs = [
        TableSpec(
            schema_name="indices",
            name=name,
            description="A table. | 一张表。",
            key=KEYS[name],
            columns=tuple(TableColumn(name=c, data_type="string", description="c. | 列") for c in columns),
        )
        for name, columns in found
    ]
    suites = tmp_path / "expectations"
    suites.mkdir()
    shutil.copy(PROJECT_ROOT / "expectations" / f"{table}.yml", suites)
    (suite,) = [
        suite for suite in judge(freeze(warehouse, specs, 2017, tmp_path / "candidates"), suites).suites
        if suite.table == table
    ]  # fmt: skip
    return [outcome.rule or outcome.type for outcome in suite.outcomes if not outcome.passed]


@pytest.mark.parametrize("table", [EVIDENCE, BANDS])
def test_sound_tables_pass(tmp_path: Path, table: str) -> None:
    assert failures(tmp_path, table, "select 1") == []


@pytest.mark.parametrize(("table", "change", "expected"), BROKEN)
def test_what_is_wrong_is_found(tmp_path: Path, table: str, change: str, expected: str) -> None:
    assert failures(tmp_path, table, change) == [expected]
