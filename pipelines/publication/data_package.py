"""A release described as other people's tools read it: a Frictionless data package.

It follows from the tables' declarations alone, so that descriptions and types stand once, in the models' YAML.
"""

import json
from pathlib import Path
from typing import Any

from pipelines.gate.candidate import Candidate, FrozenTable
from pipelines.warehouse.tables import TableColumn

PACKAGE_FILE = "datapackage.json"
PARQUET = "application/vnd.apache.parquet"
FRICTIONLESS_TYPES = {
    "string": "string", "varchar": "string", "integer": "integer", "bigint": "integer", "double": "number",
    "boolean": "boolean", "date": "date", "timestamp": "datetime",
}  # fmt: skip


def write_data_package(candidate: Candidate, release_id: str, folder: Path) -> None:
    """Write ``datapackage.json`` into the folder of a release, beside ``parquet/``."""
    text = json.dumps(describe_package(candidate, release_id, folder), ensure_ascii=False, indent=1)
    (folder / PACKAGE_FILE).write_text(f"{text}\n", encoding="utf-8", newline="\n")


def describe_package(candidate: Candidate, release_id: str, folder: Path) -> dict[str, Any]:
    """The Frictionless data package: one resource per table, with types, descriptions, keys and hashes."""
    return {
        "profile": "data-package",
        "name": f"ceping-{release_id}",
        "title": f"Ceping {candidate.edition} 测评{candidate.edition}",
        "description": _about(candidate),
        "version": release_id,
        "keywords": ["government websites", "evaluation", "政府网站", "测评"],
        "is_synthetic": candidate.is_synthetic,
        "resources": [_resource(table, folder) for table in candidate.tables],
    }


def _about(candidate: Candidate) -> str:
    note = " Example data, all synthetic. 示例数据，均为合成。" if candidate.is_synthetic else ""
    return (
        f"Evaluation of government websites, platforms and new media, edition {candidate.edition}. "
        f"{candidate.edition}年度政府网站、政务平台与新媒体测评。{note}"
    )


def _parquet_path(table: FrozenTable) -> str:
    return f"parquet/{table.schema_name}/{table.name}.parquet"


def _field_type(column: TableColumn) -> str:
    return FRICTIONLESS_TYPES.get(column.data_type.lower(), "any")


def _resource(table: FrozenTable, folder: Path) -> dict[str, Any]:
    fields = [
        {
            "name": column.name,
            "title": str(column.title),
            "type": _field_type(column),
            "description": str(column.description),
        }
        for column in table.columns
    ]
    schema: dict[str, Any] = {"fields": fields}
    if table.key:
        schema["primaryKey"] = list(table.key)
    return {
        "name": table.full_name.replace("_", "-"),
        "profile": "data-resource",
        "title": table.full_name,
        "description": str(table.description),
        "path": _parquet_path(table),
        "format": "parquet",
        "mediatype": PARQUET,
        "bytes": (folder / _parquet_path(table)).stat().st_size,
        "hash": f"sha256:{table.sha256}",
        "row_count": table.row_count,
        "schema": schema,
    }
