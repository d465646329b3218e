"""The constraint solver's input and output types.

In: ranges, rules and soft targets over whole numbers.  Out: values, `IMPOSSIBLE` (proven) or `UNDECIDED` (effort ran out).
Does not know predicates, margins or scenes, nor the solver's API (`spatial.layout.cp_sat`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from spatial.layout.constraints.linear import AXES, Kind, Rule, ends_before

Key = tuple[Kind, int]
Values = dict[Key, int]
Outcome = Values | Literal["impossible", "undecided"]

IMPOSSIBLE: Final = "impossible"
UNDECIDED: Final = "undecided"


@dataclass(frozen=True)
class Pull:
    """A soft target: keep a variable at `target`; each step away from it costs `weight`."""

    key: Key
    target: int
    weight: int = 1


@dataclass(frozen=True)
class Formulation:
    """The model to solve. `apart`: pairs whose boxes must not overlap.

    `pulls` are soft targets; `keep_cost` is added for every object of which any pull is not met exactly.
    """

    ranges: Mapping[Key, tuple[int, int]]
    rules: Sequence[Rule]
    apart: frozenset[tuple[int, int]] = frozenset()
    pulls: tuple[Pull, ...] = ()
    keep_cost: int = 0


def separations(i: int, j: int, slack: float = 0.0) -> Rule:
    """Two boxes are apart on one of four sides, or overlap by at most a share `slack` of either's extent on one axis."""
    return tuple(ends_before(axis, a, b, slack) for axis in AXES for a, b in ((i, j), (j, i)))
