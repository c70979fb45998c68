"""All dbt models as Dagster assets, their data tests as checks, built by one dbt command per run.

Seeds are files of the project and no work of a run, so they stand in the graph as what models read. The graph is read
from dbt's manifest by Dagster's own integration. The command is run without it: it would ask dbt for its version over
the network, and import dbt once more, in every run.
"""

from collections.abc import Iterator, Mapping
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
from dagster_dbt import DagsterDbtTranslator, build_dbt_asset_specs

from pipelines.foundation.progress import report
from pipelines.foundation.sql import qualified
from pipelines.gate.judgement import loading_ahead
from pipelines.orchestration.editions import EDITIONS
from pipelines.orchestration.resources import EditionRun
from pipelines.releases.built import built_release
from pipelines.robustness.inputs import TABLES_READ
from pipelines.settings import Engine, Settings
from pipelines.warehouse.build import NOTHING_BUILT, BuildResult, NodeResult, build_warehouse, describe_failures
from pipelines.warehouse.dbt_project import is_published, read_manifest
from pipelines.warehouse.given_values import require_given_on_scale
from pipelines.warehouse.scope import mark_built, take_scope
from pipelines.warehouse.spark import build_on_spark, hand_over

WAREHOUSE_POOL = "warehouse"
SHOWN_FAILURES = 10
TOLD_PER_BUILD = 5
# The asset that shows tests of no one model: it counts the rows of all sources.
ROW_BALANCE = dg.AssetKey(["audit", "row_balance"])


class LayerTranslator(DagsterDbtTranslator):
    """Groups models by layer, and describes them in the words of their YAML."""

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """Schema and table, as analysts write it: the schema of what is not published follows from its prefix."""
        return dg.AssetKey([str(dbt_resource_props["schema"]), _table(dbt_resource_props)])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """The schema, which is the layer."""
        return str(dbt_resource_props["schema"])

    def get_description(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """The description alone; the SQL is a click away in the repository."""
        return str(dbt_resource_props["description"])


def _table(node: Mapping[str, Any]) -> str:
    return str(node.get("alias") or node["name"])


TRANSLATOR = LayerTranslator()
MANIFEST = read_manifest(Settings())
NODES = MANIFEST["nodes"]
BUILT = {unique_id: node for unique_id, node in NODES.items() if node["resource_type"] == "model"}
TESTS = {unique_id: node for unique_id, node in NODES.items() if node["resource_type"] == "test"}
# In the order of the graph, which Dagster wants results in.
KEYS = {
    unique_id: TRANSLATOR.get_asset_key(BUILT[unique_id])
    for unique_id in TopologicalSorter(
        {
            unique_id: [up for up in node["depends_on"].get("nodes", ()) if up in BUILT]
            for unique_id, node in BUILT.items()
        }
    ).static_order()
}
SPECS = build_dbt_asset_specs(manifest={**MANIFEST}, dagster_dbt_translator=TRANSLATOR)
seed_assets = [spec for spec in SPECS if spec.key not in KEYS.values()]


def _promise(test: Mapping[str, Any]) -> str:
    """What a data test holds a table to, in both languages: its own description, or the parts of ``sound``."""
    if test["description"]:
        return str(test["description"])
    kwargs = test["test_metadata"]["kwargs"]
    key = ", ".join(NODES[test["attached_node"]]["config"]["meta"]["key"])
    rules = list(kwargs.get("holds", {}))
    complete = ", ".join(kwargs.get("complete", []))
    references = len(kwargs.get("refers", []))
    english = [
        f"One row per {key}.",
        f"Never empty: {complete}." if complete else "",
        f"True of every row: {'; '.join(rules)}." if rules else "",
        f"{references} references are found." if references else "",
    ]
    chinese = [
        f"主键唯一：{key}。",
        f"不得为空：{complete}。" if complete else "",
        f"每行均成立的条件 {len(rules)} 条。" if rules else "",
        f"引用 {references} 处均存在。" if references else "",
    ]
    return f"{' '.join(filter(None, english))} | {''.join(chinese)}"


def _check_key(test: Mapping[str, Any]) -> dg.AssetCheckKey:
    return dg.AssetCheckKey(KEYS.get(test.get("attached_node"), ROW_BALANCE), test["name"])


@dg.multi_asset(
    name="models",
    partitions_def=EDITIONS,
    specs=[spec.replace_attributes(skippable=True) for spec in SPECS if spec.key in KEYS.values()],
    check_specs=[
        dg.AssetCheckSpec(key.name, asset=key.asset_key, description=_promise(test))
        for test in TESTS.values()
        for key in [_check_key(test)]
    ],
    can_subset=True,
    pool=WAREHOUSE_POOL,
)
def models(
    context: dg.AssetExecutionContext, edition_run: EditionRun
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """Build what is out of date: nothing at all where the newest release was built from these inputs by this code."""
    settings = edition_run.settings
    release_id = None if edition_run.rebuild else built_release(settings)
    if release_id is not None:
        report("models", f"nothing has changed since release {release_id}: 0 models built")
        return
    require_given_on_scale(settings)
    scope = take_scope(settings, rebuild=edition_run.rebuild)
    if scope.is_empty and not context.is_subset:
        result = NOTHING_BUILT
    else:
        report("models", "building models and running their tests")
        # dbt works in a process of its own: this one has time for what the gate will need.
        with loading_ahead():
            result = _build(settings, _chosen(context) if context.is_subset else scope.arguments)
    report("models", result.summary)
    if result.is_successful and not context.is_subset:
        mark_built(settings)
    yield from _materialised(context, settings, result)
    if not result.is_successful:
        reasons = describe_failures(settings, result, SHOWN_FAILURES)
        raise dg.Failure(description="\n".join(reasons) or "dbt failed before it built a model")


def _build(settings: Settings, arguments: list[str]) -> BuildResult:
    """Build by the engine of the settings; on Spark and Sail everything, whatever was chosen."""
    if settings.engine is Engine.duckdb:
        return build_warehouse(settings, arguments, _tell)
    result = build_on_spark(settings, (), _tell)
    if result.is_successful:
        report("models", "handing the tables over to the working file")
        hand_over(settings, MANIFEST, TABLES_READ)
    return result


def _chosen(context: dg.AssetExecutionContext) -> list[str]:
    """What a person chose in the UI, in dbt's words."""
    names = [BUILT[unique_id]["name"] for unique_id, key in KEYS.items() if key in context.selected_asset_keys]
    return ["--select", *names]


def _tell(place: int, number: int, name: str) -> None:
    if place * TOLD_PER_BUILD // number > (place - 1) * TOLD_PER_BUILD // number:
        report("models", f"{place} of {number}: {name}")


def _materialised(
    context: dg.AssetExecutionContext, settings: Settings, result: BuildResult
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """A result for each table that was built and each test that ran.

    And for each that nothing new reached and a later asset reads: without one Dagster would skip what comes after it.
    """
    done = {node.unique_id: node for node in result.nodes if not node.has_failed}
    counts = _row_counts(settings.warehouse_path) if result.is_successful else {}
    for unique_id, key in KEYS.items():
        if key not in context.selected_asset_keys:
            continue
        if unique_id in done:
            yield dg.MaterializeResult(asset_key=key, metadata=_metadata(done[unique_id], counts.get(tuple(key.path))))
        elif result.is_successful and (is_published(BUILT[unique_id]) or tuple(key.path) in TABLES_READ):
            yield dg.MaterializeResult(asset_key=key, metadata={"kept from an earlier run": True})
    for node in result.nodes:
        if node.unique_id in TESTS:
            check = _check_key(TESTS[node.unique_id])
            if check in context.selected_asset_check_keys:
                yield dg.AssetCheckResult(
                    passed=not node.has_failed,
                    asset_key=check.asset_key,
                    check_name=check.name,
                    description=node.message,
                    metadata={"seconds": node.execution_time},
                )


def _metadata(node: NodeResult, row_count: int | None) -> dict[str, float | int]:
    known = {} if row_count is None else {"dagster/row_count": row_count}
    return {**known, "seconds": node.execution_time}


def _row_counts(warehouse: Path) -> dict[tuple[str, ...], int]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        tables = connection.execute("select schema_name, table_name from duckdb_tables()").fetchall()
        counts = " union all ".join(
            f"select {place}, count(*) from {qualified('.'.join(table))}" for place, table in enumerate(tables)
        )
        return {tables[place]: count for place, count in connection.execute(counts).fetchall()}
