"""The dbt project as a whole: its own tests pass on a small example, and every model is described and tested."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from pipelines.example import ExampleOptions, write_example
from pipelines.ingest.contracts import load_contracts
from pipelines.ingest.source import ingest_source
from pipelines.settings import Settings
from pipelines.warehouse.dbt_project import BELOW_PUBLISHED
from tests.fixtures.warehouse import dbt_build, project_manifest

LOGIC = re.compile(
    r"\b(case|group by|partition by|having|coalesce)\b|trend_unit|units_in_cells|staged\(|reasons_of|unnest_join"
)
ONE_MACRO = re.compile(r"\{\{ staged\([^\n]*\) \}\}\s*")
# It follows from the project's graph, which a unit test does not see: tests/models/audit/test_corrections.py
# looks at what they build.
MADE_FROM_THE_GRAPH = {"correction"}
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("small")
    settings = Settings(home=folder / "home", inbox=folder / "inbox", edition=2017)
    write_example(settings.inbox_dir, ExampleOptions(sites=200, crawled=60, pages=6), lambda message: None)
    for contract in load_contracts().values():
        ingest_source(contract, settings, lambda message: None)
    settings.warehouse_path.parent.mkdir(parents=True, exist_ok=True)
    return settings


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    return project_manifest()


def models_of(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    return [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]


def test_every_model_data_test_and_unit_test_passes(small: Settings) -> None:
    dbt_build(small)
    results = json.loads((small.dbt_target_dir / "run_results.json").read_text(encoding="utf-8"))["results"]
    statuses = {(result["unique_id"].split(".")[0], result["status"]) for result in results}
    assert statuses == {
        ("operation", "success"),
        ("model", "success"),
        ("seed", "success"),
        ("test", "pass"),
        ("unit_test", "pass"),
    }


def test_every_model_with_logic_has_a_unit_test(manifest: dict[str, Any]) -> None:
    # Most staging models are one macro and nothing else; it is unit-tested where all it can do is used.
    one_macro = {model["name"] for model in models_of(manifest) if ONE_MACRO.fullmatch(model["raw_code"])}
    tested = {test["model"] for test in manifest["unit_tests"].values()} | one_macro | MADE_FROM_THE_GRAPH
    untested = [
        model["name"]
        for model in models_of(manifest)
        if LOGIC.search(model["raw_code"]) and model["name"] not in tested
    ]
    assert not untested


def test_every_table_and_column_is_described_in_both_languages(manifest: dict[str, Any]) -> None:
    described = {
        f"{node['name']}.{name}": text
        for node in [*manifest["nodes"].values(), *manifest["sources"].values()]
        if node["resource_type"] in ("model", "seed", "source") and not node["name"].startswith("stg_")
        for name, text in [
            ("", node["description"]),
            *((column["name"], column["description"]) for column in node["columns"].values()),
        ]
    }
    one_sided = [
        name
        for name, text in described.items()
        if text.count(" | ") != 1 or CHINESE.search(text.split(" | ")[0]) or not CHINESE.search(text.split(" | ")[1])
    ]
    assert len(described) > 300
    assert not one_sided


def test_every_published_model_keeps_an_enforced_contract_a_key_and_a_test_of_the_key(manifest: dict[str, Any]) -> None:
    keyed = {
        test["attached_node"]
        for test in manifest["nodes"].values()
        if test["resource_type"] == "test" and test.get("test_metadata", {}).get("name") == "sound"
    }
    for model in models_of(manifest):
        if not model["name"].startswith(BELOW_PUBLISHED):
            assert model["contract"]["enforced"], model["name"]
            assert model["config"]["meta"]["key"], model["name"]
            assert model["unique_id"] in keyed, model["name"]


def test_a_run_has_at_most_eighty_models_beside_staging_and_eighty_data_tests(manifest: dict[str, Any]) -> None:
    staged = {f"stg_{source}" for source in load_contracts()}
    kinds = [node["resource_type"] for node in manifest["nodes"].values() if node["name"] not in staged]
    assert kinds.count("model") <= 80
    assert kinds.count("test") <= 80


def test_every_seed_column_is_described(manifest: dict[str, Any]) -> None:
    for node in manifest["nodes"].values():
        if node["resource_type"] == "seed":
            header = (Path(node["root_path"]) / node["original_file_path"]).read_text(encoding="utf-8").splitlines()[0]
            assert header.split(",") == list(node["columns"]), node["name"]
