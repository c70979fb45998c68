"""A small release from a real candidate: what the tests of publication and of the pages publish."""

import csv
from pathlib import Path

import duckdb

from pipelines.candidate import Candidate, TableColumn, TableSpec, freeze
from pipelines.dbt_project import built_tables, published_tables, read_manifest
from pipelines.publication.release import Release, publish
from pipelines.settings import SEEDS_DIR, Settings
from pipelines.verdict import ExpectationOutcome, SuiteOutcome, Verdict
from tests.warehouse import project_manifest

CODE = "c0de"
FIGURE_TYPES = {
    "figure_id": "varchar", "edition": "integer", "figure_order": "integer", "trend": "integer", "name_zh": "varchar",
    "name_en": "varchar", "numerator_text": "varchar", "numerator_text_zh": "varchar", "denominator_text": "varchar",
    "denominator_text_zh": "varchar", "unit": "varchar", "numerator": "bigint", "denominator": "bigint",
    "computed": "double", "published": "double", "qualifier": "varchar", "verdict": "varchar", "difference": "double",
    "missing_input": "varchar", "as_of": "varchar", "note": "varchar", "note_zh": "varchar", "is_synthetic": "boolean",
}  # fmt: skip
FIGURE_TYPES_ORDER = list(FIGURE_TYPES)
CELL_TYPES = {
    "edition": "integer", "trend_table": "varchar", "measure": "varchar", "breakdown": "varchar",
    "group_code": "varchar", "group_name_zh": "varchar", "group_name_en": "varchar", "numerator": "bigint",
    "denominator": "bigint", "value": "double", "is_synthetic": "boolean",
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
     "not_computable", None, "consolidation_policy", "2017", None, None, True),
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
STOCK: list[tuple[object, ...]] = [
    (2017, "trend_2_site_stock", "running_sites", breakdown, code, zh, en, None, None, value, True)
    for breakdown, code, zh, en, value in [
        ("level", "county", "县级", "County", 15000.0),
        ("level", "province", "省级", "Province", 1431.0),
        *(("province", f"{n:06}", f"省{n}", f"P{n}", 1.0) for n in range(45)),
    ]
]
TABLE_TYPES = {
    "trend_table": "varchar", "trend": "integer", "table_order": "integer", "name_zh": "varchar", "name_en": "varchar",
    "description_zh": "varchar", "description_en": "varchar",
}  # fmt: skip
LEDGER: list[tuple[object, ...]] = [("site_registry", "一季度.xlsx", "ab" * 32, 1234, 29440)]
BALANCE: list[tuple[object, ...]] = [("site_registry", "一季度.xlsx", 29440, 29440, 9, 29431, True)]
Tables = dict[str, tuple[dict[str, str], list[tuple[object, ...]]]]


def seeded_labels() -> list[tuple[object, ...]]:
    """The names pages show, as the seeds have them."""
    labels = [(r["label_kind"], r["label_code"], r["label_order"], r["name_zh"], r["name_en"]) for r in _seed("labels")]
    qualifiers = [("qualifier", row["qualifier"], None, row["name_zh"], row["name_en"]) for row in _seed("qualifiers")]
    return [(kind, code, order or None, zh, en) for kind, code, order, zh, en in [*labels, *qualifiers]]


def seeded_trend_tables(*names: str) -> list[tuple[object, ...]]:
    """The rows by which a release shows these trend tables, as the seed has them."""
    return [tuple(row[name] for name in TABLE_TYPES) for row in _seed("trend_tables") if row["trend_table"] in names]


def _seed(name: str) -> list[dict[str, str]]:
    with (SEEDS_DIR / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def example_tables(figures: list[tuple[object, ...]] = FIGURES) -> Tables:
    return {
        "core.dim_label": (LABEL_TYPES, seeded_labels()),
        "trends.figure": (FIGURE_TYPES, list(figures)),
        "trends.trend_cell": (CELL_TYPES, list(STOCK)),
        "trends.trend_table": (TABLE_TYPES, seeded_trend_tables("trend_2_site_stock")),
        "audit.file_ledger": (LEDGER_TYPES, list(LEDGER)),
        "audit.row_balance": (BALANCE_TYPES, list(BALANCE)),
    }


def with_every_column(tables: Tables) -> Tables:
    """The tables with all columns their models declare: those that were not given are empty."""
    declared = {
        spec.full_name: {column.name: column.data_type for column in spec.columns}
        for spec in published_tables(project_manifest())
    }
    completed = {}
    for name, (types, rows) in tables.items():
        others = {column: kind for column, kind in declared[name].items() if column not in types}
        completed[name] = (types | others, [(*row, *[None] * len(others)) for row in rows])
    return completed


def make_candidate(home: Path, tables: Tables, keys: dict[str, tuple[str, ...]] | None = None) -> Candidate:
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
            if rows:
                connection.executemany(f"insert into {full_name} values ({', '.join('?' * len(types))})", rows)
            columns = tuple(
                TableColumn(name=column, data_type=kind, description=f"It's {column}. | 列“{column}”。")
                for column, kind in types.items()
            )
            description = f"Table {name}. | 表 {name}。"
            key = (keys or {}).get(full_name, ())
            specs.append(TableSpec(schema_name=schema, name=name, description=description, key=key, columns=columns))
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


def publish_tables(
    home: Path, tables: Tables, keys: dict[str, tuple[str, ...]] | None = None, code: str = CODE
) -> Release:
    candidate = make_candidate(home, tables, keys)
    return publish(candidate, verdict_for(candidate), home / "releases", code)


def publish_warehouse(settings: Settings) -> Release:
    """A release of what the real models built; every table passed."""
    settings.candidates_dir.mkdir(parents=True, exist_ok=True)
    candidate = freeze(
        settings.warehouse_path,
        built_tables(read_manifest(settings)),
        settings.edition,
        settings.candidates_dir,
    )
    verdict = verdict_for(candidate)
    (candidate.folder / "verdict.json").write_text(verdict.model_dump_json(), encoding="utf-8")
    (candidate.folder / "quality.html").write_text("<!doctype html><title>quality</title>", encoding="utf-8")
    return publish(candidate, verdict, settings.releases_dir, CODE)
