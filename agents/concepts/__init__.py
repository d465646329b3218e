"""Concepts in free words: what they name and require of a graph, and whether a seed can be planned."""
