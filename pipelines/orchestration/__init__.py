"""Orchestration: all of Dagster: the assets, their resources and automation, and running them from a command.

Belongs here: which stage runs when, and what a run shows of it. Does not belong here: the work itself; an asset reads,
calls a stage and returns what it gave. Nothing outside this package imports Dagster.
"""
