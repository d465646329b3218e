"""Finds what a picture shows when its renderer does not know: detection, depth, matching. Imports no broker client."""
