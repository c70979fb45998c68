"""Foundation: small tools every stage uses: hashes, SQL text, whole files, the two languages, the lock, progress.

Belongs here: what would serve any data warehouse. Does not belong here: anything that knows of the evaluation, of a
source, of a table or of a release.
"""
