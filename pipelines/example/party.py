"""Sites of the party: discipline inspection, political-legal affairs, organisation and the like, level by level."""

from typing import Any

import numpy as np
import polars as pl

from pipelines.example.calibration import read_calibration
from pipelines.example.names import site_names
from pipelines.example.options import ExampleOptions
from pipelines.example.order import is_named
from pipelines.example.sites import OPENED_FROM, places_of_kinds

# At most so many of the crawled sites are the party's: a small example has few, the smallest none.
SHARE_OF_CRAWL = 0.1
FIRST_PLACE = 24_000
FIRST_NUMBER = 8_001
FIRST_HOST = 900_001
FIRST_CENTRAL = 81
# Places of the central bodies that the first series of the bulletin praises, each for what it names the site.
MOST_EFFECTIVE, WIDEST_SPREAD, STRONGEST_MOBILISER = range(3)
STREAM = 9


def make_party_sites(options: ExampleOptions) -> pl.DataFrame:
    """One row per site with the columns of the frame, ``standing`` of them for titles; all run."""
    random = np.random.default_rng([options.edition, options.seed, STREAM])
    groups = read_calibration("party")
    rows = pl.concat([_of_level(group, options.edition) for group in groups.iter_rows(named=True)])
    rows = rows.head(round(options.crawled * SHARE_OF_CRAWL))
    names, organisers = site_names(["party"] * len(rows), FIRST_PLACE)
    days = random.integers(0, 365 * 15, len(rows))
    return rows.with_columns(
        site_role=pl.lit("portal"),
        role_text=pl.lit("门户网站"),
        is_running=pl.lit(True),
        status_text=pl.lit("正常"),
        site_name=pl.Series(names, dtype=pl.String),
        organiser_name=pl.Series(organisers, dtype=pl.String),
        host=pl.Series([f"www.s{FIRST_HOST + number:06d}.example" for number in range(len(rows))], dtype=pl.String),
        opened_date=pl.Series((OPENED_FROM + days).astype("datetime64[D]")),
        closed_date=pl.lit(None, pl.Date),
        merged_into=pl.lit(None, pl.String),
    )


def party_finalists(party: pl.DataFrame) -> pl.DataFrame:
    """The sites of the party that stand for series 1."""
    return party.filter(pl.col("order") < pl.col("standing"))


def is_praised_site() -> pl.Expr:
    """Whether a row of the frame stands for a site that the bulletin praises: a province's, or one of the party."""
    codes = [showpiece(place) for place in (MOST_EFFECTIVE, WIDEST_SPREAD, STRONGEST_MOBILISER)]
    return ((pl.col("site_role") == "portal") & is_named()) | pl.col("site_code").is_in(codes)


def showpiece(place: int) -> str:
    """The code of the central site at a place."""
    return f"{_central_prefix(place)}000001"


def _central_prefix(number: int) -> str:
    return f"bm{FIRST_CENTRAL + number}"


def _of_level(group: dict[str, Any], edition: int) -> pl.DataFrame:
    """The last places of a kind in the order drawn, which are not those whose portals stand for titles."""
    count = group["sites"]
    places = places_of_kinds(edition).filter(pl.col("region_kind") == group["region_kind"]).tail(count)
    numbered = pl.format("{}{}", "code_prefix", pl.lit(FIRST_NUMBER))
    if group["region_kind"] == "ministry":
        prefixes = pl.Series("code_prefix", [_central_prefix(number) for number in range(count)])
        places, numbered = places.with_columns(prefixes), pl.format("{}000001", "code_prefix")
    return places.select(
        pl.lit(group["level"]).alias("level"),
        pl.lit(group["level_text"]).alias("level_text"),
        "region_code",
        "region_name",
        "code_prefix",
        site_code=numbered,
        order=pl.int_range(pl.len()),
        standing=pl.lit(group["standing"], pl.Int64),
    )
