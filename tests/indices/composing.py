"""Frameworks and values put in as a centre would put them in: rows in its own seeds, files in its inbox."""

import csv
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipelines.settings import SEEDS_DIR, Settings
from tests.ingest.delivering import delimited, deliver
from tests.warehouse import build, build_tables, ingest

EDITION = 2017
ENGINE = ("indices.dim_framework_node", "indices.idx_score", "indices.idx_rank")
Row = Mapping[str, object]
LEAF = {"direction": 1, "treatment": "none", "normalisation": "min_max", "missing_rule": "drop", "is_veto": "false"}
OWN = {"origin": "own_design", "reasoning_zh": "测试", "reasoning_en": "a test"}


@dataclass(frozen=True)
class Composition:
    """Frameworks, their nodes and bands, as rows of the seeds; cells that are left out are empty."""

    frameworks: list[Row]
    nodes: list[Row]
    bands: list[Row]


def framework(index_code: str, **cells: object) -> Row:
    """One index of units."""
    defaults = {
        "edition": EDITION,
        "index_code": index_code,
        "name_zh": "测试指数",
        "name_en": "Index of a test",
        "subject_kinds": "unit",
        "site_roles": "*",
        "levels": "*",
        "systems": "*",
        "ranked_by": "*",
        "compared_within": "all",
        "coverage_min": 0,
        "score_scale": 100,
        "tied_within": 0.000001,
        **OWN,
    }
    return {**defaults, **cells}


def node(index_code: str, node_code: str, parent_code: str = "", **cells: object) -> Row:
    """One node; with a measure it is a leaf that is rescaled between the lowest and the highest value."""
    defaults = {
        "edition": EDITION,
        "index_code": index_code,
        "node_code": node_code,
        "parent_code": parent_code,
        "node_order": 1,
        "name_zh": "测试",
        "name_en": "A test",
        "weight": 1,
        **OWN,
    }
    kind: Row = LEAF if "measure_code" in cells else {"weighting": "relative", "aggregation": "arithmetic"}
    return {**defaults, **kind, **cells}


def write_seeds(folder: Path, composition: Composition) -> Path:
    """A copy of the project's seeds whose frameworks are these alone."""
    shutil.copytree(SEEDS_DIR, folder)
    for name, rows in (
        ("frameworks", composition.frameworks),
        ("framework_nodes", composition.nodes),
        ("framework_bands", composition.bands),
    ):
        rewrite(folder / f"{name}.csv", rows)
    return folder


def rewrite(path: Path, rows: Iterable[Row]) -> None:
    """Put the rows in place of those a seed has."""
    with path.open(encoding="utf-8", newline="") as stream:
        header = next(csv.reader(stream))
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, header, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def deliver_values(inbox: Path, values: pl.DataFrame, classes: Mapping[str, str] | None = None) -> None:
    """Units and what was measured of them: a column ``unit``, and one of values for each measure."""
    units = values["unit"].to_list()
    registry = [[unit, f"单位{unit}", (classes or {}).get(unit, "")] for unit in units]
    deliver(inbox, "unit_registry", "单位.csv", delimited(["单位编码", "单位名称", "单位类别"], registry))
    long = values.unpivot(index="unit", variable_name="measure").drop_nulls("value")
    rows = [["参评单位", unit, measure, "2017-01-01", repr(value), "测试"] for unit, measure, value in long.iter_rows()]
    header = ["对象类别", "对象编码", "指标编码", "起始日期", "指标值", "发布机构"]
    deliver(inbox, "external_indicator", "指标.csv", delimited(header, rows))


def compose(
    tmp_path: Path,
    composition: Composition,
    values: pl.DataFrame,
    classes: Mapping[str, str] | None = None,
    tables: Sequence[str] = (),
) -> Settings:
    """A warehouse built from a framework of data alone: these tables and what they are made from, or all."""
    settings = Settings(
        home=tmp_path / "home",
        inbox=tmp_path / "inbox",
        edition=EDITION,
        seeds=write_seeds(tmp_path / "seeds", composition),
    )
    deliver_values(settings.inbox_dir, values, classes)
    ingest(settings)
    if tables:
        build_tables(settings, *tables)
    else:
        build(settings)
    return settings
