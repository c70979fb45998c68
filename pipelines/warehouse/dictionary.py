"""The data dictionary in ``docs/``, and the origins a release puts beside its columns: both follow from the code alone.

``make dictionary`` writes them; a test fails where they are out of step with the models.
"""

import csv
import io
import json
import os
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

from pipelines.errors import CepingError
from pipelines.foundation.bilingual import Bilingual
from pipelines.settings import MODELS_DIR, PROJECT_ROOT, Settings
from pipelines.warehouse.dbt_project import Manifest, dbt_executable, published_tables
from pipelines.warehouse.lineage import Column, Lineage, table_name, trace_columns
from pipelines.warehouse.origins import LINEAGE_FIELDS, LINEAGE_PATH, Origin, origin_of, read_lineage
from pipelines.warehouse.tables import TableSpec

DICTIONARY_PATH = PROJECT_ROOT / "docs" / "dictionary.md"
HEAD = " ".join(
    (
        "Every table and column a release publishes, and every column of the sources it is made of. Written by",
        "`make dictionary` from the YAML beside the models and from their SQL: change those, not this page. The same",
        "stands in each release, as `dictionary.html` and `dictionary.csv`. “Made of” names the columns of sources",
        "(`raw`) and of reference data (`reference`) whose values go in; a column made of none is a constant, a count",
        "of rows, or computed outside SQL.",
    )
)
HEAD_ZH = (
    "本页由 `make dictionary` 根据模型旁的 YAML 与 SQL 生成，请勿手改。每个版本中另附 `dictionary.html` 与 "
    "`dictionary.csv`。“来源列”列出取值所用的源表（`raw`）与参考数据（`reference`）列；"
    "没有来源列的是常量、行数或在 SQL 之外计算的值。"
)


def write_dictionary() -> list[Path]:
    """Write the lineage and the page of ``docs/``; returns what was written.

    Raises ``CepingError`` where the dbt project cannot be compiled or a model's SQL cannot be traced.
    """
    manifest = compile_project()
    lineage = lineage_csv(manifest)
    LINEAGE_PATH.write_text(lineage, encoding="utf-8")
    DICTIONARY_PATH.write_text(dictionary_page(manifest, lineage), encoding="utf-8")
    return [LINEAGE_PATH, DICTIONARY_PATH]


def compile_project() -> Manifest:
    """The manifest with the SQL of every model as DuckDB gets it, compiled against an empty warehouse."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings().for_run(home=Path(folder))
        settings.warehouse_path.parent.mkdir(parents=True)
        command = [dbt_executable(), "--quiet", "compile", "--full-refresh", "--select", "resource_type:model"]
        places = ["--project-dir", str(MODELS_DIR), "--profiles-dir", str(MODELS_DIR)]
        environment = {**os.environ, **settings.environment()}
        done = subprocess.run([*command, *places], env=environment, capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode != 0:
            raise CepingError(f"the dbt project cannot be compiled:\n{done.stdout.strip()}\n{done.stderr.strip()}")
        manifest: Manifest = json.loads((settings.dbt_target_dir / "manifest.json").read_text(encoding="utf-8"))
    return manifest


def lineage_csv(manifest: Manifest) -> str:
    """One row per published column: the columns of sources and reference data it is made of, and the models between."""
    lineage = trace_columns(manifest)
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(LINEAGE_FIELDS)
    for table in published_tables(manifest):
        for column in table.columns:
            origin = _origin(lineage, Column(table.full_name, column.name))
            writer.writerow([table.full_name, column.name, origin.columns, origin.models])
    return stream.getvalue()


def dictionary_page(manifest: Manifest, lineage: str) -> str:
    """The page of ``docs/``."""
    origins = read_lineage(lineage)
    parts = ["# Data dictionary 数据字典\n", f"{HEAD}\n", f"{HEAD_ZH}\n", "## Published tables 发布的表\n"]
    parts += [_table(table, origins) for table in published_tables(manifest)]
    parts.append("## Sources 数据源\n")
    sources = sorted(manifest["sources"].values(), key=table_name)
    parts += [_source(node) for node in sources if node["columns"] and not node["config"]["meta"].get("is_published")]
    return "\n".join(parts)


def _origin(lineage: Lineage, column: Column) -> Origin:
    grouped: dict[str, list[str]] = {}
    for found in lineage.origins(column):
        grouped.setdefault(found.table, []).append(found.name)
    columns = "; ".join(f"{table}: {', '.join(names)}" for table, names in grouped.items())
    return Origin(columns=columns, models=" ".join(lineage.models(column)))


def _table(table: TableSpec, origins: dict[tuple[str, str], Origin]) -> str:
    rows = [
        (
            f"`{column.name}`{' 🔑' if column.name in table.key else ''}",
            column.data_type,
            column.description.zh,
            column.description.english,
            origin_of(origins, table.full_name, column.name).columns,
        )
        for column in table.columns
    ]
    header = ("column 列", "type 类型", "含义", "meaning", "made of 来源列")
    return _section(table.full_name, table.description, header, rows)


def _source(node: dict[str, object]) -> str:
    columns = node["columns"]
    assert isinstance(columns, dict)
    rows = []
    for column in columns.values():
        meaning = Bilingual.read(column["description"])
        rows.append((f"`{column['name']}`", column["data_type"], meaning.zh, meaning.english))
    description = Bilingual.read(str(node["description"]))
    return _section(table_name(node), description, ("column 列", "type 类型", "含义", "meaning"), rows)


def _section(name: str, description: Bilingual, header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [header, tuple("---" for _ in header), *rows]
    table = "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)
    return f"### {name}\n\n{description.zh} {description.english}\n\n{table}\n"
