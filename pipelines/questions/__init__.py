"""Questions: what a release can be asked: queries, explanations, provenance, what-if, verification, differences.

Belongs here: asking, and giving the answer as data. Does not belong here: printing it, which is ``cli``; computing what
a release holds, which is the models' work.
"""
