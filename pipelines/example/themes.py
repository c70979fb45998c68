"""What pages are about: topics of every day, and the themes of policy documents once these were issued."""

import numpy as np
import numpy.typing as npt
import polars as pl

from pipelines.example.calibration import read_calibration

# How much more, or less, sites of a level write about a theme.
LEVEL_FACTORS = {"central_department": 1.5, "province": 2.0, "key_city": 1.5, "prefecture": 1.0, "county": 0.6}
OPEN_DATA_TOPIC = "政府数据资源服务网"
# The divisions whose open-data portals the bulletin names: Beijing, Shanghai, Qingdao, Guiyang.
NAMED_OPEN_DATA = ("110000", "310000", "370200", "520100")
OPEN_DATA_SHARES = {"province": 0.3, "key_city": 0.4, "prefecture": 0.08}
STREAM = 6


def with_open_data(crawled: pl.DataFrame, random: np.random.Generator) -> pl.DataFrame:
    """Mark the government portals that have an open-data portal: those the bulletin names, and others by lot."""
    share = pl.col("level").replace_strict(OPEN_DATA_SHARES, default=0.0, return_dtype=pl.Float64)
    by_lot = pl.Series(random.random(len(crawled))) < share
    named = pl.col("region_code").is_in(NAMED_OPEN_DATA).fill_null(value=False)
    is_portal = (pl.col("site_role") == "portal") & ~pl.col("is_of_party")
    return crawled.with_columns(has_open_data=is_portal & (named | by_lot))


def themed(
    topics: npt.NDArray[np.str_],
    published: npt.NDArray[np.datetime64],
    levels: npt.NDArray[np.str_],
    is_dated: npt.NDArray[np.bool_],
    edition: int,
    random: np.random.Generator,
) -> npt.NDArray[np.str_]:
    """The topics, some of them replaced by a theme whose document was issued by the day the page is dated."""
    found = topics.astype("U32")
    factors = np.array([LEVEL_FACTORS[level] for level in levels])
    for theme in read_calibration("themes", edition).iter_rows(named=True):
        is_after = is_dated & (published >= np.datetime64(theme["issued_date"]))
        found[is_after & (random.random(len(found)) < theme["page_share"] * factors)] = theme["phrase"]
    return found
