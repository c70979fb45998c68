"""Ingest: from a delivered file to landed rows: contracts, inbox, readers, conforming, landing and ledger.

Belongs here: the shape of single rows, as the contract of their source asks for it. Does not belong here: keys,
references and every other rule that needs the rest of the warehouse, which the models judge.
"""
