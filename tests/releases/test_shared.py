"""Releases and candidates in the store that homes share: what one published another has, to the last byte."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pipelines.cli.commands import app
from pipelines.foundation.store import open_store
from pipelines.gate.candidate import Candidate, open_newest
from pipelines.gate.shared import share_candidate
from pipelines.releases.publish import publish
from pipelines.releases.release import Release
from pipelines.releases.releases import Releases
from pipelines.releases.shared import share_release
from pipelines.settings import Settings
from tests.fixtures.small_release import CODE, example_tables, make_candidate, verdict_for
from tests.fixtures.stores import blocks_of_the_page, server, store
from tests.fixtures.whole_runs import contents

__all__ = ["server", "store"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Candidate, Release]:
    home = tmp_path_factory.mktemp("made") / "home"
    candidate = make_candidate(home, example_tables())
    return candidate, publish(candidate, verdict_for(candidate), Releases(home / "releases"), CODE)


@pytest.fixture
def shared(settings: Settings, store: str, made: tuple[Candidate, Release]) -> Settings:
    """A home that shares a store in which there are a candidate and a release of another."""
    for_other = settings.for_run(home=made[1].folder.parents[2], store=store)
    inputs = for_other.inputs_dir / made[1].release_id / "site_registry"
    inputs.mkdir(parents=True, exist_ok=True)
    (inputs / "2017-a.parquet").write_bytes(b"rows")
    # What is there already is put there once.
    for _ in range(2):
        share_candidate(for_other, made[0])
        share_release(for_other, made[1])
    return settings.for_run(store=store)


def fetch(settings: Settings, *name: str) -> Result:
    environment = {"CEPING_STORE": settings.store_place}
    return CliRunner().invoke(app, ["fetch", *name, "--home", str(settings.home_dir)], env=environment)


def test_a_release_is_brought_whole_and_is_current_where_nothing_is(
    shared: Settings, made: tuple[Candidate, Release]
) -> None:
    candidate, release = made
    listed = fetch(shared)
    assert listed.output.split() == ["release", release.release_id, "candidate", candidate.content_hash]
    for _ in range(2):
        # Inputs may come to the store later than the release.
        shutil.rmtree(shared.inputs_dir, ignore_errors=True)
        done = fetch(shared, release.release_id[:9])
        assert done.exit_code == 0, done.output
    brought = Releases.of(shared).require_current()
    assert contents(brought.folder) == contents(release.folder)
    assert all(path.stat().st_mode & 0o222 == 0 for path in brought.folder.rglob("*") if path.is_file())
    assert [entry.candidate for entry in Releases.of(shared).history] == [candidate.content_hash]
    assert (shared.inputs_dir / release.release_id / "site_registry" / "2017-a.parquet").read_bytes() == b"rows"


def test_a_candidate_is_brought_to_be_judged_and_no_verdict_with_it(
    shared: Settings, made: tuple[Candidate, Release]
) -> None:
    done = fetch(shared, made[0].content_hash[:12])
    assert done.exit_code == 0, done.output
    brought = open_newest(shared.candidates_dir, shared.newest_candidate_path)
    assert brought.content_hash == made[0].content_hash
    assert {path.name for path in brought.folder.iterdir()} == {"candidate.json", "tables"}


def test_what_the_store_has_damaged_is_named_and_nothing_of_it_is_brought(
    shared: Settings, made: tuple[Candidate, Release], tmp_path: Path
) -> None:
    digest = made[1].sums["public/index.html"]
    other = tmp_path / "damaged"
    other.write_bytes(b"damaged")
    open_store(shared.store_place or "").put(f"files/{digest}", other)
    said = fetch(shared, made[1].release_id)
    assert said.exit_code == 1
    assert f"files/{digest} (public/index.html) is gone or damaged; remove files/{digest}" in said.output
    assert not list(shared.releases_dir.rglob("*.html"))


@pytest.mark.parametrize("store", ["folder"], indirect=True)
def test_what_the_store_has_lost_is_put_back_by_a_home_that_holds_it(
    shared: Settings, made: tuple[Candidate, Release]
) -> None:
    (Path(shared.store_place or "") / "files" / made[1].sums["public/index.html"]).unlink()
    assert fetch(shared, made[1].release_id).exit_code == 1
    share_release(shared.for_run(home=made[1].folder.parents[2]), made[1])
    assert fetch(shared, made[1].release_id).exit_code == 0


@pytest.mark.parametrize("store", ["folder"], indirect=True)
def test_what_names_files_elsewhere_is_refused(shared: Settings, made: tuple[Candidate, Release]) -> None:
    named = Path(shared.store_place or "") / "releases" / made[1].release_id
    named.write_text('{"../../escaped": "' + made[1].sums["public/index.html"] + '"}', encoding="utf-8")
    assert "names files outside of it, such as ../../escaped" in fetch(shared, made[1].release_id).output
    named.write_text("{", encoding="utf-8")
    assert f"releases/{made[1].release_id} is damaged; remove" in fetch(shared, made[1].release_id).output
    assert not list(shared.home_dir.rglob("escaped"))


@pytest.mark.parametrize("store", ["folder"], indirect=True)
def test_what_is_not_there_is_said(shared: Settings) -> None:
    assert "2016-aaaa is nothing in the store" in fetch(shared, "2016-aaaa").output
    assert "2 is nothing in the store" in fetch(shared, "2").output
    alone = CliRunner().invoke(app, ["fetch", "--home", str(shared.home_dir)])
    assert alone.exit_code == 1
    assert "this home shares no store: CEPING_STORE" in alone.output


def test_the_page_on_scaling_can_be_followed(shared: Settings, made: tuple[Candidate, Release], tmp_path: Path) -> None:
    """The block as it is written, but for the place of the store and the release."""
    [block] = blocks_of_the_page("Candidates and releases in the store")
    block = re.sub(r"(?<=CEPING_STORE=)\S+", f'"{shared.store_place}"', block)
    block = re.sub(r"2017-[0-9a-f]{12}", made[1].release_id, block)
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "-euc", block], cwd=tmp_path, env=environment, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"release {made[1].release_id}: {len(made[1].sums)} files are those that were published" in done.stdout
    assert "trend2.running_sites" in done.stdout
