"""Two homes never touch each other; one home has one writer; readers get on while it is written."""

from pathlib import Path

from tests.fixtures.whole_runs import SITES, Edition, ceping, ceping_outcome


def test_two_homes_do_not_touch_each_other(small: Edition, example: Edition) -> None:
    assert small.figures()["trend2.running_sites"] == SITES
    assert example.figures()["trend2.running_sites"] == 29_431
    assert str(small.home) not in ceping("status", "--home", example.home)


def test_status_looks_at_the_inbox_it_is_given(small: Edition) -> None:
    of_its_own = ceping("status", "--home", small.home, "--inbox", small.inbox)
    assert "it is what the inbox and the code give" in of_its_own
    assert "has changed since" in ceping("status", "--home", small.home)


def test_status_names_the_folder_that_no_later_publication_changes(small: Edition) -> None:
    assert f"{small.release / 'index.html'}\n" in ceping("status", "--home", small.home)


def test_a_home_without_a_release_says_how_to_get_one(tmp_path: Path) -> None:
    asked = ceping_outcome("sql", "select 1", "--home", tmp_path)
    assert asked.returncode == 1
    assert "nothing is published" in asked.stderr


def test_a_query_cannot_write_or_reach_outside(small: Edition) -> None:
    for query in ("create table core.x (y int)", "select * from read_csv('/etc/hostname')", "set threads = 1"):
        refused = ceping_outcome("sql", query, "--home", small.home)
        assert refused.returncode == 1, query
        assert refused.stderr.startswith("error: "), query
