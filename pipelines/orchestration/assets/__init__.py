"""Dagster assets, one file per stage: ingest, models, candidate, verdict, release. Each is thin: read, call, return."""
