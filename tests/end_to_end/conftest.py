"""The editions that whole runs are judged by."""

from tests.fixtures.whole_runs import example, small

__all__ = ["example", "small"]
