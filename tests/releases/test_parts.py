"""What is internal is in no file of the public part, and all of it is in the internal one."""

import re
import zipfile
from pathlib import Path

import duckdb
import pytest

from pipelines.releases.publish import publish
from pipelines.releases.release import Release
from pipelines.releases.releases import Releases
from pipelines.warehouse.dbt_project import published_tables
from tests.fixtures.small_release import (
    CODE,
    LEDGER,
    LEDGER_TYPES,
    Tables,
    example_tables,
    make_candidate,
    verdict_for,
)
from tests.fixtures.warehouse import project_manifest

SECRET_NAME, SECRET_VALUE = "秘密文件名.xlsx", "疑点值四二"
CORRECTION = {"edition": "integer", "source": "varchar", "file_name": "varchar", "seen_value": "varchar"}
INTERNAL = ("audit.correction", "audit.file_ledger.file_name", "audit.row_balance.file_name")


def tables_with_secrets() -> Tables:
    tables = example_tables()
    [(source, _, *rest)] = LEDGER
    tables["audit.file_ledger"] = (LEDGER_TYPES, [(source, SECRET_NAME, *rest)])
    tables["audit.correction"] = (CORRECTION, [(2017, source, SECRET_NAME, SECRET_VALUE)])
    return tables


@pytest.fixture
def release(tmp_path: Path) -> Release:
    candidate = make_candidate(tmp_path, tables_with_secrets(), internal=INTERNAL)
    return publish(candidate, verdict_for(candidate), Releases(tmp_path / "releases"), CODE)


def texts(path: Path) -> list[bytes]:
    """The contents of a file, and of the files within it."""
    if path.suffix not in (".xlsx", ".docx"):
        return [path.read_bytes()]
    with zipfile.ZipFile(path) as archive:
        return [archive.read(name) for name in archive.namelist()]


def rows(path: Path) -> str:
    """Every cell of a database or of a Parquet file."""
    with duckdb.connect(":memory:") as connection:
        if path.suffix == ".parquet":
            return str(connection.execute(f"from read_parquet('{path}')").fetchall())
        connection.execute(f"attach '{path}' as release (read_only)")
        names = connection.execute("select schema_name, table_name from duckdb_tables()").fetchall()
        return str([connection.execute(f"from release.{schema}.{table}").fetchall() for schema, table in names])


def test_nothing_internal_is_in_the_public_part(release: Release) -> None:
    found = set()
    for path in sorted(file for file in release.public.rglob("*") if file.is_file()):
        is_table = path.suffix in (".duckdb", ".parquet")
        whole = [rows(path).encode()] if is_table else texts(path)
        found |= {path.name for text in whole for secret in (SECRET_NAME, SECRET_VALUE) if secret.encode() in text}
    assert found == set()
    # The search would find them: they are in the internal part.
    assert SECRET_NAME in rows(release.database_path)
    assert SECRET_VALUE in rows(release.internal / "parquet" / "audit" / "correction.parquet")


def test_the_public_database_has_the_rest_and_describes_it(release: Release) -> None:
    with release.open(is_public=True) as connection:
        listed = connection.execute("select distinct table_name from catalog where table_name like 'audit%'").fetchall()
        columns = [row[0] for row in connection.execute("describe audit.file_ledger").fetchall()]
        described = connection.execute("select distinct table_name from reference.catalog").fetchall()
    assert {name for (name,) in listed} == set()
    assert columns == [name for name in LEDGER_TYPES if name != "file_name"]
    assert "audit.correction" not in {name for (name,) in described}
    assert "audit.file_ledger" in {name for (name,) in described}
    with release.open() as connection:
        assert connection.execute("select file_name from audit.file_ledger").fetchall() == [(SECRET_NAME,)]


def test_the_same_rows_are_the_same_file_in_both_parts(release: Release) -> None:
    public, internal = (part / "parquet" / "trends" / "figure.parquet" for part in (release.public, release.internal))
    assert public.read_bytes() == internal.read_bytes()


def test_a_table_keeps_its_key_where_all_of_it_is_public(tmp_path: Path) -> None:
    keys = {"audit.file_ledger": ("source", "file_name"), "trends.figure": ("figure_id",)}
    candidate = make_candidate(tmp_path, tables_with_secrets(), keys, INTERNAL)
    release = publish(candidate, verdict_for(candidate), Releases(tmp_path / "releases"), CODE)
    described = (release.public / "datapackage.json").read_text(encoding="utf-8")
    assert re.findall(r'"primaryKey": \[\s*"(\w+)"', described) == ["figure_id"]


def test_a_release_of_an_earlier_version_is_read_as_it_lies(tmp_path: Path) -> None:
    old = Release(folder=tmp_path / "2017" / "2017-aaaaaaaaaaaa", release_id="2017-aaaaaaaaaaaa", edition=2017)
    old.folder.mkdir(parents=True)
    assert old.public == old.internal == old.folder
    (tmp_path / "current").symlink_to("2017/2017-aaaaaaaaaaaa")
    assert Releases(tmp_path).current == old
    assert Releases(tmp_path).current_id == old.release_id


def test_what_names_persons_or_files_is_marked_internal() -> None:
    names = ("appellant", "claim", "evidence_file", "expert_id", "file_name", "rejected_value")
    shown = {
        f"{spec.full_name}.{column.name}"
        for spec in published_tables(project_manifest())
        for column in spec.public_columns
        if column.name in names
    }
    assert shown == set()
