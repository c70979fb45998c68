"""What a build says of a data test that found rows: the rule, and a row that breaks it."""

from pathlib import Path

import polars as pl

from pipelines.reference.rows import seed_path
from pipelines.warehouse.build import build_warehouse, describe_failures
from tests.fixtures.composing import Composition, compose, framework, node, rewrite

TREE = [
    node("i", "root", weight=10, weighting="given"),
    node("i", "a", "root", weight=10, measure_code="external.m0"),
]
LOST = {
    "correction_id": "C1", "edition": 2017, "source": "external_indicator", "row_key": "nobody",
    "column_name": "indicator_value", "expected_value": "1", "new_value": "2", "reason_zh": "测试",
    "reason_en": "a test", "evidence": "a test", "status": "active", "expires_on": "2099-12-31",
}  # fmt: skip


def test_a_correction_that_found_nothing_is_named_with_its_id(tmp_path: Path) -> None:
    values = pl.DataFrame({"unit": ["A", "B"], "m0": [3.0, 4.0]})
    settings = compose(tmp_path, Composition([framework("i")], TREE, []), values, tables=["audit.correction"])
    rewrite(seed_path(settings.seeds_dir, "corrections"), [LOST])
    told: list[str] = []
    result = build_warehouse(
        settings, ["--select", "corrections", "correction"], lambda place, number, name: told.append(name)
    )
    assert not result.is_successful
    assert result.summary == "1 models and 1 seeds built, 1 data tests run: 1 failed"
    assert told[-1] == "correction"
    [failure] = describe_failures(settings, result, most=10)
    assert "every correction was applied or is retired" in failure
    for cell in ("edition=2017", "correction_id=C1"):
        assert cell in failure
