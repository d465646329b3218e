"""Scenes in metres: bodies, rooms, cameras, and what a camera sees of them."""
