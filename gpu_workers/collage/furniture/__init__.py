"""Furniture and other things without a sprite, drawn with the pen."""
