"""Tiny models with random weights and the real architectures, for tests and demos."""
