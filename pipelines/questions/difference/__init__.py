"""What differs between two releases, how much each cause explains, and the input rows behind it."""
