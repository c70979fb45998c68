"""What the draws are timed with is an index as they take it."""

import pytest

from benchmarks.robustness.made import make_index, make_rules
from pipelines.robustness.simulation import Simulation


@pytest.mark.parametrize("is_sampled", [True, False])
def test_the_index_that_is_made_can_be_drawn(is_sampled: bool) -> None:
    index = make_index(20, 12, is_sampled=is_sampled)
    draws = Simulation(index, make_rules(64)).run()
    assert draws.ranks.shape == (64, 20)
    for places in index.class_slices:
        assert draws.ranks[:, places].min() == 1
        assert draws.ranks[:, places].max() == places.stop - places.start
