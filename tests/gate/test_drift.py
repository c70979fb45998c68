"""Drift: a candidate is told against the last release that still stands, and a warning does not keep it back."""

from pathlib import Path

import pytest

from pipelines.gate.candidate import Candidate
from pipelines.gate.judgement import Verdict, judge, require_pass
from pipelines.releases.publish import publish
from pipelines.releases.releases import Releases
from tests.fixtures.small_release import CODE, make_candidate, with_count

SUITE = """
table: trends.figure
why: It is there. | 存在。
never:
  moved:
    severity: warning
    why: It moved. | 有变动。
    rows: |
      select figures.figure_id, earlier.computed as last_computed, figures.computed
      from candidate as figures
      inner join last_trends.figure as earlier on figures.figure_id = earlier.figure_id
      where abs(figures.computed - earlier.computed) > 0.05 * earlier.computed
"""
COUNTS = """
table: gate.table_count
why: It is there. | 存在。
never:
  shrunk:
    severity: warning
    why: It shrank. | 减少。
    rows: select table_name, last_row_count, row_count from candidate where row_count < last_row_count
"""
THERE = """
table: {table}
why: It is there. | 存在。
expectations:
- type: expect_column_to_exist
  kwargs: {{column: {column}}}
  severity: critical
  why: It is there. | 存在。
"""


@pytest.fixture
def suites_dir(tmp_path: Path) -> Path:
    folder = tmp_path / "expectations"
    folder.mkdir()
    (folder / "trends.figure.yml").write_text(SUITE, encoding="utf-8")
    (folder / "gate.table_count.yml").write_text(COUNTS, encoding="utf-8")
    for table, column in (
        ("core.dim_label", "label_kind"),
        ("trends.trend_cell", "measure"),
        ("trends.trend_table", "trend_table"),
        ("audit.file_ledger", "source"),
        ("audit.row_balance", "source"),
    ):
        (folder / f"{table}.yml").write_text(THERE.format(table=table, column=column), encoding="utf-8")
    return folder


def judged(home: Path, suites_dir: Path, count: int, *, without_a_stock_row: bool = False) -> tuple[Candidate, Verdict]:
    tables = with_count(count)
    if without_a_stock_row:
        types, rows = tables["trends.trend_cell"]
        tables["trends.trend_cell"] = (types, rows[1:])
    candidate = make_candidate(home, tables)
    baseline = Releases(home / "releases").before(candidate)
    return candidate, judge(candidate, suites_dir, baseline=baseline)


def published(home: Path, suites_dir: Path, count: int) -> str:
    candidate, verdict = judged(home, suites_dir, count)
    return publish(candidate, verdict, Releases(home / "releases"), CODE).release_id


def test_a_first_release_is_compared_with_nothing(tmp_path: Path, suites_dir: Path) -> None:
    _, verdict = judged(tmp_path, suites_dir, 100)
    assert verdict.compared_with is None
    assert not verdict.warnings


def test_what_moved_beyond_its_limit_warns_and_is_published(tmp_path: Path, suites_dir: Path) -> None:
    first = published(tmp_path, suites_dir, 100)
    candidate, verdict = judged(tmp_path, suites_dir, 110, without_a_stock_row=True)
    assert verdict.compared_with == first
    figure, table = sorted(verdict.warnings, key=lambda outcome: outcome.table, reverse=True)
    assert figure.rows == [{"figure_id": "trend2.running_sites", "last_computed": "100.0", "computed": "110.0"}]
    assert {row["table_name"] for row in table.rows} == {"trends.trend_cell", "trends.trend_2_site_stock"}
    assert verdict.passed
    assert require_pass(candidate, suites_dir) == verdict
    _, within = judged(tmp_path, suites_dir, 104)
    assert not within.warnings


def test_a_candidate_is_never_compared_with_itself_nor_with_what_was_withdrawn(
    tmp_path: Path, suites_dir: Path
) -> None:
    first, second = published(tmp_path, suites_dir, 100), published(tmp_path, suites_dir, 200)
    assert judged(tmp_path, suites_dir, 200)[1].compared_with == first
    assert judged(tmp_path, suites_dir, 300)[1].compared_with == second
    Releases(tmp_path / "releases").roll_back(Releases(tmp_path / "releases").find(first))
    assert judged(tmp_path, suites_dir, 300)[1].compared_with == first
    current = Releases(tmp_path / "releases").current
    assert current is not None
    assert current.release_id == first
