"""What it costs to say how sure ranks are, by subjects, indicators and draws, beside numpy alone."""
