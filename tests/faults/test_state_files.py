"""State that is empty, half or changed: a cache is made anew, and what is none is named with a way on."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from pipelines.errors import CepingError, GateError
from pipelines.foundation.state import keep, read_cache, read_kept
from pipelines.gate.candidate import Candidate, open_newest
from pipelines.releases.built import built_release, record_release
from pipelines.releases.history import read_history
from pipelines.releases.releases import Releases
from pipelines.settings import Settings
from pipelines.warehouse.dbt_project import manifest_path
from pipelines.warehouse.scope import WarehouseMark, mark_built, take_scope
from tests.fixtures.names import HOME
from tests.fixtures.small_release import example_tables, make_candidate, publish_tables, with_count

Damage = Callable[[bytes], bytes]


def flipped(content: bytes) -> bytes:
    """One bit in the middle is another."""
    place = len(content) // 2
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


DAMAGES: dict[str, Damage] = {
    "empty": lambda content: b"",
    "half": lambda content: content[: len(content) // 2],
    "flipped": flipped,
    "no text": lambda content: b"\xff" + content[1:],
    "other json": lambda content: b"[]",
}
of_every_kind = pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())


@of_every_kind
def test_what_a_release_was_built_from_is_found_out_anew(tmp_path: Path, damage: Damage) -> None:
    settings = Settings(home=tmp_path)
    release = publish_tables(tmp_path, example_tables())
    record_release(settings, release.release_id)
    assert built_release(settings) == release.release_id
    state = tmp_path / "work" / "built-2017.json"
    state.write_bytes(damage(state.read_bytes()))
    assert built_release(settings) is None


def test_a_release_that_is_gone_is_not_taken_for_built(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    release = publish_tables(tmp_path, example_tables())
    record_release(settings, release.release_id)
    release.folder.rename(tmp_path / "elsewhere")
    assert built_release(settings) is None


def test_a_cache_that_cannot_be_read_is_told_of(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", logger="ceping"):
        assert read_cache(tmp_path / "none.json", WarehouseMark) is None
        assert not caplog.text
        (tmp_path / "half.json").write_text('{"models"', encoding="utf-8")
        assert read_cache(tmp_path / "half.json", WarehouseMark) is None
    assert f"{tmp_path / 'half.json'} cannot be read" in caplog.text


@of_every_kind
def test_what_is_kept_is_made_again_where_it_is_not_as_it_was_kept(tmp_path: Path, damage: Damage) -> None:
    path = tmp_path / "kept" / "script.js"
    keep(path, b"draw()\n")
    assert read_kept(path) == b"draw()\n"
    path.write_bytes(damage(path.read_bytes()))
    assert read_kept(path) is None


@pytest.fixture(scope="module")
def parsed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, bytes]:
    """A home with the parse of the project, and the manifest of it."""
    settings = Settings(home=tmp_path_factory.mktemp("parsed") / HOME)
    return settings, manifest_path(settings).read_bytes()


@pytest.mark.parametrize("name", ["parse/manifest.json", "parse/hashes.json", "partial_parse.msgpack", "manifest.json"])
@of_every_kind
def test_a_damaged_parse_of_the_project_is_no_parse(parsed: tuple[Settings, bytes], damage: Damage, name: str) -> None:
    settings, manifest = parsed
    path, kept = settings.dbt_target_dir / name, settings.dbt_target_dir / "parse" / "partial_parse.msgpack"
    # What dbt writes of it later is nobody's to read.
    path.write_bytes(damage(manifest if name == "manifest.json" else path.read_bytes()))
    assert manifest_path(settings).read_bytes() == manifest
    assert (settings.dbt_target_dir / "partial_parse.msgpack").read_bytes() == kept.read_bytes()


@pytest.fixture
def built(tmp_path: Path) -> Settings:
    """A home with a working file of one table of many blocks."""
    (tmp_path / "seeds").mkdir()
    settings = Settings(home=tmp_path, seeds=tmp_path / "seeds")
    settings.warehouse_path.parent.mkdir()
    with duckdb.connect(str(settings.warehouse_path)) as connection:
        connection.execute("create schema core")
        connection.execute("create table core.many as select hash(i) as h, hash(h) as g from range(300_000) as r (i)")
    mark_built(settings)
    assert take_scope(settings).is_empty
    mark_built(settings)
    return settings


@of_every_kind
def test_a_mark_that_cannot_be_read_is_no_mark(built: Settings, damage: Damage) -> None:
    built.warehouse_mark_path.write_bytes(damage(built.warehouse_mark_path.read_bytes()))
    assert not take_scope(built).is_empty


@of_every_kind
def test_a_damaged_working_file_is_built_anew_in_a_new_file(
    built: Settings, damage: Damage, caplog: pytest.LogCaptureFixture
) -> None:
    built.warehouse_path.write_bytes(damage(built.warehouse_path.read_bytes()))
    with caplog.at_level("INFO", logger="ceping"):
        assert take_scope(built).is_full_refresh
    assert f"{built.warehouse_path} is damaged" in caplog.text
    assert not built.warehouse_path.exists()


def test_a_working_file_that_was_only_copied_is_built_upon(built: Settings) -> None:
    content = built.warehouse_path.read_bytes()
    built.warehouse_path.unlink()
    built.warehouse_path.write_bytes(content)
    assert take_scope(built).is_empty


@pytest.mark.parametrize("name", ["candidate.json", "tables/trends.figure.parquet"])
@of_every_kind
def test_a_damaged_candidate_is_frozen_anew(
    tmp_path: Path, damage: Damage, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    candidate = make_candidate(tmp_path, example_tables())
    damaged = candidate.folder / name
    damaged.write_bytes(damage(damaged.read_bytes()))
    with pytest.raises(GateError, match=r"; ceping run --rebuild freezes it anew$"):
        Candidate.open(candidate.folder)
    with caplog.at_level("INFO", logger="ceping"):
        assert make_candidate(tmp_path, example_tables()) == candidate
    assert f"{candidate.folder} was damaged" in caplog.text
    assert Candidate.open(candidate.folder) == candidate


@pytest.mark.parametrize("name", [b"", b"\xff\xfe", b"../../elsewhere/candidates/0", b"ab" * 32])
def test_what_names_no_candidate_is_told_with_a_way_on(tmp_path: Path, name: bytes) -> None:
    newest = tmp_path / "newest-2017"
    newest.write_bytes(name)
    with pytest.raises(GateError, match="ceping run --rebuild"):
        open_newest(tmp_path, newest)


def test_every_flipped_byte_of_the_history_is_noticed_or_changes_nothing(tmp_path: Path) -> None:
    first, _ = (publish_tables(tmp_path, with_count(count)) for count in (1, 2))
    Releases(tmp_path / "releases").roll_back(first, "错误")
    path = tmp_path / "releases" / "history.jsonl"
    written, said = path.read_bytes(), read_history(path.parent)
    for place in range(len(written)):
        path.write_bytes(written[:place] + bytes([written[place] ^ 1]) + written[place + 1 :])
        try:
            assert read_history(path.parent) == said
        except CepingError as named:
            assert str(named).startswith(f"{path}, line ")  # noqa: PT017
    path.write_bytes(written)


def test_a_history_that_is_cut_or_empty_is_named_and_one_of_an_earlier_version_counts(tmp_path: Path) -> None:
    releases = tmp_path / "releases"
    release = publish_tables(tmp_path, with_count(1))
    path = releases / "history.jsonl"
    unsealed = {name: value for name, value in json.loads(path.read_text(encoding="utf-8")).items() if name != "seal"}
    written = json.dumps(unsealed) + "\n"
    for damaged, named in (
        (written + '{"release_id": "2017-', f"{path}, line 2: the entry is damaged"),
        (written[: len(written) // 2], f"{path}, line 1: the entry is damaged"),
        ("", f"{path} is empty; put it back from a copy"),
    ):
        path.write_text(damaged, encoding="utf-8")
        with pytest.raises(CepingError, match=re.escape(named)):
            publish_tables(tmp_path, with_count(2))
        assert path.read_text(encoding="utf-8") == damaged
    path.write_text(written, encoding="utf-8")
    later = publish_tables(tmp_path, with_count(2))
    assert [entry.release_id for entry in read_history(releases)] == [release.release_id, later.release_id]
