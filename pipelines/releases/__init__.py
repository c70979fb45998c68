"""Releases: immutable folders of published candidates: how one is made, found, read, withdrawn and listed.

Belongs here: everything that knows of a release. Does not belong here: what the files in it look like (``publication``)
or what a release can be asked (``questions``).
"""
