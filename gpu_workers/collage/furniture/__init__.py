"""Furniture and other objects without a sprite, drawn with the pen."""
