"""The index engine, driven by frameworks of data alone."""
