"""What the constraint solver is asked, and what it answers.

In: ranges, rules and wishes over whole numbers.  Out: values, `IMPOSSIBLE` (proven) or `UNDECIDED` (the effort ran out).
Does not know predicates, margins or scenes, nor the solver's own language (`spatial.layout.cp_sat`).
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
    """A wish: keep a variable at `target`; each step away costs `weight`."""

    key: Key
    target: int
    weight: int = 1


@dataclass(frozen=True)
class Formulation:
    """What to solve. `apart`: pairs whose boxes must not overlap.

    `pulls` are wishes; `keep` adds `keep_cost` for every object of which any pull is not met exactly.
    """

    ranges: Mapping[Key, tuple[int, int]]
    rules: Sequence[Rule]
    apart: frozenset[tuple[int, int]] = frozenset()
    pulls: tuple[Pull, ...] = ()
    keep_cost: int = 0


def separations(i: int, j: int, slack: float = 0.0) -> Rule:
    """The four ways in which two boxes stay apart, or overlap by at most a share of either's extent on one axis."""
    return tuple(ends_before(axis, a, b, slack) for axis in AXES for a, b in ((i, j), (j, i)))
