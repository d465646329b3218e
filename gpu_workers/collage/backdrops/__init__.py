"""Painted places: one function a kind of backdrop."""
