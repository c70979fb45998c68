"""The draws of one made index, and the tables that follow from them, as a run makes them."""

import argparse

from benchmarks.robustness.made import make_index, make_rules
from pipelines.robustness.simulation import Simulation
from pipelines.robustness.tables import RankedIndex

THREADS = 2


def main() -> None:
    """Draw, and count the rows told."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("subjects", type=int)
    parser.add_argument("indicators", type=int)
    parser.add_argument("draws", type=int)
    parser.add_argument("--sampled", action="store_true")
    arguments = parser.parse_args()
    index = make_index(arguments.subjects, arguments.indicators, is_sampled=arguments.sampled)
    rules = make_rules(arguments.draws)
    told = RankedIndex(index).summarise(rules, Simulation(index, rules).run(THREADS))
    print({name: len(frame) for name, frame in told.items()})


if __name__ == "__main__":
    main()
