"""A release described in the forms other people's tools read: a Frictionless data package and Croissant JSON-LD.

Both follow from the tables' declarations alone, so that descriptions and types stand once, in the models' YAML.
"""

import json
from pathlib import Path
from typing import Any

from pipelines.gate.candidate import Candidate, FrozenTable
from pipelines.warehouse.tables import TableColumn

PACKAGE_FILE = "datapackage.json"
CROISSANT_FILE = "croissant.json"
PARQUET = "application/vnd.apache.parquet"
FRICTIONLESS_TYPES = {
    "string": "string", "varchar": "string", "integer": "integer", "bigint": "integer", "double": "number",
    "boolean": "boolean", "date": "date", "timestamp": "datetime",
}  # fmt: skip
CROISSANT_TYPES = {
    "string": "sc:Text", "integer": "sc:Integer", "number": "sc:Float", "boolean": "sc:Boolean", "date": "sc:Date",
    "datetime": "sc:DateTime", "any": "sc:Text",
}  # fmt: skip
CROISSANT_CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}


def write_descriptions(candidate: Candidate, release_id: str, folder: Path) -> None:
    """Write ``datapackage.json`` and ``croissant.json`` into the folder of a release, beside ``parquet/``."""
    for name, described in (
        (PACKAGE_FILE, describe_package(candidate, release_id, folder)),
        (CROISSANT_FILE, describe_croissant(candidate, release_id, folder)),
    ):
        text = json.dumps(described, ensure_ascii=False, indent=1)
        (folder / name).write_text(f"{text}\n", encoding="utf-8", newline="\n")


def describe_package(candidate: Candidate, release_id: str, folder: Path) -> dict[str, Any]:
    """The Frictionless data package: a resource a table, with types, descriptions, keys and hashes."""
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


def describe_croissant(candidate: Candidate, release_id: str, folder: Path) -> dict[str, Any]:
    """The Croissant description: a file object and a record set a table."""
    return {
        "@context": CROISSANT_CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": f"ceping-{release_id}",
        "description": _about(candidate),
        "version": f"{candidate.edition}.0.0",
        "inLanguage": ["zh", "en"],
        "distribution": [_file_object(table, folder) for table in candidate.tables],
        "recordSet": [_record_set(table) for table in candidate.tables],
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
        {"name": column.name, "type": _field_type(column), "description": str(column.description)}
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


def _file_object(table: FrozenTable, folder: Path) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": f"file/{table.full_name}",
        "name": f"{table.full_name}.parquet",
        "contentUrl": _parquet_path(table),
        "contentSize": f"{(folder / _parquet_path(table)).stat().st_size} B",
        "encodingFormat": PARQUET,
        "sha256": table.sha256,
    }


def _record_set(table: FrozenTable) -> dict[str, Any]:
    described: dict[str, Any] = {
        "@type": "cr:RecordSet",
        "@id": table.full_name,
        "name": table.full_name,
        "description": str(table.description),
        "field": [
            {
                "@type": "cr:Field",
                "@id": f"{table.full_name}/{column.name}",
                "name": column.name,
                "description": str(column.description),
                "dataType": CROISSANT_TYPES[_field_type(column)],
                "source": {"fileObject": {"@id": f"file/{table.full_name}"}, "extract": {"column": column.name}},
            }
            for column in table.columns
        ],
    }
    if table.key:
        described["key"] = [{"@id": f"{table.full_name}/{name}"} for name in table.key]
    return described
