"""Statistics, growth and subsets of the dataset, and proof that its splits share nothing."""
