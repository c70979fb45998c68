"""Drafts: what is made of a release before its verdict, when it is taken, and that it changes nothing."""

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.foundation.files import files_below
from pipelines.gate.candidate import Candidate
from pipelines.releases.draft import Drafts
from pipelines.releases.manifest import release_id_of
from pipelines.releases.publish import publish
from pipelines.releases.release import Release
from pipelines.releases.releases import Releases
from tests.fixtures.small_release import CODE, example_tables, make_candidate, verdict_for

WORKBOOK = "ceping-2017.xlsx"


def id_of(candidate: Candidate) -> str:
    return release_id_of(candidate.edition, candidate.content_hash, CODE)


def published(candidate: Candidate, home: Path, drafts: Drafts | None = None) -> Release:
    return publish(candidate, verdict_for(candidate), Releases(home / "releases"), CODE, drafts)


def sums(release: Release) -> dict[str, str]:
    """Every file's hash but the database's, whose bytes DuckDB does not reproduce, and that of the sums themselves."""
    return {name: digest for name, digest in release.sums.items() if not name.endswith((".duckdb", "SHA256SUMS"))}


@pytest.fixture(scope="module")
def candidate(tmp_path_factory: pytest.TempPathFactory) -> Candidate:
    return make_candidate(tmp_path_factory.mktemp("draft") / "home", example_tables())


@pytest.fixture(scope="module")
def draft(candidate: Candidate, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of work that a process of its own left when it had made the draft."""
    drafts = Drafts(tmp_path_factory.mktemp("drafts"))
    started = drafts.start(drafts.work / "none.duckdb")
    started.make(candidate, CODE)
    started.wait()
    return drafts.work


def test_a_draft_is_taken_and_gives_the_release_it_would_be_without(
    candidate: Candidate, draft: Path, tmp_path: Path
) -> None:
    work = shutil.copytree(draft, tmp_path / "work")
    made = (work / "drafts" / id_of(candidate) / "public" / WORKBOOK).stat().st_ino
    taken = published(candidate, tmp_path / "taken", Drafts(work))
    assert (taken.public / WORKBOOK).stat().st_ino == made
    assert not (work / "drafts" / id_of(candidate) / "public" / WORKBOOK).exists()
    taken.verify()
    assert sums(taken) == sums(published(candidate, tmp_path / "without"))


@given(place=st.integers(0), fault=st.sampled_from(["changed", "gone", "too many", "no hashes", "cut hashes"]))
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_draft_that_is_not_as_it_was_made_is_not_taken(
    candidate: Candidate, draft: Path, tmp_path_factory: pytest.TempPathFactory, place: int, fault: str
) -> None:
    work = shutil.copytree(draft, tmp_path_factory.mktemp("damaged") / "work")
    folder = work / "drafts" / id_of(candidate)
    files = [path for path in files_below(folder) if path.name != "draft.json"]
    path = files[place % len(files)]
    if fault == "changed":
        path.write_bytes(path.read_bytes()[:-1] + b"?")
    elif fault == "gone":
        path.unlink()
    elif fault == "too many":
        path.with_name("stranger.txt").write_text("?", encoding="utf-8")
    elif fault == "no hashes":
        (folder / "draft.json").unlink()
    else:
        (folder / "draft.json").write_text('{"ceping', encoding="utf-8")
    building = work / "building"
    building.mkdir()
    assert not Drafts(work).take(id_of(candidate), building)
    assert not list(building.iterdir())


def test_a_draft_of_other_code_is_another_release_s(candidate: Candidate, draft: Path, tmp_path: Path) -> None:
    building = tmp_path / "building"
    building.mkdir()
    assert not Drafts(draft).take(release_id_of(2017, candidate.content_hash, "other"), building)


def test_the_process_ends_with_the_one_that_started_it(candidate: Candidate, tmp_path: Path) -> None:
    started = Drafts(tmp_path).start(tmp_path / "none.duckdb")
    started.make(candidate, CODE)
    assert started.process.stdin is not None
    started.process.stdin.close()
    assert started.process.wait(timeout=60) == 1
    assert not Drafts(tmp_path).take(id_of(candidate), tmp_path)


def test_a_picture_is_drawn_again_only_where_it_was_damaged(candidate: Candidate, draft: Path, tmp_path: Path) -> None:
    work = shutil.copytree(draft, tmp_path / "work")
    pictures = sorted((work / "pictures").iterdir())
    assert pictures
    kept = {path: path.stat().st_mtime_ns for path in pictures}
    whole = pictures[0].read_text(encoding="utf-8")
    pictures[0].write_text(whole.replace("<title", "<titel", 1), encoding="utf-8")
    (work / "pictures" / "unused.json").write_text("{}", encoding="utf-8")
    Drafts(work).make(candidate, CODE)
    release = published(candidate, tmp_path / "home", Drafts(work))
    assert sums(release) == sums(published(candidate, tmp_path / "without"))
    assert sorted((work / "pictures").iterdir()) == pictures
    assert pictures[0].read_text(encoding="utf-8") == whole
    assert {path: path.stat().st_mtime_ns for path in pictures[1:]} == {path: kept[path] for path in pictures[1:]}
