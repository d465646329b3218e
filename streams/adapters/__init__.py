"""What the rooms below are handed from here: the gallery's factory, models under evaluation, renderers and detectors."""
