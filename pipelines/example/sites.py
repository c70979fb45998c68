"""The frame: which invented sites there are, of which level and role, and where."""

import numpy as np
import polars as pl

from pipelines.example.calibration import read_calibration, read_divisions, scale
from pipelines.example.lifecycle import closed_since, with_dates, with_successors
from pipelines.example.names import site_names
from pipelines.example.options import ExampleOptions
from pipelines.example.order import in_drawn_order

CLOSED_FOR_EACH_RUNNING = 0.015
EXCEPTIONAL_SHARE = 0.005
MINISTRY_COUNT = 70
OPENED_FROM = np.datetime64("1999-01-01")


def make_sites(options: ExampleOptions, random: np.random.Generator) -> pl.DataFrame:
    """One row per site: the running ones, in the order of the calibration table, then the ones that closed."""
    stock = read_calibration("stock", options.edition)
    running = _spread(stock, options.sites)
    closed = _spread(stock.filter(pl.col("site_role") != "portal"), round(options.sites * CLOSED_FOR_EACH_RUNNING))
    lately = _spread(read_calibration("closures", options.edition), closed_since(options))
    sites = pl.concat(
        [
            running.with_columns(is_running=pl.lit(True)),
            closed.with_columns(is_running=pl.lit(False)),
            lately.with_columns(is_running=pl.lit(False)),
        ]
    )
    sites = _with_places(sites, options.edition)
    count = len(sites)
    names, organisers = site_names(sites["site_role"].to_list())
    opened_until = read_calibration("flow", options.edition)["stock_date"].to_numpy()[0]
    opened = OPENED_FROM + random.integers(0, int((opened_until - OPENED_FROM).astype(int)), count)
    exceptional = random.random(count) < EXCEPTIONAL_SHARE
    named = sites.with_columns(
        site_name=pl.Series(names),
        organiser_name=pl.Series(organisers),
        host=pl.Series([f"www.s{number:06d}.example" for number in range(1, count + 1)]),
        opened_date=pl.Series(opened.astype("datetime64[D]")),
        status_text=pl.when(~pl.col("is_running"))
        .then(pl.lit("关停"))
        .when(pl.Series(exceptional) & (pl.col("site_role") != "portal"))
        .then(pl.lit("例外"))
        .otherwise(pl.lit("正常")),
    )
    return with_successors(with_dates(named, options), options)


def _spread(stock: pl.DataFrame, total: int) -> pl.DataFrame:
    counts = scale(stock["running_sites"], total)
    kinds = np.repeat(np.arange(len(stock)), counts.to_numpy())
    return stock.drop("running_sites")[kinds]


def _with_places(sites: pl.DataFrame, edition: int) -> pl.DataFrame:
    """Give each site of a kind the next place of that kind in turn, and a code that begins with the place's prefix."""
    places = places_of_kinds(edition)
    turn = pl.int_range(pl.len()).over("level", "site_role", "is_running")
    sites = sites.with_columns(turn=turn).join(
        places.group_by("region_kind").len("place_count"), on="region_kind", how="left", maintain_order="left"
    )
    sites = sites.with_columns(place=pl.col("turn") % pl.col("place_count")).join(
        places, on=["region_kind", "place"], how="left", maintain_order="left"
    )
    number = (pl.int_range(pl.len()) + 1).over("code_prefix").cast(pl.String)
    width = 10 - pl.col("code_prefix").str.len_chars()
    padded = pl.concat_str(pl.lit("000000"), number).str.tail(width)
    return sites.with_columns(site_code=pl.concat_str("code_prefix", padded))


def places_of_kinds(edition: int) -> pl.DataFrame:
    """The places of each kind in the order drawn, with the first digits of their sites' codes."""
    divisions = read_divisions(edition)
    is_key_city = pl.col("city_class").is_not_null()
    kinds = pl.when((pl.col("level") == "prefecture") & is_key_city).then(pl.lit("key_city")).otherwise(pl.col("level"))
    regional = in_drawn_order(divisions.filter(pl.col("level") != "national")).select(
        region_kind=kinds,
        region_code="region_code",
        region_name="name_zh",
        code_prefix=pl.when(pl.col("region_code") == "XPCC").then(pl.lit("660000")).otherwise(pl.col("region_code")),
    )
    ministries = pl.DataFrame(
        {
            "region_kind": "ministry",
            "region_code": pl.Series([None] * MINISTRY_COUNT, dtype=pl.String),
            "region_name": pl.Series([None] * MINISTRY_COUNT, dtype=pl.String),
            "code_prefix": [f"bm{number:02d}" for number in range(1, MINISTRY_COUNT + 1)],
        }
    )
    return pl.concat([ministries, regional]).with_columns(place=pl.int_range(pl.len()).over("region_kind"))
