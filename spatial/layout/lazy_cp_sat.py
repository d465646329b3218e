"""The constraint solver, loaded when it is first needed: most layouts never need it, and loading takes a second.

In: a formulation, a seed, an effort.  Out: its outcome.
"""

from spatial.layout.solver_model import Formulation, Outcome


def find(formulation: Formulation, seed: int, effort: float) -> Outcome:
    """Values that satisfy every rule (the best ones found where there are pulls), within `effort` deterministic seconds."""
    from spatial.layout.cp_sat import run

    return run(formulation, seed, effort)
