"""Attention guidance by boxes: one loop, and an energy for each published method."""
