"""The edition whose home is damaged."""

from tests.fixtures.whole_runs import small

__all__ = ["small"]
