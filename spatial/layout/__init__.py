"""Layouts: integer boxes and depths for which every relation of a graph holds, or a proof that there are none."""

from spatial.layout.layout_check import verify
from spatial.layout.layout_faults import Fault, faults
from spatial.layout.placement_problem import Catalog
from spatial.layout.solver import NoLayout, Unsatisfiable, solve, solve_on_ground

__all__ = ["Catalog", "Fault", "NoLayout", "Unsatisfiable", "faults", "solve", "solve_on_ground", "verify"]
