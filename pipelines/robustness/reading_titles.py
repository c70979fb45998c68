"""Takes the titles of an edition, and who is eligible for them, out of the warehouse."""

from collections.abc import Iterator

import duckdb
import polars as pl

from pipelines.robustness.quota import ERROR_SUFFIX, SUBJECT, Title, title_of

CONTESTED = """
    select distinct candidates.edition, candidates.series_code, candidates.title_code, titles.tied_within
    from awards.award_candidate as candidates
    inner join intermediate.int_award_title as titles using (edition, series_code, title_code)
    where candidates.is_eligible
    order by all
"""
CANDIDATES = """
    select subject_id, rank_class, quota, threshold_score, is_synthetic
    from awards.award_candidate
    where edition = $edition and series_code = $series_code and title_code = $title_code and is_eligible
"""
INPUTS = """
    select subject_id, input_code, weight, input_score, standard_error
    from awards.award_component
    where edition = $edition and series_code = $series_code and title_code = $title_code and is_eligible
"""


def contested_titles(connection: duckdb.DuckDBPyConnection) -> Iterator[Title]:
    """The titles somebody is eligible for, in the order of their codes."""
    for edition, series_code, title_code, tied_within in connection.execute(CONTESTED).fetchall():
        key = {"edition": edition, "series_code": series_code, "title_code": title_code}
        candidates: pl.DataFrame = connection.sql(CANDIDATES, params=key).pl()
        inputs: pl.DataFrame = connection.sql(INPUTS, params=key).pl()
        weights = dict(inputs.select("input_code", "weight").unique().sort("input_code").iter_rows())
        for code in weights:
            values = inputs.filter(input_code=code).select(
                SUBJECT,
                pl.col("input_score").alias(code),
                pl.col("standard_error").alias(f"{code}{ERROR_SUFFIX}"),
            )
            candidates = candidates.join(values, on=SUBJECT, how="left", validate="1:1")
        yield title_of(candidates, weights, edition, (series_code, title_code), tied_within)
