"""Input for the factory: the words that it knows, and seeds."""
