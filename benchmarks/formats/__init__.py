"""What reading one format costs, beside its parser alone: JSON Lines and WARC."""
