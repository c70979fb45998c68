"""What the example is calibrated to: counts of the 2017 bulletin and of official notices, as data beside the code.

They shape invented rows and nothing else: whatever is published is counted from those rows again.
"""

from pathlib import Path

import numpy as np
import polars as pl

from pipelines.example.options import EDITION
from pipelines.reference.rows import seed_path
from pipelines.settings import SEEDS_DIR

FOLDER = Path(__file__).parent / "calibration"


def read_calibration(name: str, edition: int = EDITION) -> pl.DataFrame:
    """One of the tables under ``calibration/``; that of another edition where there is one."""
    own = FOLDER / str(edition) / f"{name}.csv"
    return pl.read_csv(own if own.is_file() else FOLDER / f"{name}.csv", try_parse_dates=True)


def read_divisions(edition: int = EDITION) -> pl.DataFrame:
    """The divisions that are evaluated, as they are on the day the edition goes by; every column is text."""
    editions = pl.read_csv(seed_path(SEEDS_DIR, "editions"), infer_schema=False)
    day = editions.filter(pl.col("edition") == str(edition))["division_date"].item()
    divisions = pl.read_csv(seed_path(SEEDS_DIR, "divisions"), infer_schema=False)
    has_begun = pl.col("valid_from").is_null() | (pl.col("valid_from") <= day)
    has_ended = pl.col("ended_on").is_not_null() & (pl.col("ended_on") <= day)
    return divisions.filter(has_begun & ~has_ended & (pl.col("is_evaluated") == "true"))


def scale(counts: pl.Series, total: int) -> pl.Series:
    """Whole numbers in the proportion of ``counts`` that add up to ``total``, by largest remainder."""
    exact = counts.to_numpy() * (total / counts.sum())
    floor = np.floor(exact).astype(np.int64)
    missing = total - int(floor.sum())
    floor[np.argsort(floor - exact, kind="stable")[:missing]] += 1
    return pl.Series(counts.name, floor)
