"""What people ask the factory for: the words that it knows, and seeds."""
