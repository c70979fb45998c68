"""Every expectation of every suite, made to fail: what nothing can fail proves nothing.

Expectations on columns are broken by a row made from their own arguments; a reduction has its rows in
``breaking.yml``. The tables are empty and of the declared types, so a fixture costs no build. A suite somebody adds
fails here until its reductions have a fixture.
"""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from pipelines.errors import GateError
from pipelines.gate.candidate import Candidate, freeze
from pipelines.gate.expectations import Judge, expectations_of, outcome_of
from pipelines.gate.frames import create_gate_views, reduced_frame, to_frame
from pipelines.gate.judgement import WHOLE_CANDIDATE, judge, require_pass
from pipelines.gate.suites import Suite, SuiteEntry, read_suites
from pipelines.gate.verdict import ExpectationOutcome
from pipelines.orchestration.assets.candidate import PUBLISHED
from pipelines.settings import EXPECTATIONS_DIR
from pipelines.warehouse.tables import TableSpec

SUITES = read_suites(EXPECTATIONS_DIR)
SPECS = {spec.full_name: spec for spec in PUBLISHED}
BREAKING: dict[str, dict[str, list[dict[str, dict[str, Any]]]]] = yaml.safe_load(
    (Path(__file__).parent / "breaking.yml").read_text(encoding="utf-8")
)
ANY = "every table"
SAMPLES: dict[str, Any] = {"integer": 1, "bigint": 1, "double": 1.0, "boolean": True, "date": "2017-01-01"}
ENTRIES = [(suite, number) for suite in SUITES.values() for number in range(len(suite.expectations))]
Rows = list[dict[str, dict[str, Any]]]


def named(value: object) -> str | None:
    return value.table if isinstance(value, Suite) else None


@pytest.fixture(scope="module")
def judge_of_frames() -> Judge:
    return Judge()


@pytest.fixture(scope="module")
def tables() -> Iterator[duckdb.DuckDBPyConnection]:
    """Every published table, now and in the last release, without a row."""
    with duckdb.connect(":memory:") as connection:
        for spec in PUBLISHED:
            create_table(connection, spec, spec.schema_name)
            create_table(connection, spec, f"last_{spec.schema_name}")
        create_gate_views(connection, [(spec.schema_name, spec.name) for spec in PUBLISHED])
        yield connection


@pytest.fixture
def empty(tables: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """The same tables, empty again after each test."""
    tables.begin()
    yield tables
    tables.rollback()


def create_table(connection: duckdb.DuckDBPyConnection, spec: TableSpec, schema: str) -> None:
    columns = ", ".join(f'"{column.name}" {column.data_type}' for column in spec.columns)
    connection.execute(f"create schema if not exists {schema}")
    connection.execute(f"create table {schema}.{spec.name} ({columns})")


def insert(connection: duckdb.DuckDBPyConnection, rows: Rows) -> None:
    for row in rows:
        for table, cells in row.items():
            names, marks = ", ".join(f'"{name}"' for name in cells), ", ".join("?" * len(cells))
            connection.execute(f"insert into {table} ({names}) values ({marks})", list(cells.values()))


def breaking_rows(suite: Suite, entry: SuiteEntry) -> Rows:
    """Rows that make an expectation fail: those of the fixture, or made from its own arguments."""
    if entry.reduction is not None:
        shared = [{suite.table: row[ANY]} for row in BREAKING[ANY].get(entry.reduction, [])]
        return BREAKING.get(suite.table, {}).get(entry.reduction, shared)
    arguments = entry.kwargs
    if entry.type.endswith("_to_be_unique"):
        types = {column.name: column.data_type for column in SPECS[suite.table].columns}
        repeated = arguments.get("column_list") or [arguments["column"]]
        row = {name: SAMPLES.get(types[name], "a") for name in repeated}
        return [{suite.table: row}, {suite.table: row}]
    if entry.type == "expect_column_values_to_be_between":
        low, high = arguments.get("min_value"), arguments.get("max_value")
        return [{suite.table: {arguments["column"]: low - 1 if low is not None else high + 1}}]
    wrong = {
        "expect_column_values_to_not_be_null": None,
        "expect_column_values_to_be_in_set": "nothing of the kind",
        "expect_column_values_to_match_regex": "?",
    }
    return [{suite.table: {arguments["column"]: wrong[entry.type]}}] if entry.type in wrong else []


def judged(
    connection: duckdb.DuckDBPyConnection, suite: Suite, number: int, judge_of_frames: Judge, name: str
) -> ExpectationOutcome:
    entry = suite.expectations[number]
    frame = (
        to_frame(connection.sql(f"select * from {suite.table}").to_arrow_table())
        if entry.reduction is None
        else reduced_frame(connection, suite.table, suite.reduce[entry.reduction])
    )
    identifying = [str(column) for column in frame.columns]
    results = judge_of_frames.results(name, frame, identifying, [expectations_of(suite)[number]])
    return outcome_of(suite.table, entry, results[number], identifying, frame if entry.reduction else None)


@pytest.mark.parametrize(("suite", "number"), ENTRIES, ids=named)
def test_it_can_fail_and_only_by_what_breaks_it(
    suite: Suite, number: int, empty: duckdb.DuckDBPyConnection, judge_of_frames: Judge
) -> None:
    entry = suite.expectations[number]
    needs_rows = entry.type == "expect_table_row_count_to_be_between"
    unbroken = judged(empty, suite, number, judge_of_frames, f"{suite.table} {number} unbroken")
    assert unbroken.passed is not needs_rows, unbroken.observed
    rows = breaking_rows(suite, entry)
    assert rows or needs_rows, f"{suite.table}, {entry.reduction or entry.type}: add rows that break it to breaking.yml"
    insert(empty, rows)
    broken = judged(empty, suite, number, judge_of_frames, f"{suite.table} {number} broken")
    assert not broken.passed
    assert not broken.observed.startswith("could not be judged"), broken.observed
    assert broken.rows or needs_rows


@pytest.mark.parametrize(
    ("text", "is_personal"),
    [
        ("13812345678", True),
        ("电话：+86 138-1234-5678。", True),
        ("11010519491231002X", True),
        ("someone@mail.example.cn", True),
        ("来自 192.168.10.254 的访问", True),
        ("http://61.12.4.5/index.html", False),
        ("a1b2c3d4138123456780", False),
        ("1100000001", False),
        ("010-66550000", False),
        ("3.1.4", False),
        ("2017-08-31 10:00:00", False),
        ("国务院办公厅 @ 微博", False),
    ],
)
def test_personal_data_are_told_from_what_looks_alike(
    text: str, is_personal: bool, empty: duckdb.DuckDBPyConnection
) -> None:
    insert(empty, [{"core.dim_subject": {"organiser_name": text}}])
    found = reduced_frame(empty, "gate.text_value", SUITES["gate.text_value"].reduce["personal_data"])
    assert bool(len(found)) is is_personal
    assert text not in found.to_string()


def test_no_fixture_breaks_what_no_suite_has() -> None:
    known = {(suite.table, name) for suite in SUITES.values() for name in suite.reduce}
    named = {(table, name) for table, reductions in BREAKING.items() for name in reductions if table != ANY}
    assert named <= known
    assert BREAKING[ANY].keys() <= {name for _, name in known}


def referenced_tables(suite: Suite) -> set[str]:
    """The published tables a suite reads, its own among them."""
    text = " ".join(suite.reduce.values())
    found = {f"{schema}.{name}" for schema, name in re.findall(r"\b(?:last_)?([a-z]+)\.([a-z_0-9]+)", text)}
    return (found | {suite.table}) & SPECS.keys()


def candidate_of(folder: Path, tables: set[str], rows: Rows) -> Candidate:
    warehouse = folder / "warehouse.duckdb"
    with duckdb.connect(str(warehouse)) as connection:
        for name in sorted(tables):
            create_table(connection, SPECS[name], SPECS[name].schema_name)
        insert(connection, rows)
    return freeze(warehouse, [SPECS[name] for name in sorted(tables)], 2017, folder / "candidates")


@pytest.mark.parametrize("table", sorted(SUITES.keys() - WHOLE_CANDIDATE))
def test_a_broken_mart_is_not_published_and_its_rows_are_named(table: str, tmp_path: Path) -> None:
    suite = SUITES[table]
    entry = next(entry for entry in suite.expectations if entry.severity == "critical" and breaking_rows(suite, entry))
    tables = referenced_tables(suite)
    suites_dir = tmp_path / "expectations"
    suites_dir.mkdir()
    shutil.copy(EXPECTATIONS_DIR / f"{table}.yml", suites_dir)
    for other in tables - {table}:
        column = SPECS[other].columns[0].name
        (suites_dir / f"{other}.yml").write_text(
            f"table: {other}\nwhy: It is there. | 存在。\nexpectations:\n- type: expect_column_to_exist\n"
            f"  kwargs: {{column: {column}}}\n  severity: critical\n  why: It is there. | 存在。\n",
            encoding="utf-8",
        )
    rows = [row for row in breaking_rows(suite, entry) if row.keys() <= tables]
    candidate = candidate_of(tmp_path, tables, rows)
    verdict = judge(candidate, suites_dir)
    failures = [outcome for outcome in verdict.failures if outcome.table == table]
    assert not verdict.passed
    assert any(outcome.rows for outcome in failures), failures
    with pytest.raises(GateError, match=rf"may not be published: .*{re.escape(table)}"):
        require_pass(candidate, suites_dir)
