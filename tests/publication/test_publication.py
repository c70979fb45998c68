"""Publishing real, small candidates: what a release holds, how ``current`` moves, and what is refused."""

import csv
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from pipelines.candidate import Candidate, TableColumn, TableSpec, freeze
from pipelines.errors import CepingError, GateError
from pipelines.fingerprint import hash_file
from pipelines.publication import release as release_module
from pipelines.publication.reading import open_release
from pipelines.publication.release import Release, current_release, publish, verify
from pipelines.settings import SEEDS_DIR
from pipelines.verdict import ExpectationOutcome, SuiteOutcome, Verdict

CODE = "c0de"
FIGURE_TYPES = {
    "figure_id": "varchar", "edition": "integer", "figure_order": "integer", "trend": "integer", "name_zh": "varchar",
    "name_en": "varchar", "numerator_text": "varchar", "numerator_text_zh": "varchar", "denominator_text": "varchar",
    "denominator_text_zh": "varchar", "unit": "varchar", "numerator": "bigint", "denominator": "bigint",
    "computed": "double", "published": "double", "qualifier": "varchar", "verdict": "varchar", "difference": "double",
    "missing_input": "varchar", "as_of": "varchar", "note": "varchar", "note_zh": "varchar", "is_synthetic": "boolean",
}  # fmt: skip
FIGURE_TYPES_ORDER = list(FIGURE_TYPES)
TIDY_TYPES = {
    "edition": "integer", "measure": "varchar", "breakdown": "varchar", "group_code": "varchar",
    "group_name_zh": "varchar", "group_name_en": "varchar", "numerator": "bigint", "denominator": "bigint",
    "value": "double", "is_synthetic": "boolean",
}  # fmt: skip
LEDGER_TYPES = {
    "source": "varchar", "file_name": "varchar", "sha256": "varchar", "byte_count": "bigint", "rows_read": "bigint",
}  # fmt: skip
BALANCE_TYPES = {
    "source": "varchar", "file_name": "varchar", "rows_read": "bigint", "rows_landed": "bigint",
    "rows_quarantined": "bigint", "rows_loaded": "bigint", "is_balanced": "boolean",
}  # fmt: skip
LABEL_TYPES = {
    "label_kind": "varchar", "label_code": "varchar", "label_order": "integer", "name_zh": "varchar",
    "name_en": "varchar",
}  # fmt: skip
FIGURES: list[tuple[object, ...]] = [
    ("trend2.running_sites", 2017, 1, 2, "正在运行的政府网站", "Running government sites",
     "Registered sites not closed", "未关停的登记网站", None, None, "sites", None, None, 29431.0, 29431.0, "=",
     "agrees", 0.0, None, "2017-09-01", None, None, True),
    ("trend2.policy_share", 2017, 2, 2, "出台集约化政策的省级政府比例",
     "Provincial governments with a consolidation policy", "Provincial governments with a policy",
     "出台政策的省级政府", "Provincial governments", "省级政府", "share", None, None, None, 0.8, "近",
     "not_computable", None, "policy_document", "2017", None, None, True),
    ("trend3.platforms", 2017, 3, 3, "建成一体化平台的省份", "Provinces with an integrated platform", "Provinces",
     "省份", None, None, "provinces", 29, 31, 29.0, 29.0, "=", "agrees", 0.0, None, "2017", None, None, True),
    ("trend4.fusion_central_department", 2017, 4, 4, "与新媒体融合的国务院部门网站比例",
     "State Council department sites integrated with new media", "Department portals that link to a channel",
     "链接新媒体渠道的部门门户网站", "Department portals reached by the crawl", "抓取可及的部门门户网站", "share",
     38, 70, 38 / 70, 0.557, "超过", "differs", 38 / 70 - 0.557, None, "2017", "39 of 70", "70 家中的 39 家", True),
    ("trend4.fusion_county", 2017, 5, 4, "与新媒体融合的县级网站比例", "County sites integrated with new media",
     "County portals", "县级门户网站", None, None, "share", None, None, None, None, None, "not_computable", None,
     "no_row_in_scope", "2017", None, None, True),
]  # fmt: skip
STOCK: list[tuple[object, ...]] = []
STOCK += [(2017, "running_sites", "level", code, zh, en, None, None, value, True) for code, zh, en, value in
         [("county", "县级", "County", 15000.0), ("province", "省级", "Province", 1431.0)]]  # fmt: skip
STOCK += [(2017, "running_sites", "province", f"{n:06}", f"省{n}", f"P{n}", None, None, 1.0, True) for n in range(45)]
LEDGER: list[tuple[object, ...]] = [("site_registry", "一季度.xlsx", "ab" * 32, 1234, 29440)]
BALANCE: list[tuple[object, ...]] = [("site_registry", "一季度.xlsx", 29440, 29440, 9, 29431, True)]
Tables = dict[str, tuple[dict[str, str], list[tuple[object, ...]]]]


def seeded_labels() -> list[tuple[object, ...]]:
    """The names pages show, as the seed has them."""
    with (SEEDS_DIR / "labels.csv").open(encoding="utf-8", newline="") as stream:
        return [tuple(value or None for value in row.values()) for row in csv.DictReader(stream)]


def example_tables(figures: list[tuple[object, ...]] = FIGURES) -> Tables:
    return {
        "core.dim_label": (LABEL_TYPES, seeded_labels()),
        "trends.figure": (FIGURE_TYPES, list(figures)),
        "trends.trend_2_site_stock": (TIDY_TYPES, list(STOCK)),
        "audit.file_ledger": (LEDGER_TYPES, list(LEDGER)),
        "audit.row_balance": (BALANCE_TYPES, list(BALANCE)),
    }


def with_count(count: int) -> Tables:
    """The example with another number of running sites."""
    first = list(FIGURES[0])
    first[FIGURE_TYPES_ORDER.index("computed")] = float(count)
    return example_tables([tuple(first), *FIGURES[1:]])


def make_candidate(home: Path, tables: Tables) -> Candidate:
    """A candidate frozen from a real warehouse file, with the files the gate leaves beside it."""
    home.mkdir(parents=True, exist_ok=True)
    warehouse = home / "warehouse.duckdb"
    warehouse.unlink(missing_ok=True)
    specs = []
    with duckdb.connect(str(warehouse)) as connection:
        for full_name, (types, rows) in tables.items():
            schema, name = full_name.split(".")
            connection.execute(f"create schema if not exists {schema}")
            connection.execute(f"create table {full_name} ({', '.join(f'{c} {t}' for c, t in types.items())})")
            connection.executemany(f"insert into {full_name} values ({', '.join('?' * len(types))})", rows)
            columns = tuple(
                TableColumn(name=column, data_type=kind, description=f"It's {column}. | 列“{column}”。")
                for column, kind in types.items()
            )
            description = f"Table {name}. | 表 {name}。"
            specs.append(TableSpec(schema_name=schema, name=name, description=description, key=(), columns=columns))
    candidate = freeze(warehouse, specs, 2017, home / "candidates")
    (candidate.folder / "verdict.json").write_text(verdict_for(candidate).model_dump_json(), encoding="utf-8")
    (candidate.folder / "quality.html").write_text("<!doctype html><title>quality</title>", encoding="utf-8")
    return candidate


def verdict_for(candidate: Candidate, *, passed: bool = True) -> Verdict:
    """What the gate gives: one expectation that holds and one warning for every table."""
    suites = [
        SuiteOutcome.of(
            table.full_name,
            "Why. | 原因。",
            [
                ExpectationOutcome(
                    table=table.full_name, type="expect_something", column=None, severity=severity,
                    why="Why. | 原因。", passed=holds, observed="1", unexpected_count=0, rows=[],
                )
                for severity, holds in (("critical", passed), ("warning", False))
            ],
        )
        for table in candidate.tables
    ]  # fmt: skip
    return Verdict(candidate=candidate.content_hash, expectations="e" * 64, edition=2017, passed=passed, suites=suites)


def publish_tables(home: Path, tables: Tables) -> Release:
    candidate = make_candidate(home, tables)
    return publish(candidate, verdict_for(candidate), home / "releases", CODE)


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
    assert names == {
        "ceping-2017.duckdb", "index.html", "quality.html", "verdict.json", "manifest.json", "SHA256SUMS",
        "parquet/trends/figure.parquet", "parquet/trends/trend_2_site_stock.parquet",
        "parquet/audit/file_ledger.parquet", "parquet/audit/row_balance.parquet",
    }  # fmt: skip
    checked = subprocess.run(
        ["sha256sum", "-c", "SHA256SUMS"], cwd=release.folder, capture_output=True, text=True, check=True
    )
    assert len(checked.stdout.splitlines()) == len(names) - 1
    assert all(path.stat().st_mode & 0o222 == 0 for path in release.folder.rglob("*") if path.is_file())
    verify(release)


def test_current_is_a_relative_link_to_the_release(home: Path) -> None:
    assert current_release(home / "releases") is None
    release = publish_tables(home, example_tables())
    assert str((home / "releases" / "current").readlink()) == f"2017/{release.release_id}"
    assert current_release(home / "releases") == release
    moved = home.rename(home.with_name("elsewhere"))
    again = current_release(moved / "releases")
    assert again is not None
    verify(again)


def test_tables_carry_rows_and_descriptions_in_both_languages(home: Path) -> None:
    release = publish_tables(home, example_tables())
    with open_release(release) as connection:
        assert connection.execute("select max(computed) from trends.figure").fetchone() == (29431.0,)
        tables = connection.execute("select table_name, comment from duckdb_tables()").fetchall()
        assert ("figure", "Table figure. | 表 figure。") in tables
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
    assert current_release(home / "releases") == second
    back = publish_tables(home, example_tables())
    assert back == first
    assert current_release(home / "releases") == first
    assert history(home) == [first.release_id, second.release_id, first.release_id]


def test_other_code_is_another_release(home: Path) -> None:
    candidate = make_candidate(home, example_tables())
    ids = {publish(candidate, verdict_for(candidate), home / "releases", c).release_id for c in ("a", "b")}
    assert len(ids) == 2


def test_leftovers_of_a_killed_publication_are_removed(home: Path) -> None:
    leftover = home / "releases" / "2017" / ".building-2017-0123456789ab"
    leftover.mkdir(parents=True)
    (leftover / "half.duckdb").write_bytes(b"half")
    (home / "releases" / ".current").symlink_to("2017/nothing")
    (home / "releases" / "history.jsonl").write_text('{"release_id": "2017-01', encoding="utf-8")
    release = publish_tables(home, example_tables())
    assert not leftover.exists()
    assert current_release(home / "releases") == release
    assert {path.name for path in (home / "releases").iterdir()} == {"2017", "current", "history.jsonl"}
    last = (home / "releases" / "history.jsonl").read_text(encoding="utf-8").splitlines()[-1]
    assert json.loads(last)["release_id"] == release.release_id


@pytest.mark.parametrize("lost", ["tables/audit.row_balance.parquet", "quality.html", "verdict.json"])
def test_a_publication_that_fails_leaves_current_as_it_was(home: Path, lost: str) -> None:
    first = publish_tables(home, example_tables())
    candidate = make_candidate(home, with_count(1))
    (candidate.folder / lost).unlink()
    with pytest.raises(CepingError, match=Path(lost).name):
        publish(candidate, verdict_for(candidate), home / "releases", CODE)
    assert current_release(home / "releases") == first
    assert [path.name for path in first.folder.parent.iterdir()] == [first.release_id]
    assert history(home) == [first.release_id]


def test_a_candidate_changed_after_its_verdict_is_not_published(home: Path) -> None:
    candidate = make_candidate(home, example_tables())
    path = candidate.path(candidate.table("trends.figure"))
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(CepingError, match=r"trends\.figure\.parquet is not what was judged"):
        publish(candidate, verdict_for(candidate), home / "releases", CODE)
    assert current_release(home / "releases") is None


@pytest.mark.parametrize("step", ["write_snapshot", "_write_pages", "_sync_tree", "_swing", "_record"])
def test_a_kill_at_any_step_leaves_a_whole_release(home: Path, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kill runs no ``finally``: the exception is one that nothing catches, and removal is switched off."""
    first = publish_tables(home, example_tables())

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(release_module, step, killed)
        patch.setattr(shutil, "rmtree", lambda *_, **__: None)
        with pytest.raises(KeyboardInterrupt):
            publish_tables(home, with_count(2))
    seen = current_release(home / "releases")
    assert seen is not None
    verify(seen)
    assert (seen == first) is (step != "_record")
    second = publish_tables(home, with_count(2))
    assert current_release(home / "releases") == second
    assert {path.name for path in first.folder.parent.iterdir()} == {first.release_id, second.release_id}
    assert history(home) == [first.release_id, second.release_id]


def test_what_does_not_read_back_swings_back(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = publish_tables(home, example_tables())
    swing = release_module._swing

    def damaging_swing(link: Path, target: Path) -> None:
        swing(link, target)
        page = link.parent / target / "index.html"
        page.chmod(0o644)
        page.write_text("damaged", encoding="utf-8")

    with monkeypatch.context() as patch:
        patch.setattr(release_module, "_swing", damaging_swing)
        with pytest.raises(CepingError, match=r"index\.html"):
            publish_tables(home, with_count(3))
    assert (home / "releases" / "current").readlink().name == first.release_id
    assert history(home) == [first.release_id]


@pytest.mark.parametrize("name", ["ceping-2017.duckdb", "parquet/trends/figure.parquet", "index.html", "manifest.json"])
def test_damage_is_found_and_named(home: Path, name: str) -> None:
    release = publish_tables(home, example_tables())
    path = release.folder / name
    path.chmod(0o644)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(CepingError, match=re.escape(name)):
        verify(release)
    with pytest.raises(CepingError, match=f"{re.escape(name)}.*remove .*{release.release_id} and publish again"):
        publish_tables(home, example_tables())
    path.unlink()
    with pytest.raises(CepingError, match=f"{re.escape(name)} is missing"):
        verify(release)


def test_a_file_too_many_is_damage(home: Path) -> None:
    release = publish_tables(home, example_tables())
    (release.folder / "ceping-2017.duckdb.wal").write_bytes(b"")
    with pytest.raises(CepingError, match=r"ceping-2017\.duckdb\.wal does not belong to it"):
        verify(release)


def test_lost_sums_are_damage(home: Path) -> None:
    release = publish_tables(home, example_tables())
    (release.folder / "SHA256SUMS").unlink()
    with pytest.raises(CepingError, match="SHA256SUMS"):
        verify(release)


def test_a_refused_verdict_publishes_nothing(home: Path) -> None:
    candidate = make_candidate(home, example_tables())
    other = make_candidate(home, with_count(4))
    with pytest.raises(GateError, match="did not pass"):
        publish(candidate, verdict_for(candidate, passed=False), home / "releases", CODE)
    contradicting = verdict_for(candidate, passed=False).model_copy(update={"passed": True})
    with pytest.raises(GateError, match="did not pass"):
        publish(candidate, contradicting, home / "releases", CODE)
    with pytest.raises(GateError, match="the verdict is for candidate"):
        publish(candidate, verdict_for(other), home / "releases", CODE)
    assert not (home / "releases").exists()


def test_the_published_verdict_is_the_one_given(home: Path) -> None:
    candidate = make_candidate(home, example_tables())
    given = verdict_for(candidate).model_copy(update={"expectations": "f" * 64})
    for beside in (given.model_dump_json(), "{}"):
        (candidate.folder / "verdict.json").write_text(beside, encoding="utf-8")
        with pytest.raises(GateError, match=r"verdict\.json is not the verdict that was given"):
            publish(candidate, verdict_for(candidate), home / "releases", CODE)


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
    parquet = release.folder / "parquet" / "trends" / "figure.parquet"
    with open_release(release) as connection, pytest.raises(duckdb.Error):
        connection.execute(statement.format(out=home / "out", parquet=parquet)).fetchall()
    assert not (home / "out").exists()
    assert hash_file(release.database_path) == before


READER = """
import sys
from pathlib import Path
from pipelines.publication.reading import open_release
from pipelines.publication.release import current_release

releases, stop, log = Path(sys.argv[1]), Path(sys.argv[2]), []
while not log or not stop.exists():
    release = current_release(releases)
    with open_release(release) as connection:
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


def test_a_reader_never_sees_half_a_publication(home: Path, tmp_path: Path) -> None:
    def tables(count: int) -> Tables:
        changed = with_count(count)
        changed["trends.trend_2_site_stock"] = (TIDY_TYPES, [(*STOCK[0][:8], float(count), True)])
        return changed

    expected = {publish_tables(home, tables(100)).release_id: 100}
    stop = tmp_path / "stop"
    command = [sys.executable, "-c", READER, str(home / "releases"), str(stop)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as reader:
        assert reader.stdout is not None
        first_line = reader.stdout.readline()
        for count in range(101, 109):
            expected[publish_tables(home, tables(count)).release_id] = count
        stop.touch()
        output, errors = reader.communicate(timeout=60)
    assert first_line == "reading\n", errors
    assert reader.returncode == 0, errors
    seen = [line.split() for line in output.splitlines()]
    assert len(seen) > 1
    assert all(float(figure) == float(stock) == expected[release] for release, figure, stock in seen)


def test_the_manifest_says_what_went_in_and_came_out(home: Path) -> None:
    release = publish_tables(home, example_tables())
    manifest = release.manifest
    assert manifest.is_synthetic
    assert manifest.release_id == release.release_id
    assert manifest.inputs[0]["file_name"] == "一季度.xlsx"
    assert manifest.inputs[0]["rows_read"] == 29440
    assert [(table.name, table.rows) for table in manifest.tables][:2] == [("figure", 3), ("trend_2_site_stock", 47)]
    assert [suite.table for suite in manifest.checks.suites] == list(example_tables())
    assert len(manifest.checks.warnings) == 4
    files = {file.path: file.sha256 for file in manifest.files}
    assert files["ceping-2017.duckdb"] is None
    assert files["index.html"] == hash_file(release.bulletin_path)


def test_the_same_candidate_gives_the_same_bytes_in_another_home(tmp_path: Path) -> None:
    one, two = (publish_tables(tmp_path / name, example_tables()) for name in ("one", "two"))
    assert one.release_id == two.release_id
    names = [path.relative_to(one.folder) for path in one.folder.rglob("*") if path.is_file()]
    differing = {str(name) for name in names if hash_file(one.folder / name) != hash_file(two.folder / name)}
    assert differing <= {"ceping-2017.duckdb", "SHA256SUMS"}
    with open_release(one) as first, open_release(two) as second:
        for table in ("trends.figure", "reference.catalog"):
            query = f"select * from {table}"
            assert first.execute(query).fetchall() == second.execute(query).fetchall()


def test_the_bulletin_shows_figures_in_both_languages(home: Path) -> None:
    page = publish_tables(home, example_tables()).bulletin_path.read_text(encoding="utf-8")
    for text in (
        "示例数据（合成）", "Example data", "29,431", "54.3%", "38 ÷ 70", "超过 55.7%", "more than 55.7%", "近 80%",
        "不可计算",
        "not computable", "缺少 policy_document", "不一致", "相差 -1.4 个百分点", "4 项提示", "另有 5 行", "29,440",
        'href="quality.html"', 'href="ceping-2017.duckdb"', 'href="parquet/"', 'lang="zh-CN"',
    ):  # fmt: skip
        assert text in page, text
    assert "<script" not in page
    assert not re.findall(r"(?:src|href)=\"(?:https?:)?//|@import|url\(", page)


def test_real_rows_bear_no_banner(home: Path) -> None:
    real = [(*row[:-1], False) for row in FIGURES]
    page = publish_tables(home, {"trends.figure": (FIGURE_TYPES, real)}).bulletin_path.read_text(encoding="utf-8")
    assert "示例" not in page
    assert "分组数据" not in page
    assert "数据来源" not in page


def test_a_release_without_figures_still_has_its_page(home: Path) -> None:
    release = publish_tables(home, {"audit.file_ledger": (LEDGER_TYPES, list(LEDGER))})
    assert release.release_id in release.bulletin_path.read_text(encoding="utf-8")


HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{ 7*7 }}</style>"


@pytest.mark.parametrize(
    "column",
    ["name_zh", "name_en", "numerator_text", "denominator_text", "unit", "qualifier", "verdict", "as_of", "note"],
)
def test_hostile_text_is_escaped(home: Path, column: str) -> None:
    row = list(FIGURES[0])
    row[FIGURE_TYPES_ORDER.index(column)] = HOSTILE
    page = publish_tables(home, example_tables([tuple(row)])).bulletin_path.read_text(encoding="utf-8")
    assert "&lt;script&gt;" in page
    assert "{{ 7*7 }}" in page
    assert "<script" not in page
    assert "<img" not in page
    assert page.count("</style>") == 1


def test_hostile_groups_and_sources_are_escaped(home: Path, edit: Callable[[Tables], Tables]) -> None:
    page = publish_tables(home, edit(example_tables())).bulletin_path.read_text(encoding="utf-8")
    assert "&lt;img" in page
    assert "<img" not in page


@pytest.fixture(params=["trends.trend_2_site_stock", "audit.row_balance"])
def edit(request: pytest.FixtureRequest) -> Callable[[Tables], Tables]:
    """Put hostile text into every text cell of one table."""

    def edited(tables: Tables) -> Tables:
        types, rows = tables[request.param]
        hostile = [tuple(HOSTILE if isinstance(cell, str) else cell for cell in row) for row in rows]
        return {**tables, request.param: (types, hostile)}

    return edited
