"""Builders of what stands, hangs and lies in rooms."""
