"""Indices that others published, put in as frameworks of data alone."""

import csv
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from pipelines.reference.rows import seed_path
from pipelines.settings import PROJECT_ROOT, SEEDS_DIR
from tests.fixtures.composing import ENGINE, Composition, compose, framework, node
from tests.fixtures.index_reference import aggregate, competition_ranks, normalise
from tests.fixtures.warehouse import rows_of

DATA = PROJECT_ROOT.parent / "shared" / "data" / "index"
IRAN_2018 = {"osi": 0.6319, "tii": 0.4566, "hci": 0.7364}
EGDI_IRAN_2018 = 0.6083

needs_egdi = pytest.mark.skipif(not (DATA / "egdi").is_dir(), reason="EGDI is not beside the project")
needs_asem = pytest.mark.skipif(not (DATA / "asem").is_dir(), reason="ASEM is not beside the project")


def egdi() -> Composition:
    """The mean of three components, each between 0 and 1 already."""
    leaf = {"normalisation": "goalposts", "goal_low": 0, "goal_high": 1, "weight": 1}
    components = [node("egdi", name, "egdi", measure_code=f"external.{name}", **leaf) for name in ("osi", "tii", "hci")]
    root = node("egdi", "egdi", weighting="equal")
    return Composition([framework("egdi", score_scale=1)], [root, *components], [])


def test_the_index_of_iran_in_2018_is_reproduced(tmp_path: Path) -> None:
    values = pl.DataFrame({"unit": ["IRN"], **{name: [value] for name, value in IRAN_2018.items()}})
    settings = compose(tmp_path, egdi(), values, tables=ENGINE)
    assert rows_of(settings, "indices.idx_rank")["index_score"].item() == pytest.approx(EGDI_IRAN_2018, abs=5e-5)
    assert seed_path(settings.seeds_dir, "levels").read_bytes() == seed_path(SEEDS_DIR, "levels").read_bytes()


@needs_egdi
def test_egdi_2014_is_reproduced_in_scores_and_ranks(tmp_path: Path) -> None:
    published = pl.read_csv(DATA / "egdi" / "egdi-2014.csv")
    values = published.select(unit="country-code", osi="osi", tii="tii", hci="hci")
    settings = compose(tmp_path, egdi(), values, tables=ENGINE)
    ranked = rows_of(settings, "indices.idx_rank").with_columns(unit=pl.col("subject_id").str.strip_prefix("unit:"))
    both = ranked.join(published, left_on="unit", right_on="country-code")
    assert len(both) == len(published)
    assert (both["index_score"] - both["e-gov-index"]).abs().max() < 1e-4
    assert both.filter(pl.col("subject_rank") != pl.col("e-gov-rank")).is_empty()


def asem() -> tuple[Composition, pl.DataFrame, list[dict[str, str]]]:
    """The tree and the values as the package COINr ships them, with its denominators, directions and weights."""
    with (DATA / "asem" / "ASEM_iMeta.csv").open(encoding="utf-8", newline="") as stream:
        meta = list(csv.DictReader(stream))
    nodes = []
    for row in meta:
        if row["Type"] == "Aggregate":
            nodes.append(node("asem", row["iCode"], row["Parent"], weight=row["Weight"]))
        elif row["Type"] == "Indicator":
            denominator = f"external.{row['Denominator']}" if row["Denominator"] else ""
            cells = {"measure_code": f"external.{row['iCode']}", "denominator_code": denominator}
            direction = int(float(row["Direction"]))
            nodes.append(node("asem", row["iCode"], row["Parent"], weight=row["Weight"], direction=direction, **cells))
    data = pl.read_csv(DATA / "asem" / "ASEM_iData.csv", infer_schema_length=None)
    measures = [row["iCode"] for row in meta if row["Type"] in ("Indicator", "Denominator")]
    values = data.select(pl.col("uCode").alias("unit"), *(pl.col(name).cast(pl.Float64) for name in measures))
    return Composition([framework("asem")], nodes, []), values, meta


@needs_asem
def test_asem_agrees_with_an_independent_computation_at_every_level(tmp_path: Path) -> None:
    composition, values, meta = asem()
    settings = compose(tmp_path, composition, values, tables=ENGINE)
    expected = _asem_expected(values, meta)
    for row in rows_of(settings, "indices.idx_score").iter_rows(named=True):
        unit = row["subject_id"].removeprefix("unit:")
        score = expected[row["node_code"]].get(unit)
        assert row["score"] == (None if score is None else pytest.approx(score, abs=1e-9))
    ranks = rows_of(settings, "indices.idx_rank")
    found = {row["subject_id"].removeprefix("unit:"): row["subject_rank"] for row in ranks.iter_rows(named=True)}
    assert found == competition_ranks(expected["Index"])
    assert len(found) == len(values)


def _asem_expected(values: pl.DataFrame, meta: list[dict[str, str]]) -> dict[str, dict[str, float]]:
    scored: dict[str, dict[str, float]] = {}
    rows = {row["unit"]: row for row in values.iter_rows(named=True)}
    for row in meta:
        if row["Type"] == "Indicator":
            leaf: dict[str, Any] = {
                "treatment": "none",
                "normalisation": "min_max",
                "direction": int(float(row["Direction"])),
            }
            divided = {
                unit: cells[row["iCode"]] / (cells[row["Denominator"]] if row["Denominator"] else 1)
                for unit, cells in rows.items()
                if cells[row["iCode"]] is not None and (not row["Denominator"] or cells[row["Denominator"]])
            }
            scored[row["iCode"]] = normalise(divided, leaf, [])
    aggregates = sorted((row for row in meta if row["Type"] == "Aggregate"), key=lambda row: float(row["Level"]))
    for row in aggregates:
        below = [child for child in meta if child["Parent"] == row["iCode"]]
        shares = np.array([float(child["Weight"]) for child in below])
        found = {
            unit: aggregate("arithmetic", shares / shares.sum(), [scored[child["iCode"]].get(unit) for child in below])
            for unit in rows
        }
        scored[row["iCode"]] = {unit: score for unit, score in found.items() if score is not None}
    return scored
