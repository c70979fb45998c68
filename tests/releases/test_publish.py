"""Publishing real, small candidates: what a release holds, how ``current`` moves, and what is refused."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from pipelines.errors import CepingError, GateError
from pipelines.foundation.hashing import hash_file
from pipelines.releases import draft as draft_module
from pipelines.releases import publish as publish_module
from pipelines.releases import releases as releases_module
from pipelines.releases.publish import publish
from pipelines.releases.releases import Releases
from tests.fixtures.small_release import (
    CELL_TYPES,
    CODE,
    STOCK,
    Tables,
    example_tables,
    make_candidate,
    publish_tables,
    verdict_for,
    with_count,
)


def states(folder: Path) -> dict[str, tuple[int, int]]:
    """Inode and time of change of every file: what rewriting would alter."""
    return {str(p): (p.stat().st_ino, p.stat().st_mtime_ns) for p in folder.rglob("*") if p.is_file()}


def history(home: Path) -> list[str]:
    lines = (home / "releases" / "history.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["release_id"] for line in lines]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def test_a_release_holds_its_files_and_their_sums(home: Path) -> None:
    release = publish_tables(home, example_tables())
    assert re.fullmatch(r"2017-[0-9a-f]{12}", release.release_id)
    assert release.folder == home / "releases" / "2017" / release.release_id
    names = {path.relative_to(release.folder).as_posix() for path in release.folder.rglob("*") if path.is_file()}
    pages = {"index.html", "trends/2.html", "trends/3.html", "trends/4.html", "figures.html", "data.html"}
    dictionary = {"dictionary.html", *(f"dictionary/{name}.html" for name in example_tables())}
    pages |= {"changes.html", *dictionary}
    quality = {"quality.html", "quality/balance.html", *dictionary}
    both = {
        "ceping-2017.duckdb", "manifest.json", "dictionary.csv",
        "assets/site.css", "assets/site.js", "assets/tablesort.min.js",
        "assets/tablesort.number.min.js", "assets/tablesort.LICENSE",
        "parquet/trends/figure.parquet", "parquet/trends/trend_cell.parquet", "parquet/trends/trend_table.parquet",
        "parquet/audit/file_ledger.parquet", "parquet/audit/row_balance.parquet", "parquet/core/dim_label.parquet",
    }  # fmt: skip
    internal = {*both, "verdict.json", *quality, *(f"en/{page}" for page in quality)}
    public = {
        *both, "SHA256SUMS", "ceping-2017.xlsx", "ceping-2017-tables.xlsx", "notice-2017.docx", "en/notice-2017.docx",
        "datapackage.json", "assets/vega.js", *pages, *(f"en/{page}" for page in pages),
    }  # fmt: skip
    parts = {f"internal/{name}" for name in internal} | {f"public/{name}" for name in public}
    assert names == {*parts, "SHA256SUMS"}
    for folder, count in ((release.folder, len(names)), (release.public, len(public))):
        checked = subprocess.run(
            ["sha256sum", "-c", "SHA256SUMS"], cwd=folder, capture_output=True, text=True, check=True
        )
        assert len(checked.stdout.splitlines()) == count - 1
    assert (release.public / "manifest.json").read_bytes() == (release.internal / "manifest.json").read_bytes()
    assert all(path.stat().st_mode & 0o222 == 0 for path in release.folder.rglob("*") if path.is_file())
    release.verify()


def test_current_is_a_relative_link_to_the_release(home: Path) -> None:
    assert Releases(home / "releases").current is None
    release = publish_tables(home, example_tables())
    assert str((home / "releases" / "current").readlink()) == f"2017/{release.release_id}/public"
    assert Releases(home / "releases").current == release
    moved = home.rename(home.with_name("elsewhere"))
    again = Releases(moved / "releases").current
    assert again is not None
    again.verify()


def test_a_home_copied_by_a_program_that_follows_links_is_named_with_a_way_on(home: Path, tmp_path: Path) -> None:
    release = publish_tables(home, example_tables())
    shutil.copytree(home, tmp_path / "copy")
    releases = Releases(tmp_path / "copy" / "releases")
    for ask in (lambda: releases.current, lambda: releases.current_id, lambda: releases.make_current(release)):
        with pytest.raises(CepingError, match=r"current is no link to a release: .*; remove .*current and run again"):
            ask()
    shutil.rmtree(releases.current_path)
    again = publish_tables(tmp_path / "copy", example_tables())
    assert (releases.current, releases.current_id) == (again, release.release_id)


def test_tables_carry_rows_and_descriptions_in_both_languages(home: Path) -> None:
    release = publish_tables(home, example_tables())
    with release.open() as connection:
        assert connection.execute("select max(computed) from trends.figure").fetchone() == (29431.0,)
        tables = connection.execute("select table_name, comment from duckdb_tables()").fetchall()
        assert ("figure", "Table figure. | 表 figure。") in tables
        shown = connection.execute("select view_name, comment from duckdb_views() where not internal").fetchall()
        stock = "Running sites by level, province and role. | 正在运行的网站，按层级、省份、类型。"
        assert ("trend_2_site_stock", stock) in shown
        uncommented = connection.execute(
            "select table_name, column_name from duckdb_columns() where not internal and comment is null"
        ).fetchall()
        assert uncommented == []
        row = connection.execute(
            "select data_type, description_en, description_zh from reference.catalog "
            "where table_name = 'trends.figure' and column_name = 'unit'"
        ).fetchone()
        assert row == ("VARCHAR", "It's unit.", "列“unit”。")


def test_the_database_is_in_the_format_older_clients_read(home: Path) -> None:
    release = publish_tables(home, example_tables())
    header = release.database_path.read_bytes()[:24]
    # Bytes 8 to 12 are the magic word, the next eight the storage version: 64 is what DuckDB 0.9.2 to 1.1 write.
    assert header[8:12] == b"DUCK"
    assert int.from_bytes(header[12:20], "little") == 64


def test_publishing_the_same_again_rewrites_nothing(home: Path) -> None:
    release = publish_tables(home, example_tables())
    before = states(release.folder)
    assert publish_tables(home, example_tables()) == release
    assert states(release.folder) == before
    assert history(home) == [release.release_id]


def test_another_candidate_is_another_release_and_leaves_the_old_one(home: Path) -> None:
    first = publish_tables(home, example_tables())
    before = states(first.folder)
    second = publish_tables(home, with_count(29432))
    assert second.release_id != first.release_id
    assert states(first.folder) == before
    assert Releases(home / "releases").current == second
    back = publish_tables(home, example_tables())
    assert back == first
    assert Releases(home / "releases").current == first
    assert history(home) == [first.release_id, second.release_id, first.release_id]


def test_other_code_is_another_release(home: Path) -> None:
    candidate = make_candidate(home, example_tables())
    ids = {publish(candidate, verdict_for(candidate), Releases(home / "releases"), c).release_id for c in ("a", "b")}
    assert len(ids) == 2


def test_leftovers_of_a_killed_publication_are_removed(home: Path) -> None:
    leftover = home / "releases" / "2017" / ".building-2017-0123456789ab"
    leftover.mkdir(parents=True)
    (leftover / "half.duckdb").write_bytes(b"half")
    (home / "releases" / ".current").symlink_to("2017/nothing")
    release = publish_tables(home, example_tables())
    assert not leftover.exists()
    assert Releases(home / "releases").current == release
    assert {path.name for path in (home / "releases").iterdir()} == {"2017", "current", "history.jsonl"}
    last = (home / "releases" / "history.jsonl").read_text(encoding="utf-8").splitlines()[-1]
    assert json.loads(last)["release_id"] == release.release_id


@pytest.mark.parametrize("lost", ["tables/audit.row_balance.parquet", "verdict.json"])
def test_a_publication_that_fails_leaves_current_as_it_was(home: Path, lost: str) -> None:
    first = publish_tables(home, example_tables())
    candidate = make_candidate(home, with_count(1))
    (candidate.folder / lost).unlink()
    with pytest.raises(CepingError, match=Path(lost).name):
        publish(candidate, verdict_for(candidate), Releases(home / "releases"), CODE)
    assert Releases(home / "releases").current == first
    assert [path.name for path in first.folder.parent.iterdir()] == [first.release_id]
    assert history(home) == [first.release_id]


def test_a_candidate_changed_after_its_verdict_is_not_published(home: Path) -> None:
    candidate = make_candidate(home, example_tables())
    path = candidate.path(candidate.table("trends.figure"))
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(CepingError, match=r"trends\.figure\.parquet is not what was judged"):
        publish(candidate, verdict_for(candidate), Releases(home / "releases"), CODE)
    assert Releases(home / "releases").current is None


@pytest.mark.parametrize(
    ("place", "step"),
    [
        (draft_module, "write_snapshot"),
        (publish_module, "_write_pages"),
        (publish_module, "sync_tree"),
        (releases_module, "_swing"),
        (Releases, "record_publication"),
    ],
)
def test_a_kill_at_any_step_leaves_a_whole_release(
    home: Path, place: object, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A kill runs no ``finally``: the exception is one that nothing catches, and removal is switched off."""
    first = publish_tables(home, example_tables())

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(place, step, killed)
        patch.setattr(shutil, "rmtree", lambda *_, **__: None)
        with pytest.raises(KeyboardInterrupt):
            publish_tables(home, with_count(2))
    seen = Releases(home / "releases").current
    assert seen is not None
    seen.verify()
    assert (seen == first) is (step != "record_publication")
    second = publish_tables(home, with_count(2))
    assert Releases(home / "releases").current == second
    assert {path.name for path in first.folder.parent.iterdir()} == {first.release_id, second.release_id}
    assert history(home) == [first.release_id, second.release_id]


def test_what_does_not_read_back_swings_back(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = publish_tables(home, example_tables())
    swing = releases_module._swing

    def damaging_swing(link: Path, target: Path) -> None:
        swing(link, target)
        page = link.parent / target / "index.html"
        page.chmod(0o644)
        page.write_text("damaged", encoding="utf-8")

    with monkeypatch.context() as patch:
        patch.setattr(releases_module, "_swing", damaging_swing)
        with pytest.raises(CepingError, match=r"index\.html"):
            publish_tables(home, with_count(3))
    assert (home / "releases" / "current").readlink().parent.name == first.release_id
    assert history(home) == [first.release_id]


@pytest.mark.parametrize(
    "name",
    [
        "internal/ceping-2017.duckdb", "internal/parquet/trends/figure.parquet", "internal/verdict.json",
        "public/ceping-2017.duckdb", "public/index.html", "public/manifest.json",
    ],
)  # fmt: skip
def test_damage_is_found_and_named(home: Path, name: str) -> None:
    release = publish_tables(home, example_tables())
    path = release.folder / name
    path.chmod(0o644)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(CepingError, match=re.escape(name)):
        release.verify()
    with pytest.raises(CepingError, match=f"{re.escape(name)}.*remove .*{release.release_id} and publish again"):
        publish_tables(home, example_tables())
    path.unlink()
    with pytest.raises(CepingError, match=f"{re.escape(name)} is missing"):
        release.verify()


def test_a_file_too_many_is_damage(home: Path) -> None:
    release = publish_tables(home, example_tables())
    (release.internal / "ceping-2017.duckdb.wal").write_bytes(b"")
    with pytest.raises(CepingError, match=r"ceping-2017\.duckdb\.wal does not belong to it"):
        release.verify()


def test_lost_sums_are_damage(home: Path) -> None:
    release = publish_tables(home, example_tables())
    (release.folder / "SHA256SUMS").unlink()
    with pytest.raises(CepingError, match="SHA256SUMS"):
        release.verify()


def test_a_refused_verdict_publishes_nothing(home: Path) -> None:
    candidate = make_candidate(home, example_tables())
    other = make_candidate(home, with_count(4))
    with pytest.raises(GateError, match="did not pass"):
        publish(candidate, verdict_for(candidate, passed=False), Releases(home / "releases"), CODE)
    contradicting = verdict_for(candidate, passed=False).model_copy(update={"passed": True})
    with pytest.raises(GateError, match="did not pass"):
        publish(candidate, contradicting, Releases(home / "releases"), CODE)
    with pytest.raises(GateError, match="the verdict is for candidate"):
        publish(candidate, verdict_for(other), Releases(home / "releases"), CODE)
    assert not (home / "releases").exists()


def test_the_published_verdict_is_the_one_given(home: Path) -> None:
    candidate = make_candidate(home, example_tables())
    given = verdict_for(candidate).model_copy(update={"expectations": "f" * 64})
    for beside in (given.model_dump_json(), "{}"):
        (candidate.folder / "verdict.json").write_text(beside, encoding="utf-8")
        with pytest.raises(GateError, match=r"verdict\.json is not the verdict that was given"):
            publish(candidate, verdict_for(candidate), Releases(home / "releases"), CODE)


@pytest.mark.parametrize(
    "statement",
    [
        "copy trends.figure to '{out}'",
        "attach '{out}'",
        "select * from read_csv('/etc/passwd')",
        "select * from read_text('/etc/passwd')",
        "select * from '{parquet}'",
        "select * from glob('/*')",
        "export database '{out}'",
        "install httpfs",
        "load httpfs",
        "set enable_external_access = true",
        "set lock_configuration = false",
        "set threads = 1",
        "create table trends.mine (i integer)",
        "delete from trends.figure",
        "comment on table trends.figure is 'mine'",
    ],
)
def test_reading_is_hardened(home: Path, statement: str) -> None:
    release = publish_tables(home, example_tables())
    before = hash_file(release.database_path)
    parquet = release.internal / "parquet" / "trends" / "figure.parquet"
    with release.open() as connection, pytest.raises(duckdb.Error):
        connection.execute(statement.format(out=home / "out", parquet=parquet)).fetchall()
    assert not (home / "out").exists()
    assert hash_file(release.database_path) == before


READER = """
import sys
from pathlib import Path

from pipelines.releases.releases import Releases

releases, stop, log = Path(sys.argv[1]), Path(sys.argv[2]), []
held = Releases(releases).current.open()
first = held.execute("select * from trends.figure order by all").fetchall()
while not log or not stop.exists():
    assert held.execute("select * from trends.figure order by all").fetchall() == first
    assert held.execute("select sum(value) from trends.trend_2_site_stock").fetchall() == [(100.0,)]
    release = Releases(releases).current
    with release.open() as connection:
        figure = connection.execute("select min(computed), max(computed) from trends.figure where trend = 2").fetchone()
        stock = connection.execute("select sum(value) from trends.trend_2_site_stock").fetchone()
    assert f"{release.release_id}" in release.bulletin_path.read_text(encoding="utf-8")
    assert release.manifest.release_id == release.release_id
    log.append((release.release_id, figure[1], stock[0]))
    if len(log) == 1:
        print("reading", flush=True)
for line in sorted(set(log)):
    print(*line)
"""


def test_readers_never_see_half_a_publication_while_ten_are_made(home: Path, tmp_path: Path) -> None:
    def tables(count: int) -> Tables:
        changed = with_count(count)
        changed["trends.trend_cell"] = (CELL_TYPES, [(*STOCK[0][:9], float(count), True)])
        return changed

    expected = {publish_tables(home, tables(100)).release_id: 100}
    stop = tmp_path / "stop"
    command = [sys.executable, "-c", READER, str(home / "releases"), str(stop)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as reader:
        assert reader.stdout is not None
        first_line = reader.stdout.readline()
        for count in range(101, 111):
            expected[publish_tables(home, tables(count)).release_id] = count
        stop.touch()
        output, errors = reader.communicate(timeout=60)
    assert first_line == "reading\n", errors
    assert reader.returncode == 0, errors
    seen = [line.split() for line in output.splitlines()]
    assert len(seen) > 1
    assert all(float(figure) == float(stock) == expected[release] for release, figure, stock in seen)


def test_the_trend_tables_are_the_cells_that_bear_their_name(home: Path) -> None:
    tables = example_tables()
    other = (*STOCK[0][:1], "trend_2_site_flow", *STOCK[0][2:])
    tables["trends.trend_cell"] = (CELL_TYPES, [*STOCK, other])
    with publish_tables(home, tables).open() as connection:
        shown = connection.execute("select * from trends.trend_2_site_stock")
        names = [column[0] for column in shown.description or ()]
        assert names == [name for name in CELL_TYPES if name != "trend_table"]
        assert sorted(shown.fetchall()) == sorted((row[0], *row[2:]) for row in STOCK)
        listed = connection.execute(
            "select column_name, row_count from catalog where table_name = 'trend_2_site_stock' order by 1 nulls first"
        ).fetchall()
        assert listed[0] == (None, len(STOCK))
        assert len(listed) == len(CELL_TYPES)
        with pytest.raises(duckdb.CatalogException):
            connection.execute("from trends.trend_2_site_flow")


def test_the_manifest_says_what_went_in_and_came_out(home: Path) -> None:
    release = publish_tables(home, example_tables())
    manifest = release.manifest
    assert manifest.is_synthetic
    assert manifest.release_id == release.release_id
    assert manifest.inputs[0]["file_name"] == "一季度.xlsx"
    assert manifest.inputs[0]["rows_read"] == 29440
    assert [(table.name, table.rows) for table in manifest.tables][1:3] == [("figure", 5), ("trend_cell", 47)]
    assert [suite.table for suite in manifest.checks.suites] == list(example_tables())
    assert len(manifest.checks.warnings) == 6
    files = {file.path: file.sha256 for file in manifest.files}
    assert files["public/ceping-2017.duckdb"] is files["internal/ceping-2017.duckdb"] is None
    assert files["public/index.html"] == hash_file(release.bulletin_path)
    written = {path.relative_to(release.folder).as_posix() for path in release.folder.rglob("*") if path.is_file()}
    assert {name for name in written if Path(name).name not in ("manifest.json", "SHA256SUMS")} == set(files)


def test_the_same_candidate_gives_the_same_bytes_in_another_home(tmp_path: Path) -> None:
    one, two = (publish_tables(tmp_path / name, example_tables()) for name in ("one", "two"))
    assert one.release_id == two.release_id
    names = [path.relative_to(one.folder) for path in one.folder.rglob("*") if path.is_file()]
    differing = {str(name) for name in names if hash_file(one.folder / name) != hash_file(two.folder / name)}
    assert {Path(name).name for name in differing} <= {"ceping-2017.duckdb", "SHA256SUMS"}
    with one.open() as first, two.open() as second:
        for table in ("trends.figure", "reference.catalog"):
            query = f"select * from {table}"
            assert first.execute(query).fetchall() == second.execute(query).fetchall()
