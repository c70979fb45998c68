"""The gate: real Great Expectations on small candidates frozen from a DuckDB file."""

import datetime as dt
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
import yaml

from pipelines.errors import CepingError, GateError
from pipelines.gate.candidate import Candidate, freeze
from pipelines.gate.frames import to_frame
from pipelines.gate.judgement import ExpectationOutcome, judge, require_pass
from pipelines.gate.rules import KEY_RULE
from pipelines.settings import PROJECT_ROOT
from pipelines.warehouse.tables import TableColumn, TableSpec

WHY = "A reason. | 一个理由。"
SITE = "core.dim_site"
HOSTILE = "<script>alert(1)</script>"
SITES = """
    create schema core;
    create table core.dim_site as
    select * from (values
        ('110000', 'a.gov.cn', 'province', 12, true, date '2017-03-01', 0.25::decimal(5, 2)),
        ('120000', 'b.gov.cn', 'province', null, null, null, null),
        ('130000', 'c.gov.cn', 'county', 40, false, date '2017-11-30', 0.50)
    ) as sites (region_code, host, level, page_count, is_passed, inspected_date, pass_share)
"""
Freeze = Callable[..., Candidate]


@pytest.fixture
def frozen(tmp_path: Path) -> Freeze:
    """Freeze every table that some SQL makes; the key is the first column unless told."""

    def _freeze(sql: str = SITES, **keys: tuple[str, ...]) -> Candidate:
        warehouse = tmp_path / "warehouse.duckdb"
        warehouse.unlink(missing_ok=True)
        with duckdb.connect(str(warehouse)) as connection:
            connection.execute(sql)
            found = connection.execute(
                "select table_schema, table_name, list(column_name order by ordinal_position) "
                "from information_schema.columns group by all order by all"
            ).fetchall()
        specs = [
            TableSpec(
                schema_name=schema,
                name=name,
                description="A table. | 一张表。",
                key=keys.get(name, (columns[0],)),
                columns=tuple(TableColumn(name=c, data_type="string", description=f"{c}. | 列") for c in columns),
            )
            for schema, name, columns in found
        ]
        return freeze(warehouse, specs, 2017, tmp_path / "candidates")

    return _freeze


@pytest.fixture
def suites_dir(tmp_path: Path) -> Path:
    folder = tmp_path / "expectations"
    folder.mkdir()
    return folder


def entry(kind: str, severity: str = "critical", **kwargs: Any) -> dict[str, Any]:
    return {"type": kind, "kwargs": kwargs, "severity": severity, "why": WHY}


def rule(rows: str, severity: str = "critical") -> dict[str, Any]:
    return {"severity": severity, "why": WHY, "rows": rows}


def write_suite(folder: Path, *entries: dict[str, Any], table: str = SITE, **never: dict[str, Any]) -> Path:
    suite = {"table": table, "why": WHY, "never": never, "expectations": list(entries)}
    path = folder / f"{table}.yml"
    path.write_text(yaml.safe_dump(suite, allow_unicode=True), encoding="utf-8")
    return path


UNIQUE = entry("expect_column_values_to_be_unique", column="region_code")
COUNTY = entry("expect_column_values_to_be_in_set", column="level", value_set=["province"])
COUNTY_WARNS = {**COUNTY, "severity": "warning"}


def outcomes(
    candidate: Candidate, suites_dir: Path, *entries: dict[str, Any], **never: dict[str, Any]
) -> list[ExpectationOutcome]:
    """What became of the entries and the rules; that of the key, which every table has, is left out."""
    write_suite(suites_dir, *entries, **never)
    return [outcome for outcome in judge(candidate, suites_dir).outcomes if outcome.rule != KEY_RULE]


def test_a_passing_candidate_may_be_published(frozen: Freeze, suites_dir: Path) -> None:
    candidate, said = frozen(), []
    write_suite(suites_dir, UNIQUE)
    verdict = judge(candidate, suites_dir, said.append)
    assert verdict.passed
    assert verdict.edition == 2017
    assert verdict.candidate == candidate.content_hash
    assert not verdict.failures
    assert not verdict.warnings
    assert require_pass(candidate, suites_dir) == verdict
    assert said[-1] == "core.dim_site: 2 expectations, 0 failed"


def test_a_critical_failure_names_table_column_and_rows(frozen: Freeze, suites_dir: Path) -> None:
    candidate = frozen()
    write_suite(suites_dir, UNIQUE, COUNTY)
    verdict = judge(candidate, suites_dir)
    (failure,) = verdict.failures
    assert not verdict.passed
    assert (failure.table, failure.column, failure.unexpected_count) == (SITE, "level", 1)
    assert failure.observed == "1 of 3 rows"
    assert failure.rows == [{"region_code": "130000", "level": "county"}]
    with pytest.raises(GateError, match=r"core\.dim_site, column level: expect_column_values_to_be_in_set") as refused:
        require_pass(candidate, suites_dir)
    assert "failed for 1 rows" in str(refused.value)
    assert "region_code=130000, level=county" in str(refused.value)


def test_a_key_stands_on_one_row_whatever_the_suite_says(frozen: Freeze, suites_dir: Path) -> None:
    candidate = frozen(SITES, dim_site=("level", "is_passed"))
    write_suite(suites_dir, entry("expect_column_values_to_not_be_null", column="host"))
    assert judge(candidate, suites_dir).passed
    repeated = frozen(SITES.replace("true, date", "null, date"), dim_site=("level", "is_passed"))
    (failure,) = judge(repeated, suites_dir).failures
    assert (failure.rule, failure.observed) == (KEY_RULE, "1 rows")
    assert failure.rows == [{"level": "province", "is_passed": "null", "row_count": "2"}]


def test_a_warning_is_told_and_does_not_block(frozen: Freeze, suites_dir: Path) -> None:
    candidate = frozen()
    write_suite(suites_dir, COUNTY_WARNS)
    verdict = judge(candidate, suites_dir)
    assert verdict.passed
    assert [warning.column for warning in verdict.warnings] == ["level"]
    assert require_pass(candidate, suites_dir) == verdict


def test_without_a_verdict_nothing_is_published(frozen: Freeze, suites_dir: Path) -> None:
    candidate = frozen()
    with pytest.raises(GateError, match="no verdict yet"):
        require_pass(candidate, suites_dir)


def test_a_verdict_is_for_the_bytes_that_were_judged(frozen: Freeze, suites_dir: Path) -> None:
    candidate = frozen()
    write_suite(suites_dir, UNIQUE)
    judge(candidate, suites_dir)
    path = candidate.path(candidate.table(SITE))
    path.write_bytes(path.read_bytes().replace(b"a.gov.cn", b"x.gov.cn"))
    with pytest.raises(GateError, match="not the file that was frozen"):
        Candidate.open(candidate.folder)
    with pytest.raises(GateError, match="not the file that was frozen"):
        require_pass(candidate, suites_dir)
    with pytest.raises(GateError, match="not the file that was frozen"):
        judge(candidate, suites_dir)


def test_a_verdict_of_another_candidate_is_refused(frozen: Freeze, suites_dir: Path) -> None:
    write_suite(suites_dir, UNIQUE)
    passed = frozen()
    judge(passed, suites_dir)
    other = frozen(SITES.replace("a.gov.cn", "z.gov.cn"))
    (other.folder / "verdict.json").write_bytes((passed.folder / "verdict.json").read_bytes())
    with pytest.raises(GateError, match=f"was given on candidate {passed.content_hash[:12]}"):
        require_pass(other, suites_dir)


def test_a_verdict_of_other_suites_is_refused(frozen: Freeze, suites_dir: Path) -> None:
    candidate = frozen()
    write_suite(suites_dir, UNIQUE)
    judge(candidate, suites_dir)
    write_suite(suites_dir, UNIQUE, COUNTY)
    with pytest.raises(GateError, match="other expectations than the present ones"):
        require_pass(candidate, suites_dir)


def test_a_broken_verdict_is_refused(frozen: Freeze, suites_dir: Path) -> None:
    candidate = frozen()
    (candidate.folder / "verdict.json").write_text('{"passed": true}')
    with pytest.raises(GateError, match="is not a verdict"):
        require_pass(candidate, suites_dir)


def test_a_judgement_that_breaks_off_leaves_no_verdict(frozen: Freeze, suites_dir: Path) -> None:
    candidate = frozen()
    path = write_suite(suites_dir, UNIQUE)
    judge(candidate, suites_dir)
    sound = path.read_text()
    path.write_text("table: [")
    with pytest.raises(CepingError):
        judge(candidate, suites_dir)
    path.write_text(sound)
    with pytest.raises(GateError, match="no verdict yet"):
        require_pass(candidate, suites_dir)


def test_a_table_without_a_suite_and_a_suite_without_a_table_block(frozen: Freeze, suites_dir: Path) -> None:
    candidate = frozen()
    write_suite(suites_dir, UNIQUE, table="core.elsewhere")
    verdict = judge(candidate, suites_dir)
    assert [(suite.table, suite.passed) for suite in verdict.suites] == [(SITE, False), ("core.elsewhere", False)]
    assert [failure.observed for failure in verdict.failures] == [
        "there is no suite core.dim_site.yml",
        "the candidate has no table core.elsewhere",
    ]
    with pytest.raises(GateError, match=r"there is no suite core\.dim_site\.yml"):
        require_pass(candidate, suites_dir)


@pytest.mark.parametrize(
    ("broken", "complaint"),
    [
        (entry("expect_nothing"), r"entry 1 \(expect_nothing\): Great Expectations knows no such expectation"),
        (
            entry("expect_column_values_to_not_be_null", column="host", mostl=1),
            r"core\.dim_site\.yml, expectations, entry 1 .* mostl extra fields not permitted",
        ),
        (entry("expect_column_values_to_not_be_null"), "column field required"),
        (entry("expect_column_values_to_not_be_null", column="host", meta={}), "meta is no argument"),
        (entry("expect_column_values_to_not_be_null", "fatal", column="host"), "entry 1, severity: .*'critical'"),
        ({**UNIQUE, "why": "Only English."}, "entry 1, why: .*English and in Chinese"),
        ({**UNIQUE, "where": "x"}, "entry 1, where: Extra inputs"),
    ],
)
def test_a_broken_entry_is_named(frozen: Freeze, suites_dir: Path, broken: dict[str, Any], complaint: str) -> None:
    write_suite(suites_dir, broken)
    with pytest.raises(CepingError, match=complaint) as refused:
        judge(frozen(), suites_dir)
    assert "core.dim_site.yml" in str(refused.value)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("table: [", r"core\.dim_site\.yml is not readable YAML"),
        ("[]", r"core\.dim_site\.yml is not a suite"),
        ("table: a\ntable: b\n", r"\['table'\] is given twice"),
        (f"table: {SITE}\nwhy: {WHY}\nexpectations: []\n", "it says nothing"),
        (
            f"table: core.other\nwhy: {WHY}\nexpectations: [{{type: x, severity: warning, why: '{WHY}'}}]\n",
            r"core\.dim_site\.yml is the suite of core\.other",
        ),
        (f"table: {SITE}\nwhy: {WHY}\nnever: {{idle: {{rows: select 1}}}}\n", "never, idle, severity: Field required"),
    ],
)
def test_a_broken_file_is_named(frozen: Freeze, suites_dir: Path, text: str, complaint: str) -> None:
    (suites_dir / f"{SITE}.yml").write_text(text, encoding="utf-8")
    with pytest.raises(CepingError, match=complaint):
        judge(frozen(), suites_dir)


def test_what_cannot_be_judged_has_failed_whatever_its_severity(frozen: Freeze, suites_dir: Path) -> None:
    found = outcomes(
        frozen(),
        suites_dir,
        UNIQUE,
        entry("expect_column_values_to_not_be_null", "warning", column="gone"),
        entry("expect_column_max_to_be_between", "warning", column="host", max_value=3),
        COUNTY_WARNS,
        broken=rule("select gone from candidate", "warning"),
    )
    assert [(outcome.passed, outcome.severity) for outcome in found] == [
        (False, "critical"),
        (True, "critical"),
        (False, "critical"),
        (False, "critical"),
        (False, "warning"),
    ]
    assert 'Referenced column "gone" not found' in found[0].observed
    assert 'The column "gone" in BatchData does not exist' in found[2].observed
    assert found[3].observed.startswith("could not be judged: ")


def test_a_rule_sees_the_other_tables_and_shows_its_rows(frozen: Freeze, suites_dir: Path) -> None:
    candidate = frozen(SITES + "; create table core.dim_region as select '110000' as region_code")
    write_suite(suites_dir, entry("expect_column_to_exist", column="region_code"), table="core.dim_region")
    (failure,) = [
        outcome
        for outcome in outcomes(
            candidate,
            suites_dir,
            known=rule("select site.host from candidate as site anti join core.dim_site using (region_code)"),
            unknown=rule(
                """
                select site.host, site.page_count, site.region_code -- a comment
                from candidate as site
                left join core.dim_region as region using (region_code)
                where region.region_code is null;
                """
            ),
        )
        if not outcome.passed
    ]
    assert (failure.rule, failure.unexpected_count, failure.observed) == ("unknown", 2, "2 rows")
    assert failure.rows == [
        {"host": "b.gov.cn", "page_count": "null", "region_code": "120000"},
        {"host": "c.gov.cn", "page_count": "40", "region_code": "130000"},
    ]
    with pytest.raises(GateError, match=r"unknown: never failed for 2 rows \(2 rows, first host=b\.gov\.cn"):
        require_pass(candidate, suites_dir)


def test_a_rule_reads_nothing_but_the_candidate(frozen: Freeze, suites_dir: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.csv"
    outside.write_text("a\n1\n")
    (outcome,) = outcomes(frozen(), suites_dir, outside=rule(f"select * from read_csv('{outside}') where a > 1"))
    assert not outcome.passed
    assert "Permission Error" in outcome.observed


def test_nulls_stay_nulls_in_every_type(frozen: Freeze, suites_dir: Path) -> None:
    found = outcomes(
        frozen(),
        suites_dir,
        entry("expect_column_values_to_be_between", column="page_count", min_value=0, max_value=12),
        entry("expect_column_values_to_be_in_set", column="page_count", value_set=[12]),
        entry("expect_column_values_to_be_in_set", column="is_passed", value_set=[True]),
        entry("expect_column_values_to_be_between", column="inspected_date", max_value=dt.date(2017, 6, 30)),
        entry("expect_column_values_to_be_between", column="inspected_date", max_value="2017-06-30"),
        entry("expect_column_values_to_be_between", column="pass_share", min_value=0, max_value=0.25),
        entry("expect_column_values_to_be_in_set", column="region_code", value_set=["110000", "120000"]),
    )
    assert {(outcome.passed, outcome.unexpected_count) for outcome in found} == {(False, 1)}
    assert [outcome.rows[0] for outcome in found] == [
        {"region_code": "130000", "page_count": "40"},
        {"region_code": "130000", "page_count": "40"},
        {"region_code": "130000", "is_passed": "false"},
        {"region_code": "130000", "inspected_date": "2017-11-30"},
        {"region_code": "130000", "inspected_date": "2017-11-30"},
        {"region_code": "130000", "pass_share": "0.5"},
        {"region_code": "130000"},
    ]


@pytest.mark.parametrize("column", ["page_count", "is_passed", "inspected_date", "pass_share"])
def test_a_null_is_found_in_every_type(frozen: Freeze, suites_dir: Path, column: str) -> None:
    (outcome,) = outcomes(frozen(), suites_dir, entry("expect_column_values_to_not_be_null", column=column))
    assert outcome.rows == [{"region_code": "120000", column: "null"}]


def test_aggregates_and_pairs_leave_nulls_aside(frozen: Freeze, suites_dir: Path) -> None:
    found = outcomes(
        frozen(),
        suites_dir,
        entry("expect_column_mean_to_be_between", column="page_count", max_value=1),
        entry("expect_column_sum_to_be_between", column="page_count", max_value=1),
        entry("expect_column_max_to_be_between", column="inspected_date", max_value=dt.date(2017, 1, 1)),
        entry("expect_column_distinct_values_to_equal_set", column="level", value_set=["province", "prefecture"]),
        entry("expect_compound_columns_to_be_unique", column_list=["region_code", "page_count"]),
        entry(
            "expect_column_pair_values_a_to_be_greater_than_b",
            column_A="pass_share",
            column_B="page_count",
            ignore_row_if="either_value_is_missing",
        ),
    )
    assert [outcome.observed for outcome in found] == [
        "26.0",
        "52",
        "2017-11-30",
        "unexpected: county; missing: prefecture",
        "0 of 3 rows",
        "2 of 3 rows",
    ]
    assert found[0].expected == "max_value = 1"
    assert found[5].column == "pass_share, page_count"
    assert found[5].rows[0] == {"region_code": "110000", "page_count": "12", "pass_share": "0.25"}


def test_frames_keep_large_integers_and_turn_decimals_into_numbers() -> None:
    wide = pa.array([2**53 + 1, None], pa.int64())
    total = pa.array([3, None], pa.decimal128(38, 0))
    frame = to_frame(
        pa.table({"wide": wide, "total": total, "share": pa.array(["0.10", None]).cast(pa.decimal128(9, 2))})
    )
    assert frame["wide"][0] == 2**53 + 1
    assert [str(kind) for kind in frame.dtypes] == ["int64[pyarrow]", "int64[pyarrow]", "double[pyarrow]"]


def test_at_most_twenty_rows_are_kept_and_a_key_may_be_missing(frozen: Freeze, suites_dir: Path) -> None:
    candidate = frozen(
        "create schema core; create table core.dim_site as select range as n from range(50)", dim_site=()
    )
    (outcome,) = outcomes(candidate, suites_dir, entry("expect_column_values_to_be_between", column="n", max_value=9))
    assert outcome.unexpected_count == 40
    assert outcome.rows == [{"n": str(number)} for number in range(10, 30)]
    page = (candidate.folder / "quality.html").read_text(encoding="utf-8")
    assert "the first 20 of 40" in page


def test_the_same_bytes_have_the_same_verdict(frozen: Freeze, suites_dir: Path) -> None:
    candidate = frozen()
    write_suite(
        suites_dir,
        COUNTY,
        UNIQUE,
        entry("expect_column_values_to_not_be_null", column="gone"),
        passed=rule("select region_code, is_passed from candidate where is_passed is distinct from true", "warning"),
    )
    kept = []
    for _ in range(2):
        judge(candidate, suites_dir)
        kept.append([(candidate.folder / name).read_bytes() for name in ("verdict.json", "quality.html")])
    assert kept[0] == kept[1]
    assert sorted(path.name for path in candidate.folder.iterdir()) == [
        "candidate.json",
        "quality.html",
        "tables",
        "verdict.json",
        "verdict.seal",
    ]


def test_text_from_data_is_escaped_on_the_page(frozen: Freeze, suites_dir: Path) -> None:
    candidate = frozen(SITES.replace("'county'", f"'{HOSTILE}'"))
    (outcome,) = outcomes(candidate, suites_dir, COUNTY)
    assert outcome.rows[0]["level"] == HOSTILE
    page = (candidate.folder / "quality.html").read_text(encoding="utf-8")
    assert HOSTILE not in page
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "示例数据（合成）" not in page
    assert "http" not in page


def test_the_page_shows_quarantine_balance_and_that_data_is_synthetic(frozen: Freeze, suites_dir: Path) -> None:
    candidate = frozen(
        SITES
        + f"""
        ; alter table core.dim_site add column is_synthetic boolean; update core.dim_site set is_synthetic = true;
        create schema audit;
        create table audit.quarantine as select
            'site_registry' as source, '名录.xlsx' as file_name, '表1' as sheet, range as row_number,
            'host' as column_name, 'bad_host' as reason_code, 'Host {HOSTILE}' as reason, '域名有误' as reason_zh
        from range(12);
        create table audit.row_balance as select
            'site_registry' as source, '名录.xlsx' as file_name, 29431 as rows_read, 29419 as rows_loaded,
            true as is_balanced;
        """
    )
    for table in ("audit.quarantine", "audit.row_balance"):
        write_suite(suites_dir, entry("expect_column_to_exist", column="source"), table=table)
    assert all(outcome.passed for outcome in outcomes(candidate, suites_dir, UNIQUE))
    page = (candidate.folder / "quality.html").read_text(encoding="utf-8")
    assert '示例数据（合成） <span lang="en">Example data (synthetic)</span>' in page
    assert "表1 › 9 › host" in page
    assert "名录.xlsx" in page
    assert "表1 › 10 › host" not in page
    assert "域名有误" in page
    assert "29,431" in page
    assert "<script" not in page


def test_judging_is_silent(frozen: Freeze, suites_dir: Path, capfd: pytest.CaptureFixture[str]) -> None:
    write_suite(suites_dir, UNIQUE, COUNTY)
    judge(frozen(), suites_dir)
    assert capfd.readouterr() == ("", "")
    assert os.environ["GX_ANALYTICS_ENABLED"] == "false"


def test_the_gate_is_imported_without_great_expectations() -> None:
    code = (
        "import sys, pipelines.gate.judgement; sys.exit('great_expectations' in sys.modules or 'pandas' in sys.modules)"
    )
    environment = {**os.environ, "PYTHONPATH": str(PROJECT_ROOT)}
    assert subprocess.run([sys.executable, "-c", code], env=environment, check=False).returncode == 0


def test_a_suite_is_read_as_people_write_it(frozen: Freeze, suites_dir: Path) -> None:
    (suites_dir / f"{SITE}.yml").write_text(
        f"""
table: {SITE}
why: {WHY}
never:
  elsewhere:
    severity: warning
    why: {WHY}
    rows: select host from candidate where host not like '%.gov.cn'
expectations:
  - type: expect_column_values_to_be_in_set
    kwargs: {{column: is_passed, value_set: [true, false]}}
    severity: critical
    why: {WHY}
  - type: expect_column_values_to_be_between
    kwargs: {{column: inspected_date, min_value: 2017-01-01, max_value: 2017-12-31}}
    severity: critical
    why: {WHY}
""",
        encoding="utf-8",
    )
    verdict = judge(frozen(), suites_dir)
    assert verdict.passed
    assert [outcome.rule for outcome in verdict.outcomes] == [KEY_RULE, "elsewhere", None, None]
    assert verdict.outcomes[2].expected == "value_set = true, false"


def cheated(verdict: dict[str, Any], cheat: str) -> dict[str, Any]:
    """A verdict as somebody who wants it to pass would write it."""
    suites = [] if cheat == "no suites" else verdict["suites"]
    for suite in suites:
        suite["passed"] = True
        for outcome in suite["outcomes"]:
            outcome.update({"severity": "warning"} if cheat == "a failure is a warning" else {"passed": True})
    return verdict | {"passed": True, "suites": suites}


@pytest.mark.parametrize("cheat", ["no suites", "a failure is a warning", "a failure is a pass"])
def test_a_verdict_written_by_hand_is_refused(frozen: Freeze, suites_dir: Path, cheat: str) -> None:
    candidate = frozen()
    write_suite(suites_dir, COUNTY)
    path = candidate.folder / "verdict.json"
    assert not judge(candidate, suites_dir).passed
    path.write_text(json.dumps(cheated(json.loads(path.read_text(encoding="utf-8")), cheat)), encoding="utf-8")
    with pytest.raises(GateError, match="judge it again"):
        require_pass(candidate, suites_dir)


@pytest.mark.parametrize("name", ["verdict.seal", "verdict.json", "quality.html", "../../secret/gate.key"])
def test_a_verdict_that_is_not_as_it_was_given_is_refused(frozen: Freeze, suites_dir: Path, name: str) -> None:
    candidate = frozen()
    write_suite(suites_dir, UNIQUE)
    judge(candidate, suites_dir)
    path = candidate.folder / name
    path.write_bytes(path.read_bytes() + b"\n")
    with pytest.raises(GateError, match="judge it again"):
        require_pass(candidate, suites_dir)
    judge(candidate, suites_dir)
    require_pass(candidate, suites_dir)


def test_a_changed_table_brought_in_line_is_refused(frozen: Freeze, suites_dir: Path) -> None:
    write_suite(suites_dir, UNIQUE)
    judged = frozen()
    verdict = json.loads(judge(judged, suites_dir).model_dump_json())
    changed = frozen(SITES.replace("a.gov.cn", "z.gov.cn"))
    for name in ("quality.html", "verdict.seal"):
        (changed.folder / name).write_bytes((judged.folder / name).read_bytes())
    (changed.folder / "verdict.json").write_text(json.dumps(verdict | {"candidate": changed.content_hash}))
    with pytest.raises(GateError, match="not as the gate of this home"):
        require_pass(changed, suites_dir)


def test_a_home_of_any_name_is_judged(frozen: Freeze, suites_dir: Path, tmp_path: Path) -> None:
    write_suite(suites_dir, UNIQUE)
    candidate = frozen()
    odd = tmp_path / "ho[m]e's *" / "candidates" / candidate.folder.name
    odd.parent.mkdir(parents=True)
    candidate.folder.rename(odd)
    assert judge(Candidate.open(odd), suites_dir).passed
