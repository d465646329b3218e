"""Implementations for the other packages: the gallery's backend, models under evaluation, renderers and detectors."""
