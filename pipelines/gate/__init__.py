"""Gate: freezes what is to be published as a candidate, judges it, and writes a verdict for exactly these bytes.

Belongs here: candidates, suites, verdicts, and the quality report an editor reads. Does not belong here: what must hold
(``expectations/``), what is made of a candidate that passed (``publication``), or that there are releases at all.
"""
