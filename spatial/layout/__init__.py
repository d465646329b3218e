"""Layouts: integer boxes and depths for which every relation of a graph holds, or a proof that there are none."""

from spatial.layout.faults import Fault, faults
from spatial.layout.problem import Catalog
from spatial.layout.solver import NoLayout, Unsatisfiable, solve
from spatial.layout.verifier import verify

__all__ = ["Catalog", "Fault", "NoLayout", "Unsatisfiable", "faults", "solve", "verify"]
