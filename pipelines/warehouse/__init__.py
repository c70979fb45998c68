"""Warehouse: the dbt project as Python needs it: its manifest, the tables it publishes, what to build, lineage.

Belongs here: asking dbt and reading what it wrote. Does not belong here: any business rule, which is SQL in
``models/``.
"""
