"""The edition whose run Dagster is asked about."""

from tests.fixtures.whole_runs import small

__all__ = ["small"]
