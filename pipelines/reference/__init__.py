"""Reference: the seeds as Python reads them, judged before anything is built: rows, frameworks, editions.

Belongs here: reading seeds, and naming every row that cannot be used. Does not belong here: scoring or any other
computation by those rows, which is SQL.
"""
