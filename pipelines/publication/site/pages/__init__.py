"""One module per kind of page: each reads its tables and gives what its template shows."""
