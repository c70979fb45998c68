"""One module a kind of page: each reads its tables and says what its template shows."""
