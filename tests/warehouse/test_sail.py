"""What a build on Sail says and leaves: a model that cannot be built is named, and so is nothing else."""

from pathlib import Path

from pipelines.settings import Engine, Settings
from pipelines.warehouse.build import describe_failures
from pipelines.warehouse.spark import build_on_spark
from tests.fixtures.warehouse import ingest


def test_a_model_that_cannot_be_built_is_named_and_nothing_else(tmp_path: Path) -> None:
    # To Sail such a path would be a pattern.
    home = tmp_path / "测评 [2017] it's *"
    settings = Settings(home=home, inbox=tmp_path / "inbox", edition=2017, engine=Engine.sail)
    settings.inbox_dir.mkdir()
    ingest(settings)
    (settings.landing_dir / "unit_registry" / "2017-damaged.parquet").write_bytes(b"no Parquet")
    result = build_on_spark(settings, ["--select", "stg_unit_registry", "stg_citation"], lambda *told: None)
    assert not result.is_successful
    [sentence] = describe_failures(settings, result, most=5)
    assert sentence.startswith("stg_unit_registry: ")
    assert "Parquet" in sentence
    assert all("stg_unit_registry" in error for error in result.errors)
    built = {node.unique_id.rpartition(".")[2] for node in result.nodes if node.kind == "model" and not node.has_failed}
    assert built == {"stg_citation"}
