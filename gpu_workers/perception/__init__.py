"""Seeing what a picture shows when its renderer does not know: detection, depth, matching. Knows no broker."""
