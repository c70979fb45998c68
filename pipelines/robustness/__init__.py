"""Robustness: how sure ranks and wins are: every index scored again and again under choices that could have been made.

Belongs here: drawing weights, normalisations, aggregations and sampled values, scoring and ranking each draw, and what
follows from the draws. Does not belong here: the scores themselves, which are SQL; how much is varied, which is seeds.
"""
