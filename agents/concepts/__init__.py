"""Concepts in free words: what they name, what that requires of a graph, and whether a seed can be planned."""
