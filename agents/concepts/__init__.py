"""Concepts in free words: what they name, what that demands of a graph, and what can come of a seed."""
