"""Publication: what people hold of a candidate that passed the gate: database, workbook, notice, site, dictionary.

Belongs here: how published rows look. Does not belong here: any rule or count, which are published tables; and what
a release is, which ``releases`` alone knows. The same candidate gives the same bytes.
"""
