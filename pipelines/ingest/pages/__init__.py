"""Pages: what the records of a web archive are and what their pages hold, in the words of no source.

Belongs here: what is done to each record by itself, as other processes do it where there are many; it loads little, so
that they start soon. Does not belong here: how records are cut from an archive, and what becomes of their cells.
"""
