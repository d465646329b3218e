"""Scenes in metres: bodies, rooms, cameras, and what a camera sees of them."""

from spatial.world.body_table import bodies
from spatial.world.world_solver import solve_world

__all__ = ["bodies", "solve_world"]
