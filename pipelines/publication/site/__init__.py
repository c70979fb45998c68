"""The site of a release: static pages that open from disk, Chinese first, each page again in English below ``en/``.

Every number is in a published table; what a release does not hold is left out. Text from data is escaped by the
templates.
"""
