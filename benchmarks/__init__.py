"""Benchmarks: what a run costs beside what the same work costs by hand. `make bench` runs them; nothing else does."""
