"""Photographs over structures: what a picture of known contents gives a model, and what of it eyes confirm afterwards."""
