"""The tour of docs/tour.md, followed as it is written: it comes about what it says."""

import json
from pathlib import Path

import pytest

from tests.fixtures.recipes import copy_project, read_tour
from tests.fixtures.whole_runs import Edition, ceping

HOME = Path("tour")


@pytest.fixture(scope="module")
def toured(tmp_path_factory: pytest.TempPathFactory) -> Edition:
    """The home of someone who did all that the tour tells."""
    project = copy_project(tmp_path_factory.mktemp("tour") / "project")
    for step in read_tour():
        step.follow(project)
    return Edition(project / HOME, project / HOME / "inbox" / "2017", "")


def test_the_row_of_the_own_file_was_kept_out_and_mended(toured: Edition) -> None:
    query = "select row_number, column_name, rejected_value, is_repaired from audit.quarantine where file_name = '{}'"
    assert toured.rows(query.format("my-checks.csv")) == [
        {"row_number": 4, "column_name": "inspected_date", "rejected_value": "2017-09-31", "is_repaired": True}
    ]
    checked = (
        "select count(*) as checks, count(*) filter (not is_passed) as failed from core.fct_site_inspection "
        "where file_id in (select file_id from audit.file_ledger where file_name like 'my-checks%')"
    )
    assert toured.rows(checked) == [{"checks": 3, "failed": 1}]


def test_the_weight_moved_scores_and_nothing_else_did(toured: Edition) -> None:
    told = json.loads(ceping("diff", "--home", toured.home, "--format", "json", cwd=toured.home.parent))
    found = {section["name"]: section["rows"] for section in told["sections"]}
    scores = found["scores"]
    assert scores
    assert {score["index_code"] for score in scores} == {"performance"}
    assert all(score["from_subject"] == 0 for score in scores)
    assert not found["input_rows"]


def test_three_releases_and_the_papers_are_there(toured: Edition) -> None:
    listed = ceping("releases", "--home", toured.home, "--format", "json")
    assert len(listed.splitlines()) == 3
    assert (toured.release / "notice-2017.docx").is_file()
    for paper in ("card.docx", "changes.xlsx", "citations.xlsx"):
        assert (toured.home / paper).is_file(), paper
    assert list((toured.home / "letters").glob("**/*.docx"))
