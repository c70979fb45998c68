"""The dbt project as Python needs it: a manifest that is never stale, and the tables it declares for publication."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pipelines.errors import CepingError
from pipelines.foundation.files import whole_folder, write_whole
from pipelines.foundation.hashing import hash_folders, hash_json
from pipelines.settings import MODELS_DIR, PARSED_DIR, Settings
from pipelines.warehouse.tables import TableColumn, TableSpec
from pipelines.warehouse.titles import ColumnTitles

Manifest = dict[str, Any]
BELOW_PUBLISHED = ("stg_", "int_")
MANIFEST = "manifest.json"
STAMP = "manifest.hash"
# What dbt leaves of a parse: the manifest, and what it needs to parse again only what changed.
PARSED = (MANIFEST, "partial_parse.msgpack")


def dbt_executable() -> str:
    """The dbt command of the environment this process runs in."""
    beside_python = Path(sys.executable).parent / "dbt"
    return str(beside_python) if beside_python.exists() else "dbt"


def dbt_command(*arguments: str, executable: str | None = None) -> list[str]:
    """A dbt command over the project; to be run in the folder of the warehouse, which the profile names relatively."""
    places = ["--project-dir", str(MODELS_DIR), "--profiles-dir", str(MODELS_DIR)]
    return [executable or dbt_executable(), *arguments, *places]


def manifest_path(settings: Settings) -> Path:
    """The manifest of the project as it is now.

    Parsed once for a version of the models, whatever the home: what dbt remembers of a parse does not depend on where
    the warehouse lies, and is kept beside the project.
    """
    path = settings.dbt_target_dir / MANIFEST
    stamp = settings.dbt_target_dir / STAMP
    current = _project_hash(settings)
    if not (path.is_file() and stamp.is_file() and stamp.read_bytes() == current.encode()):
        kept = PARSED_DIR / current
        if not _copy_parse(kept, settings.dbt_target_dir):
            _parse(settings)
            _keep_parse(settings.dbt_target_dir, kept)
        write_whole(stamp, current)
    return path


def _project_hash(settings: Settings) -> str:
    """Hash of all that a parse depends on: the rows of seeds are no part of it, their names are."""
    seeds = sorted(path.relative_to(settings.seeds_dir).as_posix() for path in settings.seeds_dir.rglob("*.csv"))
    return hash_json([hash_folders([MODELS_DIR]), str(settings.seeds_dir), seeds, version("dbt-core")])


def _copy_parse(kept: Path, target: Path) -> bool:
    if not all((kept / name).is_file() for name in PARSED):
        return False
    target.mkdir(parents=True, exist_ok=True)
    for name in PARSED:
        shutil.copyfile(kept / name, target / name)
    return True


def _keep_parse(target: Path, kept: Path) -> None:
    """Keep a parse for other homes; where the project may not be written to, each home parses for itself."""
    with suppress(OSError), whole_folder(kept) as folder:
        for name in PARSED:
            shutil.copyfile(target / name, folder / name)


def read_manifest(settings: Settings) -> Manifest:
    """The parsed manifest; one that is damaged is parsed anew."""
    try:
        manifest: Manifest = json.loads(manifest_path(settings).read_bytes())
    except ValueError:
        (settings.dbt_target_dir / STAMP).unlink()
        shutil.rmtree(PARSED_DIR / _project_hash(settings), ignore_errors=True)
        manifest = json.loads(manifest_path(settings).read_bytes())
    return manifest


def published_tables(manifest: Manifest) -> list[TableSpec]:
    """The tables of a release, each with its key, columns and descriptions, in the order of their names."""
    return sorted([*built_tables(manifest), *computed_tables(manifest)], key=lambda spec: spec.full_name)


def built_tables(manifest: Manifest) -> list[TableSpec]:
    """What dbt builds for publication: models, and reference data that is published as it is."""
    nodes = [node for node in manifest["nodes"].values() if node["resource_type"] in ("model", "seed")]
    return _table_specs(manifest, nodes)


def computed_tables(manifest: Manifest, *sources: str) -> list[TableSpec]:
    """What Python writes into the warehouse for publication: tables of dbt sources, of these or of all."""
    nodes = [node for node in manifest["sources"].values() if not sources or node["source_name"] in sources]
    return _table_specs(manifest, nodes)


def is_published(node: Mapping[str, Any]) -> bool:
    """Whether a node of the manifest is published: models by their prefix, anything else where its YAML says so."""
    if node["resource_type"] == "model":
        return not node["name"].startswith(BELOW_PUBLISHED)
    return bool(node["config"]["meta"].get("is_published"))


def given_measures(manifest: Manifest) -> frozenset[str]:
    """The measures of subjects that models give, as they list them; a star stands for the codes of a family."""
    listed = (node["config"]["meta"].get("measures", ()) for node in manifest["nodes"].values())
    return frozenset(code for codes in listed for code in codes)


def _table_specs(manifest: Manifest, nodes: Iterable[Mapping[str, Any]]) -> list[TableSpec]:
    """Those of the nodes that are published, in the order of their names."""
    titles = ColumnTitles(
        node for kind in ("nodes", "sources") for node in manifest[kind].values() if is_published(node)
    )
    found = (_table_spec(node, titles) for node in nodes if is_published(node))
    return sorted(found, key=lambda spec: spec.full_name)


def _table_spec(node: Mapping[str, Any], titles: ColumnTitles) -> TableSpec:
    columns = tuple(
        TableColumn(
            name=column["name"],
            data_type=column["data_type"],
            description=column["description"],
            title=titles.of(column["name"], column["description"]),
            is_internal=bool(column["config"]["meta"].get("internal")),
        )
        for column in node["columns"].values()
    )
    return TableSpec(
        schema_name=node["schema"],
        name=node.get("alias") or node["name"],
        description=node["description"],
        key=tuple(node["config"]["meta"]["key"]),
        columns=columns,
        is_lasting=node["config"]["meta"].get("new_edition", {}).get("rows") == "lasting",
        is_internal=bool(node["config"]["meta"].get("internal")),
    )


def compile_project(settings: Settings) -> None:
    """Write the SQL by which DuckDB would build everything, and make its views of what was landed."""
    _dbt(settings, "compiled", "run-operation", "create_raw_views")
    _dbt(settings, "compiled", "compile", "--full-refresh")


def _parse(settings: Settings) -> None:
    settings.dbt_target_dir.mkdir(parents=True, exist_ok=True)
    _dbt(settings, "parsed", "parse")


def _dbt(settings: Settings, done: str, *arguments: str) -> None:
    said = subprocess.run(  # noqa: S603
        dbt_command("--quiet", *arguments),
        env={**os.environ, **settings.environment()},
        cwd=settings.warehouse_path.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    if said.returncode != 0:
        raise CepingError(f"the dbt project cannot be {done}:\n{said.stdout.strip()}\n{said.stderr.strip()}")
