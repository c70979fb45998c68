"""Suspicions: what they look through follows from the sources."""

from pipelines.ingest.contracts import load_contracts
from tests.fixtures.warehouse import project_manifest

# Appeals are decided after the edition they are about.
LATER = {"appeal"}


def test_every_source_whose_rows_have_a_day_is_looked_through_for_days_after_the_edition() -> None:
    (model,) = [node for node in project_manifest()["nodes"].values() if node["name"] == "suspicion"]
    looked_at = model["config"]["meta"]["dates"]
    days = {
        name: {
            column.name for column in contract.columns if column.required and column.data_type in ("date", "timestamp")
        }
        for name, contract in load_contracts().items()
    }
    dated = {name: columns for name, columns in days.items() if columns and name not in LATER}
    assert dated.keys() <= looked_at.keys()
    assert all(looked_at[name] in columns for name, columns in dated.items())
