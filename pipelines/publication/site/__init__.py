"""The site of a release: static pages that open from disk, Chinese first, each page again in English below ``en/``.

Belongs here: which published rows stand on which page, and how they look. Does not belong here: any rule. Every number
stands in a published table; what a release does not hold is left out. Text from data is escaped by the templates.
"""
