"""The release as other people's tools read it: Frictionless judges the package."""

import json
from pathlib import Path
from typing import Any

import pytest
from frictionless import Package

from pipelines.foundation.hashing import hash_file
from pipelines.releases.release import Release
from tests.fixtures.small_release import example_tables, publish_tables


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return publish_tables(tmp_path_factory.mktemp("package") / "home", example_tables())


def read(release: Release, name: str) -> dict[str, Any]:
    described: dict[str, Any] = json.loads((release.public / name).read_text(encoding="utf-8"))
    return described


def test_frictionless_finds_nothing_wrong(release: Release) -> None:
    described = read(release, "datapackage.json")
    assert list(Package.metadata_validate(described)) == []
    package = Package.from_descriptor(described, basepath=str(release.public))
    assert {resource.title for resource in package.resources} == set(example_tables())


def test_frictionless_would_find_a_broken_package(release: Release) -> None:
    described = read(release, "datapackage.json")
    del described["resources"][0]["path"]
    assert list(Package.metadata_validate(described))


def test_every_table_is_a_resource_with_its_bytes_and_columns(release: Release) -> None:
    for resource in read(release, "datapackage.json")["resources"]:
        path = release.public / resource["path"]
        assert resource["hash"] == f"sha256:{hash_file(path)}"
        assert resource["bytes"] == path.stat().st_size
        assert [field["name"] for field in resource["schema"]["fields"]] == list(example_tables()[resource["title"]][0])
        assert all(" | " in field["description"] for field in resource["schema"]["fields"])


def test_the_description_says_that_the_data_are_synthetic(release: Release, tmp_path: Path) -> None:
    assert read(release, "datapackage.json")["is_synthetic"] is True
    types, rows = example_tables()["audit.file_ledger"]
    real = publish_tables(tmp_path / "home", {"audit.file_ledger": (types, rows)})
    assert read(real, "datapackage.json")["is_synthetic"] is False
