"""The dbt project as Python needs it: a manifest that is never stale, and the tables it declares for publication."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from pipelines.candidate import TableColumn, TableSpec
from pipelines.errors import CepingError
from pipelines.fingerprint import hash_folders
from pipelines.settings import MODELS_DIR, Settings

Manifest = dict[str, Any]
BELOW_PUBLISHED = ("stg_", "int_")


def dbt_executable() -> str:
    """The dbt command of the environment this process runs in."""
    beside_python = Path(sys.executable).parent / "dbt"
    return str(beside_python) if beside_python.exists() else "dbt"


def manifest_path(settings: Settings) -> Path:
    """The manifest of the project as it is now; parsed again when a model or seed file changed."""
    path = settings.dbt_target_dir / "manifest.json"
    stamp = settings.dbt_target_dir / "manifest.hash"
    current = hash_folders([MODELS_DIR, settings.seeds_dir])
    if not (path.is_file() and stamp.is_file() and stamp.read_text() == current):
        _parse(settings)
        stamp.write_text(current)
    return path


def read_manifest(settings: Settings) -> Manifest:
    """The parsed manifest."""
    manifest: Manifest = json.loads(manifest_path(settings).read_text(encoding="utf-8"))
    return manifest


def published_tables(manifest: Manifest) -> list[TableSpec]:
    """The tables of a release, each with its key, columns and descriptions, in the order of their names."""
    return sorted([*built_tables(manifest), *computed_tables(manifest)], key=lambda spec: spec.full_name)


def built_tables(manifest: Manifest) -> list[TableSpec]:
    """What dbt builds for publication: the marts, and the seeds marked ``is_published``."""
    built = [node for node in manifest["nodes"].values() if _is_published(node)]
    return sorted((_table_spec(node) for node in built), key=lambda spec: spec.full_name)


def computed_tables(manifest: Manifest) -> list[TableSpec]:
    """What Python writes into the warehouse for publication: sources to dbt, marked ``is_published``."""
    sources = [node for node in manifest["sources"].values() if node["config"]["meta"].get("is_published")]
    return sorted((_table_spec(node) for node in sources), key=lambda spec: spec.full_name)


def _is_published(node: dict[str, Any]) -> bool:
    if node["resource_type"] == "seed":
        return bool(node["config"]["meta"].get("is_published"))
    return node["resource_type"] == "model" and not node["name"].startswith(BELOW_PUBLISHED)


def _table_spec(node: dict[str, Any]) -> TableSpec:
    columns = tuple(
        TableColumn(name=column["name"], data_type=column["data_type"], description=column["description"])
        for column in node["columns"].values()
    )
    return TableSpec(
        schema_name=node["schema"],
        name=node.get("alias") or node["name"],
        description=node["description"],
        key=tuple(node["config"]["meta"]["key"]),
        columns=columns,
    )


def _parse(settings: Settings) -> None:
    settings.dbt_target_dir.mkdir(parents=True, exist_ok=True)
    command = [
        dbt_executable(),
        "--quiet",
        "parse",
        "--project-dir",
        str(MODELS_DIR),
        "--profiles-dir",
        str(MODELS_DIR),
    ]
    environment = {**os.environ, **settings.environment()}
    parsed = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if parsed.returncode != 0:
        raise CepingError(f"the dbt project cannot be parsed:\n{parsed.stdout.strip()}\n{parsed.stderr.strip()}")
