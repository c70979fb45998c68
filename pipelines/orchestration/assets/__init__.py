"""Dagster assets, one file a stage: ingest, models, candidate, verdict, release. Each is thin: read, call, return."""
