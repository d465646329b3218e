"""The context for encoding a fact: usual sizes, margins, which object carries which.

In: a problem and margins.  Out: look-ups, and the inequality that several encodings share.
Does not encode any fact by itself.
"""

from dataclasses import dataclass

from spatial.layout.constraints.linear import EXTENT, Axis, Linear, Term, at_most, high, low
from spatial.layout.constraints.placement_margins import Margins
from spatial.layout.placement_problem import Problem


@dataclass(frozen=True)
class EncodingContext:
    """What an encoder uses besides its fact. `tucked`: the pairs of `pairs_tucked_under`."""

    problem: Problem
    margins: Margins
    tucked: frozenset[tuple[int, int]] = frozenset()

    def smaller(self, a: int, b: int) -> int:
        """The object with the smaller usual size."""
        return a if self.problem.things[a].side <= self.problem.things[b].side else b

    def may_overlap(self, a: int, b: int) -> bool:
        """Whether a fact lets the boxes of `a` and `b` overlap."""
        return (min(a, b), max(a, b)) in self.problem.free_pairs

    def carried(self, a: int, b: int) -> bool:
        """Whether one of the two carries the other directly, so that they touch."""
        return b in self.problem.carriers[a] or a in self.problem.carriers[b]


def shares(axis: Axis, a: int, b: int, context: EncodingContext) -> tuple[Linear, Linear]:
    """The extents have in common at least a share of the smaller one, and a pixel."""
    extent: Term = (context.margins.shared, EXTENT[axis], context.smaller(a, b))
    return (
        at_most((*low(axis, b), extent), high(axis, a), 1),
        at_most((*low(axis, a), extent), high(axis, b), 1),
    )
