"""Commonsense knowledge as data files: categories of objects and kinds of scenes."""
