"""What is in the dataset, how it grew, and proof that its splits share nothing."""
