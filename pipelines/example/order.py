"""In which order places are drawn: those the bulletin names with praise first, the others by a hash of their code.

Whoever takes the first ones of a kind, to stand for a title or to have a robot, has them from all over the country.
"""

import hashlib

import numpy as np
import numpy.typing as npt
import polars as pl

from pipelines.example.calibration import read_calibration


def named_regions() -> list[str]:
    """Divisions whose sites the bulletin praises; nothing invented may contradict it."""
    return read_calibration("named").get_column("region_code").cast(pl.String).to_list()


def in_drawn_order(rows: pl.DataFrame, column: str = "region_code") -> pl.DataFrame:
    """The rows in the order in which their codes are drawn; the same codes always come in the same order."""
    codes = rows[column].to_list()
    named = {code: place for place, code in enumerate(named_regions())}
    keys = [(named.get(code, len(named)), hashlib.sha256(code.encode()).hexdigest()) for code in codes]
    return rows[sorted(range(len(codes)), key=keys.__getitem__)]


def dealt(count: int, is_first: npt.NDArray[np.bool_], random: np.random.Generator) -> npt.NDArray[np.bool_]:
    """Mark ``count`` of the places: the first ones as far as they go, and others by lot."""
    order = np.lexsort((random.permutation(len(is_first)), ~is_first))
    is_dealt = np.zeros(len(is_first), dtype=bool)
    is_dealt[order[:count]] = True
    return is_dealt


def is_named(column: str = "region_code") -> pl.Expr:
    """Whether a row is of a division that the bulletin praises."""
    return pl.col(column).is_in(named_regions()).fill_null(value=False)
