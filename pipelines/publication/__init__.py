"""Publication: turns a candidate that passed the gate into an immutable release, and opens releases for reading."""
