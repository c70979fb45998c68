"""The two editions that these tests read."""

from tests.fixtures.two_editions import editions

__all__ = ["editions"]
