"""When sites opened and closed, and into which site they were merged, so that the stock is the calibrated one."""

from itertools import pairwise

import numpy as np
import polars as pl

from pipelines.example.calibration import read_calibration
from pipelines.example.options import ExampleOptions

MERGED_SHARE = 0.7
UNDATED_SHARE = 0.05
# Its own stream of chance, so that more closures change nothing else in the example.
STREAM = 5


def closed_since(options: ExampleOptions) -> int:
    """How many of the sites of the first day of the calibration have closed by its last."""
    return sum(options.scaled(count) for count in _closures(options))


def with_dates(sites: pl.DataFrame, options: ExampleOptions) -> pl.DataFrame:
    """Add opening and closing dates; the last ``closed_since`` rows close between the days of the calibration.

    Sites that closed earlier have a date before its first day, or none, as in registers nobody kept.
    """
    random = np.random.default_rng([options.edition, options.seed, STREAM])
    days = read_calibration("flow", options.edition)["stock_date"].to_numpy()
    opened = sites["opened_date"].to_numpy().copy()
    closed = np.full(len(sites), np.datetime64("NaT"), dtype="datetime64[D]")
    is_running = sites["is_running"].to_numpy()
    recent = closed_since(options)
    early = np.flatnonzero(~is_running)[: int((~is_running).sum()) - recent]
    age = (days[0] - opened[early]).astype(int)
    closed[early] = opened[early] + (random.random(len(early)) * age).astype("timedelta64[D]")
    closed[early[random.random(len(early)) < UNDATED_SHARE]] = np.datetime64("NaT")
    _close(closed, random.permutation(np.arange(len(sites) - recent, len(sites))), days, options, random)
    _open(opened, random.permutation(_newcomers(sites)), days, options, random)
    return sites.with_columns(opened_date=pl.Series(opened), closed_date=pl.Series(closed))


def with_successors(sites: pl.DataFrame, options: ExampleOptions) -> pl.DataFrame:
    """Add to most closed sites the code of the running portal of their place, which took over what they held."""
    random = np.random.default_rng([options.edition, options.seed, STREAM, 1])
    portals = sites.filter((pl.col("site_role") == "portal") & pl.col("is_running"))
    successors = portals.group_by("code_prefix").agg(successor=pl.col("site_code").first())
    is_merged = pl.Series(random.random(len(sites)) < MERGED_SHARE) & ~pl.col("is_running")
    joined = sites.join(successors, on="code_prefix", how="left", maintain_order="left")
    return joined.with_columns(merged_into=pl.when(is_merged).then("successor")).drop("successor")


def _closures(options: ExampleOptions) -> list[int]:
    """Sites that closed between each day of the calibration and the next."""
    stock = read_calibration("flow", options.edition)
    pairs = pairwise(stock.iter_rows(named=True))
    return [before["running_sites"] + after["opened_sites"] - after["running_sites"] for before, after in pairs]


def _close(
    closed: np.ndarray, rows: np.ndarray, days: np.ndarray, options: ExampleOptions, random: np.random.Generator
) -> None:
    start = 0
    for (before, after), count in zip(pairwise(days), _closures(options), strict=True):
        chosen = rows[start : start + options.scaled(count)]
        closed[chosen] = before + 1 + random.integers(0, (after - before).astype(int), len(chosen))
        start += len(chosen)


def _open(
    opened: np.ndarray, rows: np.ndarray, days: np.ndarray, options: ExampleOptions, random: np.random.Generator
) -> None:
    counts = read_calibration("flow", options.edition)["opened_sites"].to_list()[1:]
    start = 0
    for (before, after), count in zip(pairwise(days), counts, strict=True):
        chosen = rows[start : start + options.scaled(count)]
        opened[chosen] = before + 1 + random.integers(0, (after - before).astype(int), len(chosen))
        start += len(chosen)


def _newcomers(sites: pl.DataFrame) -> np.ndarray:
    return np.flatnonzero((sites["is_running"] & (sites["site_role"] != "portal")).to_numpy())
