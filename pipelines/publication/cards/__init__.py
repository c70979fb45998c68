"""Report cards (体检报告): what a release says of one subject, gathered for all of them at once.

Belongs here: the facts of a card as data, and their forms: shards of the site, documents, letters and certificates.
Does not belong here: any score, rank or rule, which are published tables; the page that shows a shard is the site's.
"""
