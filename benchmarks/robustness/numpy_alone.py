"""The baseline: weights that vary, one product of matrices for all scores, one sort a draw; no tree, class or tie."""

import argparse

import numpy as np


def main() -> None:
    """Score and rank every draw, and take the percentiles of the ranks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("subjects", type=int)
    parser.add_argument("indicators", type=int)
    parser.add_argument("draws", type=int)
    arguments = parser.parse_args()
    random = np.random.default_rng(2017)
    values = random.gamma(4, 9, (arguments.subjects, arguments.indicators)).clip(1, 99)
    weights = 1 + 0.25 * (2 * random.random((arguments.indicators, arguments.draws)) - 1)
    weights /= weights.sum(axis=0)
    scores = np.ascontiguousarray((values @ weights).T)
    order = np.argsort(-scores, axis=1)
    ranks = np.empty(order.shape, dtype=np.int32)
    np.put_along_axis(ranks, order, np.arange(1, arguments.subjects + 1, dtype=np.int32)[None, :], axis=1)
    print(np.percentile(ranks, [5, 50, 95], axis=0, method="inverted_cdf").shape)


if __name__ == "__main__":
    main()
