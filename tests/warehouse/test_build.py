"""What a build says of a data test that found rows: the rule, and a row that breaks it."""

from pathlib import Path

import polars as pl

from pipelines.warehouse.build import build_warehouse, describe_failures
from tests.fixtures.composing import Composition, compose, framework, node

TREE = [
    node("i", "root", weight=10, weighting="given"),
    node("i", "a", "root", weight=10, measure_code="external.m0"),
]
NORMALISED = "int_indicator_normalised"


def test_an_indicator_that_is_the_same_for_all_is_named_with_its_index(tmp_path: Path) -> None:
    values = pl.DataFrame({"unit": ["A", "B", "C"], "m0": [3.0, 3.0, 3.0]})
    settings = compose(tmp_path, Composition([framework("i")], TREE, []), values, tables=[f"intermediate.{NORMALISED}"])
    told: list[str] = []
    result = build_warehouse(settings, ["--select", NORMALISED], lambda place, number, name: told.append(name))
    assert not result.is_successful
    assert result.summary == "1 models and 0 seeds built, 1 data tests run: 1 failed"
    assert told[0] == NORMALISED
    [failure] = describe_failures(settings, result, most=10)
    assert "an indicator that is compared is not the same for everybody" in failure
    for cell in ("index_code=i", "subject_id=unit:A", "node_code=a"):
        assert cell in failure
