"""Every expectation of every suite, made to fail: what nothing can fail proves nothing.

Expectations on columns are broken by a row made from their own arguments, a key by a row that stands twice; what must
never be found has its rows in ``breaking.yml``. The tables are empty and of the declared types, so a fixture costs no
build. A suite somebody adds fails here until its rules have a fixture.
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
from pipelines.gate.frames import to_frame
from pipelines.gate.judgement import WHOLE_CANDIDATE, judge, require_pass
from pipelines.gate.rules import KEY_RULE, RuleCount, count_rows, first_rows, key_rule
from pipelines.gate.suites import Suite, SuiteEntry, SuiteRule, read_suites
from pipelines.gate.verdict import ExpectationOutcome
from pipelines.gate.views import create_gate_views
from pipelines.orchestration.assets.candidate import PUBLISHED
from pipelines.settings import EXPECTATIONS_DIR
from pipelines.warehouse.tables import TableSpec

SUITES = read_suites(EXPECTATIONS_DIR)
SPECS = {spec.full_name: spec for spec in PUBLISHED}
Rows = list[dict[str, dict[str, Any]]]
BREAKING: dict[str, dict[str, Rows]] = yaml.safe_load(
    (Path(__file__).parent / "breaking.yml").read_text(encoding="utf-8")
)
SAMPLES: dict[str, Any] = {"integer": 1, "bigint": 1, "double": 1.0, "boolean": True, "date": "2017-01-01"}
ENTRIES = [(suite, number) for suite in SUITES.values() for number in range(len(suite.expectations))]
RULES = [(table, name, rule) for table, suite in SUITES.items() for name, rule in suite.never.items()]


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
        create_gate_views(connection, PUBLISHED)
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


def breaking_rows(table: str, entry: SuiteEntry) -> Rows:
    """Rows that make an expectation fail, made from its own arguments."""
    arguments = entry.kwargs
    if entry.type == "expect_column_values_to_be_between":
        low, high = arguments.get("min_value"), arguments.get("max_value")
        return [{table: {arguments["column"]: low - 1 if low is not None else high + 1}}]
    wrong = {
        "expect_column_values_to_not_be_null": None,
        "expect_column_values_to_be_in_set": "nothing of the kind",
        "expect_column_values_to_match_regex": "?",
    }
    return [{table: {arguments["column"]: wrong[entry.type]}}] if entry.type in wrong else []


def repeated_rows(spec: TableSpec) -> Rows:
    """Two rows with one key."""
    types = {column.name: column.data_type for column in spec.columns}
    row = {name: SAMPLES.get(types[name], "a") for name in spec.key}
    return [{spec.full_name: row}, {spec.full_name: row}]


def judged(
    connection: duckdb.DuckDBPyConnection, suite: Suite, number: int, judge_of_frames: Judge, name: str
) -> ExpectationOutcome:
    frame = to_frame(connection.sql(f"select * from {suite.table}").to_arrow_table())
    identifying = [str(column) for column in frame.columns]
    results = judge_of_frames.results(name, frame, identifying, [expectations_of(suite)[number]])
    return outcome_of(suite.table, suite.expectations[number], results[number], identifying)


@pytest.mark.parametrize(("suite", "number"), ENTRIES, ids=named)
def test_an_expectation_can_fail_and_only_by_what_breaks_it(
    suite: Suite, number: int, empty: duckdb.DuckDBPyConnection, judge_of_frames: Judge
) -> None:
    entry = suite.expectations[number]
    needs_rows = entry.type == "expect_table_row_count_to_be_between"
    unbroken = judged(empty, suite, number, judge_of_frames, f"{suite.table} {number} unbroken")
    assert unbroken.passed is not needs_rows, unbroken.observed
    insert(empty, breaking_rows(suite.table, entry))
    broken = judged(empty, suite, number, judge_of_frames, f"{suite.table} {number} broken")
    assert not broken.passed
    assert not broken.observed.startswith("could not be judged"), broken.observed
    assert broken.rows or needs_rows


@pytest.mark.parametrize(("table", "name", "rule"), RULES, ids=[f"{table} {name}" for table, name, _ in RULES])
def test_a_rule_finds_what_breaks_it_and_nothing_else(
    table: str, name: str, rule: SuiteRule, empty: duckdb.DuckDBPyConnection
) -> None:
    assert count_rows(empty, table, name, rule) == RuleCount(table=table, rule=name, row_count=0)
    rows = BREAKING.get(table, {}).get(name)
    assert rows, f"{table}, {name}: add rows that break it to breaking.yml"
    insert(empty, rows)
    found = count_rows(empty, table, name, rule)
    assert found.row_count, found.error
    assert first_rows(empty, table, rule, 1).num_rows == 1


@pytest.mark.parametrize("spec", PUBLISHED, ids=lambda spec: spec.full_name)
def test_a_key_that_stands_twice_is_found(spec: TableSpec, empty: duckdb.DuckDBPyConnection) -> None:
    assert spec.key, f"{spec.full_name}: give it meta.key"
    rule = key_rule(spec.key)
    once, twice = repeated_rows(spec)
    insert(empty, [once])
    assert count_rows(empty, spec.full_name, KEY_RULE, rule).row_count == 0
    insert(empty, [twice])
    assert count_rows(empty, spec.full_name, KEY_RULE, rule).row_count == 1


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
    found = first_rows(empty, "gate.text_value", SUITES["gate.text_value"].never["personal_data"], 9)
    assert bool(found.num_rows) is is_personal
    assert text not in str(found.to_pylist())


def test_no_fixture_breaks_what_no_suite_has() -> None:
    fixtures = {(table, name) for table, rules in BREAKING.items() for name in rules}
    assert fixtures <= {(table, name) for table, name, _ in RULES}


def referenced_tables(suite: Suite) -> set[str]:
    """The published tables a suite reads, its own among them."""
    text = " ".join(rule.rows for rule in suite.never.values())
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
    tables = referenced_tables(suite)
    suites_dir = tmp_path / "expectations"
    suites_dir.mkdir()
    shutil.copy(EXPECTATIONS_DIR / f"{table}.yml", suites_dir)
    for other in tables - {table}:
        (suites_dir / f"{other}.yml").write_text(
            f"table: {other}\nwhy: It is there. | 存在。\nexpectations:\n- type: expect_column_to_exist\n"
            f"  kwargs: {{column: {SPECS[other].columns[0].name}}}\n"
            "  severity: critical\n  why: It is there. | 存在。\n",
            encoding="utf-8",
        )
    candidate = candidate_of(tmp_path, tables, repeated_rows(SPECS[table]))
    verdict = judge(candidate, suites_dir)
    (failure,) = [outcome for outcome in verdict.failures if outcome.rule == KEY_RULE]
    assert failure.table == table
    assert failure.rows
    with pytest.raises(GateError, match=rf"may not be published: .*{re.escape(table)}"):
        require_pass(candidate, suites_dir)
