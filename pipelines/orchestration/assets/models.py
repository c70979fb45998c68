"""All dbt models, seeds and tests as Dagster assets and checks, built by one dbt invocation a run."""

import json
from collections.abc import Iterator, Mapping
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
from dagster_dbt import DagsterDbtTranslator, DbtCliInvocation, DbtCliResource, dbt_assets

from pipelines.foundation.progress import report
from pipelines.foundation.sql import qualified
from pipelines.gate.judgement import load_ahead
from pipelines.orchestration.resources import EditionRun
from pipelines.releases.built import built_release
from pipelines.settings import MODELS_DIR, Settings
from pipelines.warehouse.dbt_project import dbt_executable, manifest_path
from pipelines.warehouse.scope import BuildScope, mark_built, take_scope

WAREHOUSE_POOL = "warehouse"
SHOWN_FAILURES = 10
# Unit tests judge the code, not the data: they belong to `make test`, as dbt itself advises.
WITHOUT_UNIT_TESTS = ("--exclude-resource-type", "unit_test")


class LayerTranslator(DagsterDbtTranslator):
    """Groups models by layer, and describes them in the words of their YAML."""

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """The schema, which is the layer."""
        return str(dbt_resource_props["schema"])

    def get_description(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """The description alone; the SQL is a click away in the repository."""
        return str(dbt_resource_props["description"])


MANIFEST, TRANSLATOR = manifest_path(Settings()), LayerTranslator()


@dbt_assets(
    manifest=MANIFEST,
    dagster_dbt_translator=TRANSLATOR,
    name="models",
    pool=WAREHOUSE_POOL,
)
def models(context: dg.AssetExecutionContext, dbt: DbtCliResource, edition_run: EditionRun) -> Iterator[Any]:
    """Build what is out of date: nothing at all where the newest release was built from these inputs by this code."""
    settings = edition_run.settings
    release_id = None if edition_run.rebuild else built_release(settings)
    if release_id is not None:
        report("models", f"nothing has changed since release {release_id}: 0 models built")
        return
    settings.warehouse_path.parent.mkdir(parents=True, exist_ok=True)
    report("models", "building models and running their tests")
    scope = take_scope(settings, rebuild=edition_run.rebuild)
    # dbt works in a process of its own: this one has time for what the gate will need.
    load_ahead()
    invocation = _invoke(context, dbt, settings, scope)
    # The counts need the warehouse, which dbt has locked until it ends: the events are kept until then.
    events = list(invocation.stream())
    if invocation.is_successful():
        if not context.is_subset:
            mark_built(settings)
        counts = _row_counts(settings.warehouse_path)
        for event in [*_kept(context, events), *events]:
            yield _with_row_count(context, event, counts)
    else:
        yield from events
    results = _read_results(settings.dbt_target_dir)
    report("models", _summary(results))
    if not invocation.is_successful():
        reasons = _failures(results, settings.warehouse_path)
        raise dg.Failure(description="\n".join(reasons) or "dbt failed before it built a model")


def _invoke(
    context: dg.AssetExecutionContext, dbt: DbtCliResource, settings: Settings, scope: BuildScope
) -> DbtCliInvocation:
    """Start dbt on the scope, or on the models a person chose in the UI."""
    build = ["build", *WITHOUT_UNIT_TESTS]
    target = settings.dbt_target_dir
    if context.is_subset or scope.sources is None:
        refresh = scope.arguments if scope.sources is None else []
        return dbt.cli([*build, *refresh], context=context, target_path=target, raise_on_error=False)
    # Given the context, dagster-dbt would select every model beside those that were named.
    arguments = [*build, *scope.arguments]
    invocation = dbt.cli(
        arguments, manifest=MANIFEST, dagster_dbt_translator=TRANSLATOR, target_path=target, raise_on_error=False
    )
    invocation.context = context
    return invocation


def _kept(context: dg.AssetExecutionContext, events: list[Any]) -> Iterator[dg.Output[None]]:
    """An output for each table that nothing new reached: without one Dagster would skip what comes after it.

    None of them depends on a table that was built, so they come first, each after those it depends on.
    """
    built = {event.output_name for event in events if isinstance(event, dg.Output)}
    names = {key: name for name, key in context.assets_def.keys_by_output_name.items()}
    for key in TopologicalSorter(context.assets_def.asset_deps).static_order():
        if key in context.selected_asset_keys and names[key] not in built:
            yield dg.Output(None, names[key], metadata={"kept from an earlier run": True})


def _row_counts(warehouse: Path) -> dict[tuple[str, str], int]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        tables = connection.execute("select schema_name, table_name from duckdb_tables()").fetchall()
        return {
            (schema, name): connection.execute(f"select count(*) from {qualified(f'{schema}.{name}')}").fetchall()[0][0]
            for schema, name in tables
        }


def _with_row_count(context: dg.AssetExecutionContext, event: Any, counts: dict[tuple[str, str], int]) -> Any:
    if not isinstance(event, dg.Output):
        return event
    key = context.asset_key_for_output(event.output_name)
    count = counts.get((key.path[-2], key.path[-1])) if len(key.path) > 1 else None
    return event if count is None else event.with_metadata({**event.metadata, "dagster/row_count": count})


def _read_results(target: Path) -> list[dict[str, Any]]:
    path = target / "run_results.json"
    if not path.is_file():
        return []
    results: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["results"]
    return results


def _summary(results: list[dict[str, Any]]) -> str:
    kinds = [result["unique_id"].split(".")[0] for result in results]
    failed = sum(result["status"] in ("fail", "error") for result in results)
    outcome = f"{failed} failed" if failed else "all passed"
    return (
        f"{kinds.count('model')} models and {kinds.count('seed')} seeds built, "
        f"{kinds.count('test')} data tests run: {outcome}"
    )


def _failures(results: list[dict[str, Any]], warehouse: Path) -> list[str]:
    failed = [result for result in results if result["status"] in ("fail", "error")]
    shown = [
        f"{result['unique_id']}: {result['message']}{_failing_row(result, warehouse)}"
        for result in failed[:SHOWN_FAILURES]
    ]
    hidden = len(failed) - len(shown)
    return [*shown, f"… and {hidden} more"] if hidden else shown


def _failing_row(result: dict[str, Any], warehouse: Path) -> str:
    """The first row a failed data test found, since its message only counts them."""
    if result["status"] != "fail" or not result.get("compiled_code"):
        return ""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.sql(result["compiled_code"]).limit(1).pl().to_dicts()
    known = {name: value for row in rows for name, value in row.items() if value is not None}
    return f", such as {known}" if known else ""


dbt_resource = DbtCliResource(
    project_dir=str(MODELS_DIR),
    profiles_dir=str(MODELS_DIR),
    dbt_executable=dbt_executable(),
    global_config_flags=["--log-level-file", "none"],
)
