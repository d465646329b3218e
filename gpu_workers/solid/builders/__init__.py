"""Builders of solid things, by family: short functions over shared parts."""
