"""The draws of a built warehouse: unmoved they are the models' scores, and their tables are kept, judged and published.

One warehouse for all: every method of the engine, vetoes, classes, wide steps, and values that move.
"""

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import polars as pl
import pytest

from pipelines.gate.candidate import freeze
from pipelines.gate.judgement import judge
from pipelines.reference.rows import seed_path
from pipelines.robustness.inputs import ranked_indices, read_index
from pipelines.robustness.simulation import Simulation
from pipelines.robustness.store import Kept, keep_robustness
from pipelines.settings import EXPECTATIONS_DIR, Settings
from pipelines.warehouse.dbt_project import computed_tables, published_tables, read_manifest
from tests.fixtures.composing import EDITION, Composition, Row, compose, framework, node, rewrite
from tests.fixtures.drawing import rules
from tests.fixtures.warehouse import rows_of
from tests.models.indices.test_engine import BANDS, UNITS, combinations, measured

TABLES = ("indices.idx_rank_interval", "indices.idx_sensitivity", "indices.idx_top_chance")
BESIDE = ("indices.dim_robustness_choice", "indices.idx_rank")
Keep = Callable[..., Kept]
CLASSES = {unit: f"单位{number % 3}" for number, unit in enumerate(UNITS)}
FEW = {"draw_count": 512, "sensitivity_count": 256, "resample_count": 20, "confidence": 0.9, "score_floor": 1}


def rubric(code: str, **cells: object) -> list[Row]:
    """A veto that strikes some, points, and an indicator that must be there."""
    veto = {"measure_code": "external.m0", "normalisation": "goalposts", "goal_low": 25, "goal_high": 26}
    return [
        node(code, "root", weight=3, aggregation="rubric"),
        node(code, "veto", "root", weight=0, is_veto="true", **veto),
        node(code, "points", "root", measure_code="external.m2", **cells),
        node(code, "needed", "root", measure_code="external.m1", missing_rule="fail"),
        node(code, "branch", "root", aggregation="geometric"),
        *(node(code, f"branch.{n}", "branch", measure_code=f"external.m{n}", normalisation="given") for n in (3, 5)),
    ]


def banded(nodes: list[Row]) -> list[Row]:
    return [
        {"edition": EDITION, "index_code": row["index_code"], "node_code": row["node_code"]}
        | {"lower_bound": bound, "points": points}
        for row in nodes
        if row.get("normalisation") == "banded"
        for bound, points in BANDS
    ]


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    indices = combinations() | {"rubric": rubric("rubric"), "steps": rubric("steps", direction=-1)}
    nodes = [row for rows in indices.values() for row in rows]
    frameworks = [
        framework(
            code,
            coverage_min=0.6,
            tied_within=2.5 if code == "steps" else 0.000001,
            score_scale=1 if code == "rubric" else 100,
            compared_within="class" if number % 2 else "all",
            ranked_by="level" if number % 3 else "*",
        )
        for number, code in enumerate(indices)
    ]
    composition = Composition(frameworks, nodes, banded(nodes))
    folder = tmp_path_factory.mktemp("robustness")
    built = compose(folder, composition, measured(), CLASSES)
    rewrite(
        seed_path(folder / "seeds", "robustness_settings"),
        [
            {
                "edition": EDITION,
                "index_code": "*",
                **FEW,
                "top_counts": "1|3",
                "reasoning_zh": "测试",
                "reasoning_en": "t",
            }
        ],
    )
    return built


@pytest.fixture(scope="module")
def keep(settings: Settings) -> Keep:
    specs = computed_tables(read_manifest(settings), "robustness", "firmness")
    return lambda settings, **how: keep_robustness(settings, specs, lambda message: None, **how)


@pytest.fixture(scope="module")
def first(settings: Settings, keep: Keep) -> Kept:
    """What was drawn of the home; the tables are in its warehouse."""
    return keep(settings)


@pytest.fixture
def copied(settings: Settings, first: Kept, tmp_path: Path) -> Settings:
    """The same home elsewhere, with what was drawn of it, to be changed there."""
    assert first.drawn
    copy = settings.for_run(home=tmp_path / "home")
    shutil.copytree(settings.robustness_dir, copy.robustness_dir)
    shutil.copy(settings.warehouse_path, copy.warehouse_path)
    return copy


def change(settings: Settings, sql: str) -> None:
    with duckdb.connect(str(settings.warehouse_path)) as connection:
        connection.execute(sql)


def contents(settings: Settings) -> dict[str, str]:
    """A hash of all that stands in each table; what lies behind an empty cell in memory is nothing."""
    return {table: hashlib.sha256(rows_of(settings, table).write_csv().encode()).hexdigest() for table in TABLES}


def test_unmoved_draws_are_the_scores_and_ranks_of_the_models(settings: Settings) -> None:
    ranked = rows_of(settings, "indices.idx_rank").filter(pl.col("subject_rank").is_not_null())
    struck = ranked.filter(pl.col("is_vetoed")).height
    tied = ranked.filter(index_code="steps").filter(pl.col("tied_count") > 1).height
    assert struck
    assert tied
    with duckdb.connect(str(settings.warehouse_path), read_only=True) as connection:
        codes = [code for _, code in ranked_indices(connection)]
        assert codes == sorted(ranked["index_code"].unique())
        for code in codes:
            index = read_index(connection, EDITION, code)
            draws = Simulation(index, rules(draw_count=2, sensitivity_count=1)).run()
            expected = ranked.filter(index_code=code).sort("rank_class", "subject_id")
            assert list(index.subject_ids[: index.ranked_count]) == expected["subject_id"].to_list()
            for scores, ranks in ((draws.base_scores, draws.base_ranks), (draws.scores[1], draws.ranks[1])):
                found = scores * index.score_scale / 100
                assert np.abs(found - expected["index_score"].to_numpy()).max() < 1e-9, code
                assert ranks.tolist() == expected["subject_rank"].to_list(), code
    assert len(codes) > 30


def test_what_is_as_it_was_is_not_drawn_again(copied: Settings, first: Kept, keep: Keep) -> None:
    before = contents(copied)
    ranked = rows_of(copied, "indices.idx_rank").drop_nulls("subject_rank")
    assert first.drawn == tuple(f"{code} {EDITION}" for code in sorted(ranked["index_code"].unique()))
    counted = {table.removeprefix("indices."): len(rows_of(copied, table)) for table in TABLES}
    # Nobody stands for a title here.
    assert first.row_counts == counted | {"award_firmness": 0}
    again = keep(copied)
    assert again.drawn == ()
    assert again.unchanged == first.drawn
    assert contents(copied) == before
    # The tables are gone, as after a warehouse that was made anew: what was drawn stands beside it.
    for table in TABLES:
        change(copied, f"drop table {table}")
    assert keep(copied).drawn == ()
    assert contents(copied) == before
    assert keep(copied, rebuild=True).drawn == first.drawn
    assert contents(copied) == before


def test_draws_that_are_not_what_was_written_are_drawn_anew(copied: Settings, first: Kept, keep: Keep) -> None:
    before = contents(copied)
    kept = sorted(copied.robustness_dir.glob("*/*.parquet"))
    damaged = {kept[0].parent, kept[-1].parent, kept[len(kept) // 2].parent}
    content = kept[0].read_bytes()
    kept[0].write_bytes(content[:40] + bytes([content[40] ^ 1]) + content[41:])
    kept[len(kept) // 2].write_bytes(b"")
    kept[-1].unlink()
    again = keep(copied)
    assert len(again.drawn) == len(damaged)
    assert set(again.drawn) <= set(first.drawn)
    assert contents(copied) == before


def test_one_changed_value_draws_its_indices_and_no_other(copied: Settings, first: Kept, keep: Keep) -> None:
    change(
        copied,
        "update intermediate.int_indicator_normalised set counted_value = counted_value + 1, "
        "treated_value = treated_value + 1 "
        "where index_code = 'rubric' and node_code = 'points' and subject_id = 'unit:U001'",
    )
    second = keep(copied)
    assert second.drawn == (f"rubric {EDITION}",)
    assert len(list(copied.robustness_dir.iterdir())) == len(first.drawn)


def test_the_order_of_rows_and_threads_changes_no_byte(copied: Settings, keep: Keep) -> None:
    before = contents(copied)
    shutil.rmtree(copied.robustness_dir)
    for table in ("int_indicator_normalised", "int_framework_node", "int_node_weight"):
        change(
            copied,
            f"create or replace table intermediate.{table} as "
            f"select * from intermediate.{table} as rows order by hash(rows::varchar)",
        )
    assert keep(copied.for_run(threads=1)).drawn
    assert contents(copied) == before


@pytest.mark.parametrize(
    ("broken", "type_", "rule"),
    [
        (None, None, None),
        ("delete from indices.idx_rank_interval where subject_id = 'unit:U001'", "never", "ranked_without"),
        ("update indices.idx_rank_interval set rank_class = 'another'", "never", "intervals_without_a_rank"),
        ("update indices.idx_rank_interval set rank_p05 = rank_p95 + 1", "never", "percentiles_out_of_order"),
        ("update indices.idx_rank_interval set score_p05 = 101, score_p50 = 102, score_p95 = 103", "never", "outside"),
        ("update indices.idx_rank_interval set score_p50 = null", "not_be_null", None),
        ("insert into indices.idx_rank_interval from indices.idx_rank_interval limit 1", "never", "repeated_key"),
        ("update indices.idx_top_chance set chance = 1.5", "to_be_between", None),
        ("update indices.idx_top_chance set chance = chance / 2", "never", "places_left_empty"),
        ("update indices.idx_top_chance set chance = 0.3 where top_count = 3", "never", "chances_that_shrink"),
        ("insert into indices.idx_top_chance from indices.idx_top_chance limit 1", "never", "repeated_key"),
        ("delete from indices.idx_sensitivity where choice_code = 'weights'", "never", "choices_left_out"),
        ("update indices.idx_sensitivity set choice_code = 'luck' where choice_code = 'weights'", "in_set", None),
        ("update indices.idx_sensitivity set total_order = null", "never", "without_a_reason"),
        ("update indices.idx_sensitivity set total_order_low = 9", "never", "bounds_out_of_order"),
        ("update indices.idx_sensitivity set first_order = 9", "never", "too_few_pairs"),
        ("delete from indices.dim_robustness_choice where choice_code = 'weights'", "never", "choices_without"),
        ("update indices.dim_robustness_choice set amount = -1", "to_be_between", None),
        ("update indices.dim_robustness_choice set alternative_code = 'own'", "never", "repeated_key"),
        ("insert into indices.idx_sensitivity from indices.idx_sensitivity limit 1", "never", "repeated_key"),
    ],
)
def test_the_gate_holds_back_what_cannot_be(
    settings: Settings, first: Kept, tmp_path: Path, broken: str | None, type_: str | None, rule: str | None
) -> None:
    assert first.drawn
    shutil.copy(settings.warehouse_path, tmp_path / "warehouse.duckdb")
    suites = tmp_path / "suites"
    suites.mkdir()
    tables = [spec for spec in published_tables(read_manifest(settings)) if spec.full_name in (*TABLES, *BESIDE)]
    for spec in tables:
        shutil.copy(EXPECTATIONS_DIR / f"{spec.full_name}.yml", suites)
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as connection:
        connection.execute(broken or "select 1")
    judged = judge(freeze(tmp_path / "warehouse.duckdb", tables, EDITION, tmp_path / "candidates"), suites)
    failed = [outcome for outcome in judged.outcomes if not outcome.passed]
    if type_ is None:
        assert failed == []
    else:
        found = [(outcome.type, outcome.rule or "") for outcome in failed]
        assert any(type_ in kind and (rule or "") in where for kind, where in found), found
