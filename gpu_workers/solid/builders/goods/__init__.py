"""Builders of goods: what one carries, eats from, eats, reads, plays with and works with."""
