"""Going back to an earlier release, and what runs may do afterwards."""

from pathlib import Path

import pytest

from pipelines.errors import CepingError
from pipelines.releases.history import withdrawn_by
from pipelines.releases.kept_inputs import keep_inputs, kept_inputs
from pipelines.releases.listing import list_releases
from pipelines.releases.releases import Releases
from pipelines.settings import Settings
from tests.fixtures.small_release import publish_tables, with_count


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


def test_a_rollback_points_current_at_the_earlier_release_and_is_recorded(settings: Settings) -> None:
    first, second, third = (publish_tables(settings.home_dir, with_count(n)) for n in (1, 2, 3))
    releases = settings.releases_dir
    assert Releases(releases).roll_back(first, "wrong weights") == [second.release_id, third.release_id]
    assert Releases(releases).current == first
    last = Releases(releases).history[-1]
    assert (last.action, last.release_id, last.reason) == ("rollback", first.release_id, "wrong weights")
    listed = {release.release_id: release for release in list_releases(settings)}
    assert list(listed) == [first.release_id, second.release_id, third.release_id]
    assert [release.is_current for release in listed.values()] == [True, False, False]
    assert [release.folder for release in listed.values()] == [first.folder, second.folder, third.folder]
    assert [release.is_withdrawn for release in listed.values()] == [False, True, True]


def test_what_was_withdrawn_is_not_published_by_a_run(settings: Settings) -> None:
    first, second = (publish_tables(settings.home_dir, with_count(n)) for n in (1, 2))
    Releases.of(settings).roll_back(first, "wrong weights")
    with pytest.raises(CepingError, match=rf"{second.release_id} was withdrawn .*wrong weights.*ceping rollback"):
        publish_tables(settings.home_dir, with_count(2))
    assert Releases.of(settings).current == first
    third = publish_tables(settings.home_dir, with_count(3))
    assert Releases.of(settings).current == third


def test_what_was_withdrawn_can_be_made_current_again(settings: Settings) -> None:
    first, second = (publish_tables(settings.home_dir, with_count(n)) for n in (1, 2))
    Releases.of(settings).roll_back(first)
    assert Releases.of(settings).roll_back(second) == []
    assert Releases.of(settings).current == second
    assert withdrawn_by(Releases.of(settings).history) == {}
    assert publish_tables(settings.home_dir, with_count(2)) == second


def test_a_damaged_release_is_not_gone_back_to(settings: Settings) -> None:
    first, second = (publish_tables(settings.home_dir, with_count(n)) for n in (1, 2))
    first.bulletin_path.chmod(0o644)
    first.bulletin_path.write_text("damaged", encoding="utf-8")
    with pytest.raises(CepingError, match=r"index\.html"):
        Releases.of(settings).roll_back(first)
    assert Releases.of(settings).current == second
    assert [entry.action for entry in Releases.of(settings).history] == ["publish", "publish"]


def test_the_current_release_is_no_earlier_one(settings: Settings) -> None:
    only = publish_tables(settings.home_dir, with_count(1))
    with pytest.raises(CepingError, match="is the current one already"):
        Releases.of(settings).roll_back(only)


def test_a_release_is_found_by_the_beginning_of_its_name(settings: Settings) -> None:
    first, second = (publish_tables(settings.home_dir, with_count(n)) for n in (1, 2))
    releases = settings.releases_dir
    assert Releases(releases).all() == [first, second]
    assert Releases(releases).find("current") == second
    assert Releases(releases).find(first.release_id[:10]) == first
    assert Releases(releases).find(first.release_id.partition("-")[2][:6]) == first
    with pytest.raises(CepingError, match="is no release of this home"):
        Releases(releases).find("2018-abc")
    with pytest.raises(CepingError, match="names several releases"):
        Releases(releases).find("2017-")


def test_previous_is_what_was_published_before_the_current_one_and_stands(settings: Settings) -> None:
    releases = Releases.of(settings)
    first = publish_tables(settings.home_dir, with_count(1))
    with pytest.raises(CepingError, match="was published before"):
        releases.find("previous")
    second, third = (publish_tables(settings.home_dir, with_count(n)) for n in (2, 3))
    assert releases.find("previous") == second
    releases.roll_back(first)
    with pytest.raises(CepingError, match="was published before"):
        releases.find("previous")
    releases.roll_back(third)
    assert releases.find("previous") == first


def test_inputs_are_kept_only_while_landing_holds_them(settings: Settings) -> None:
    release = publish_tables(settings.home_dir, with_count(1))
    assert kept_inputs(settings, release.release_id) is None
    folder = keep_inputs(settings, release)
    assert folder == kept_inputs(settings, release.release_id)
