"""Takes the indices and titles of an edition out of the warehouse as arrays."""

from collections.abc import Iterator

import duckdb
import numpy as np
import polars as pl

from pipelines.foundation.sql import Row
from pipelines.robustness.index import Branch, Floats, Index, Leaf, Method, Node
from pipelines.robustness.laws import sampled
from pipelines.robustness.normalising import RELATIVE
from pipelines.robustness.rules import IndexKey
from pipelines.robustness.titles import ERROR_SUFFIX, SIZE_SUFFIX, SUBJECT, Exclusion, Title, title_of

# Every table of the warehouse that is read here, by schema and name.
TABLES_READ = (
    ("awards", "award_candidate"),
    ("awards", "award_title"),
    ("intermediate", "int_award_input"),
    ("intermediate", "int_framework_node"),
    ("intermediate", "int_indicator_normalised"),
    ("intermediate", "int_node_weight"),
    ("indices", "idx_rank"),
    ("indices", "dim_framework_band"),
    ("reference", "award_exclusions"),
    ("reference", "frameworks"),
    ("indices", "dim_robustness_choice"),
    ("reference", "robustness_settings"),
)

# Inputs of titles that are scores of an index, or of a node of it.
CARRIED = ("index", "node")
VALUES = """
    select
        normalised.node_code, ranked.rank_class, normalised.subject_id, normalised.compared_class,
        normalised.counted_value, normalised.treated_value, normalised.standard_error,
        normalised.sampling_law, normalised.sample_size,
        normalised.normalised_value is not null as is_present,
        coalesce(normalised.absence = 'not_measured', false) as is_gap,
        ranked.subject_rank is not null as is_ranked, ranked.is_synthetic
    from intermediate.int_indicator_normalised as normalised
    inner join indices.idx_rank as ranked
        on
            normalised.edition = ranked.edition
            and normalised.index_code = ranked.index_code
            and normalised.subject_id = ranked.subject_id
    where normalised.edition = $edition and normalised.index_code = $index_code
    order by normalised.node_code, is_ranked desc, ranked.rank_class, normalised.subject_id
"""
NODES = """
    select nodes.*, weights.weight_share
    from intermediate.int_framework_node as nodes
    left join intermediate.int_node_weight as weights
        on
            nodes.edition = weights.edition
            and nodes.index_code = weights.index_code
            and nodes.node_code = weights.node_code
    where nodes.edition = $edition and nodes.index_code = $index_code
    order by nodes.node_code
"""
BANDS = """
    select node_code, lower_bound, points
    from indices.dim_framework_band
    where edition = $edition and index_code = $index_code
    order by node_code, lower_bound
"""
FRAMEWORK = """
    select tied_within, score_scale from reference.frameworks where edition = $edition and index_code = $index_code
"""
RANKED = """
    select distinct edition, index_code from indices.idx_rank
    where subject_rank is not null
    order by edition, index_code
"""
CONTESTED = """
    select distinct
        candidates.edition, candidates.series_code, candidates.title_code, titles.tied_within, titles.stage
    from awards.award_candidate as candidates
    inner join awards.award_title as titles using (edition, series_code, title_code)
    where candidates.is_eligible
    order by all
"""
# Who is excluded by another win would be eligible without it.
TITLE_CANDIDATES = """
    select subject_id, rank_class, quota, threshold_score, is_eligible, is_synthetic
    from awards.award_candidate
    where
        edition = $edition and series_code = $series_code and title_code = $title_code
        and (is_eligible or outcome_code = 'excluded')
"""
TITLE_INPUTS = """
    select
        inputs.subject_id, inputs.input_code, inputs.input_kind, inputs.index_code, inputs.value_code, inputs.weight,
        inputs.input_score, inputs.standard_error, inputs.sampling_law, inputs.sample_size
    from intermediate.int_award_input as inputs
    inner join awards.award_candidate as candidates using (edition, series_code, title_code, subject_id)
    where
        inputs.edition = $edition and inputs.series_code = $series_code and inputs.title_code = $title_code
        and (candidates.is_eligible or candidates.outcome_code = 'excluded')
"""
EXCLUSIONS = """
    select edition, series_code, title_code, excluding_series_code, excluding_title_code
    from reference.award_exclusions
    order by all
"""


def ranked_indices(connection: duckdb.DuckDBPyConnection) -> list[IndexKey]:
    """The indices somebody was ranked by, each with its edition."""
    return connection.execute(RANKED).fetchall()


def read_index(connection: duckdb.DuckDBPyConnection, edition: int, index_code: str) -> Index:
    """One index: the subjects it ranks, by class and id, then those that ranked ones are compared with."""
    key = {"edition": edition, "index_code": index_code}
    values = _frame(connection, VALUES, key)
    nodes = _frame(connection, NODES, key).to_dicts()
    bands = _frame(connection, BANDS, key)
    framework = _frame(connection, FRAMEWORK, key).to_dicts()[0]
    if not any(node["normalisation"] in RELATIVE for node in nodes):
        values = values.filter("is_ranked")
    by_leaf = {str(code): frame for (code,), frame in values.partition_by("node_code", as_dict=True).items()}
    subjects = next(iter(by_leaf.values()))
    [root] = [row for row in nodes if row["parent_code"] is None]
    return Index(
        edition=edition,
        index_code=index_code,
        subject_ids=tuple(subjects["subject_id"]),
        rank_classes=tuple(subjects["rank_class"]),
        is_synthetic=subjects["is_synthetic"].to_numpy(),
        ranked_count=int(subjects["is_ranked"].sum()),
        compared=tuple(
            np.flatnonzero((subjects["compared_class"] == name).to_numpy())
            for name in sorted(subjects["compared_class"].unique())
        ),
        root=_node(root, nodes, by_leaf, bands),
        tied_within=framework["tied_within"],
        score_scale=framework["score_scale"],
    )


def contested_titles(connection: duckdb.DuckDBPyConnection) -> Iterator[Title]:
    """The titles somebody is eligible for, in the order of their codes."""
    for edition, series_code, title_code, tied_within, stage in connection.execute(CONTESTED).fetchall():
        key = {"edition": edition, "series_code": series_code, "title_code": title_code}
        candidates: pl.DataFrame = connection.sql(TITLE_CANDIDATES, params=key).pl()
        inputs: pl.DataFrame = connection.sql(TITLE_INPUTS, params=key).pl()
        weights = dict(inputs.select("input_code", "weight").unique().sort("input_code").iter_rows())
        for code in weights:
            values = inputs.filter(input_code=code).select(
                SUBJECT,
                pl.col("input_score").alias(code),
                pl.col("standard_error").alias(f"{code}{ERROR_SUFFIX}"),
                pl.when(pl.col("sampling_law").is_not_null()).then("sample_size").alias(f"{code}{SIZE_SUFFIX}"),
            )
            candidates = candidates.join(values, on=SUBJECT, how="left", validate="1:1")
        carried = inputs.filter(pl.col("input_kind").is_in(CARRIED)).select("input_code", "index_code", "value_code")
        nodes = {
            code: (index_code, node_code) for code, index_code, node_code in carried.unique().sort(by=pl.all()).rows()
        }
        laws = dict(inputs.drop_nulls("sampling_law").select("input_code", "sampling_law").unique().iter_rows())
        codes = (series_code, title_code)
        yield title_of(candidates, weights, edition, codes, tied_within, stage, nodes, laws)


def exclusions(connection: duckdb.DuckDBPyConnection) -> list[Exclusion]:
    """Whose winners cannot win what."""
    return [Exclusion(*row) for row in connection.execute(EXCLUSIONS).fetchall()]


def _frame(connection: duckdb.DuckDBPyConnection, query: str, key: dict[str, object]) -> pl.DataFrame:
    frame: pl.DataFrame = connection.sql(query, params=key).pl()
    return frame


def _node(row: Row, rows: list[Row], by_leaf: dict[str, pl.DataFrame], bands: pl.DataFrame) -> Node:
    below = [other for other in rows if other["parent_code"] == row["node_code"]]
    if not below:
        return _leaf(row, by_leaf[row["node_code"]], bands.filter(pl.col("node_code") == row["node_code"]))
    return Branch(
        code=row["node_code"],
        aggregation=row["aggregation"],
        children=tuple(_node(other, rows, by_leaf, bands) for other in below),
        shares=tuple(other["weight_share"] or 0.0 for other in below),
    )


def _leaf(row: Row, values: pl.DataFrame, bands: pl.DataFrame) -> Leaf:
    raw, is_drawn = _numbers(values["counted_value"]), values["sampling_law"].is_not_null()
    law = next(iter(values["sampling_law"].drop_nulls()), None)
    sizes = _numbers(values["sample_size"].set(~is_drawn, None))
    error, sample_size = sampled(raw, _numbers(values["standard_error"]), sizes, law)
    return Leaf(
        code=row["node_code"],
        measure="/".join(filter(None, (row["measure_code"], row["denominator_code"]))),
        method=Method(
            normalisation=row["normalisation"],
            direction=row["direction"],
            treatment=row["treatment"],
            goal_low=row["goal_low"],
            goal_high=row["goal_high"],
            points=row["weight"],
            points_per_unit=row["points_per_unit"],
            bands=tuple(bands.select("lower_bound", "points").rows()),
        ),
        raw=raw,
        treated=_numbers(values["treated_value"]),
        error=error,
        is_present=values["is_present"].to_numpy(),
        is_gap=values["is_gap"].to_numpy(),
        sample_size=sample_size,
        law=law,
        is_veto=row["is_veto"],
        may_be_missing=row["missing_rule"] != "fail",
    )


def _numbers(column: pl.Series) -> Floats:
    return column.cast(pl.Float64).fill_null(np.nan).to_numpy().copy()
