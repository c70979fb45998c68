"""Ceping (测评): moves files to a warehouse, has it checked, and publishes it. Business rules live in models/sql."""
