"""The dbt project as Python needs it: a manifest that is never stale, and the tables it declares for publication."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pipelines.errors import CepingError
from pipelines.foundation.files import whole_folder
from pipelines.foundation.hashing import hash_file, hash_folders, hash_json
from pipelines.settings import MODELS_DIR, PARSED_DIR, Settings
from pipelines.warehouse.tables import TableColumn, TableSpec
from pipelines.warehouse.titles import ColumnTitles

Manifest = dict[str, Any]
BELOW_PUBLISHED = ("stg_", "int_")
MANIFEST = "manifest.json"
# What dbt needs to parse again only what changed: it holds the SQL of every model.
PARTIAL = "partial_parse.msgpack"
PARSE = (MANIFEST, PARTIAL)
HASHES = "hashes.json"
# From nothing: parsed on from another version, where a macro has changed, a test loses its description.
PARSING = ("parse", "--no-partial-parse")


def dbt_executable() -> str:
    """The dbt command of the environment this process runs in."""
    beside_python = Path(sys.executable).parent / "dbt"
    return str(beside_python) if beside_python.exists() else "dbt"


def dbt_command(*arguments: str, executable: Sequence[str] = ()) -> list[str]:
    """A dbt command over the project; to be run in the folder of the warehouse, which the profile names relatively."""
    places = ["--project-dir", str(MODELS_DIR), "--profiles-dir", str(MODELS_DIR)]
    return [*(executable or [dbt_executable()]), *arguments, *places]


def manifest_path(settings: Settings) -> Path:
    """The manifest of the project as it is now, and for dbt, what it remembers of the parse.

    Parsed once for a version of the models, whatever the home: what dbt remembers of a parse does not depend on where
    the warehouse lies, and is kept beside the project. A parse that is not byte for byte as it was kept is made anew.
    """
    current, target = _project_hash(settings), settings.dbt_target_dir
    parse = target / "parse"
    if not _is_parse(parse, current):
        kept = PARSED_DIR / current
        if not _is_parse(kept, current):
            _parse(settings)
            _keep_parse(target, parse, current)
            with suppress(OSError):
                _keep_parse(parse, kept, current)
        else:
            _keep_parse(kept, parse, current)
    if not (target / PARTIAL).is_file() or hash_file(target / PARTIAL) != hash_file(parse / PARTIAL):
        shutil.copyfile(parse / PARTIAL, target / PARTIAL)
    return parse / MANIFEST


def _project_hash(settings: Settings) -> str:
    """Hash of all that a parse depends on: the rows of seeds are no part of it, their names are."""
    seeds = sorted(path.relative_to(settings.seeds_dir).as_posix() for path in settings.seeds_dir.rglob("*.csv"))
    return hash_json([hash_folders([MODELS_DIR]), str(settings.seeds_dir), seeds, version("dbt-core"), PARSING])


def _is_parse(folder: Path, project: str) -> bool:
    """Whether a folder holds a parse of this version of the project, byte for byte as it was kept."""
    try:
        return bool(json.loads((folder / HASHES).read_bytes()) == _parse_hashes(folder, project))
    except (OSError, ValueError):
        return False


def _keep_parse(found: Path, folder: Path, project: str) -> None:
    """Keep the parse that is found in one folder in another, in place of what is there."""
    shutil.rmtree(folder, ignore_errors=True)
    with whole_folder(folder) as building:
        for name in PARSE:
            shutil.copyfile(found / name, building / name)
        (building / HASHES).write_text(json.dumps(_parse_hashes(building, project)), encoding="utf-8")


def _parse_hashes(folder: Path, project: str) -> dict[str, str]:
    return {"project": project, **{name: hash_file(folder / name) for name in PARSE}}


def read_manifest(settings: Settings) -> Manifest:
    """The manifest of the project as it is now."""
    manifest: Manifest = json.loads(manifest_path(settings).read_bytes())
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
    _dbt(settings, "parsed", *PARSING)


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
