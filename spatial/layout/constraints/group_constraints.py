"""Constraints for the facts of groups.

In: facts and an encoding context.  Out: rules.
Sufficient, not necessary, like all of `spatial.layout.constraints.constraint_rules`.
"""

from collections.abc import Callable

from spatial.layout.constraints.encoding_context import EncodingContext, shares
from spatial.layout.constraints.linear import AXES, OTHER, Axis, Option, Rule, at_most, ends_before, high, low, middle2
from spatial.layout.placement_problem import Fact, group_of

CLEAR_OF_BOTH = 0.055
"""Least distance of the centre from both ends of the gap, share of the width, at generous margins: questions are asked from
5 % on."""


def between(fact: Fact, context: EncodingContext) -> list[Rule]:
    """Side by side: the one that is between after either and before the other, at a common height; at small margins also
    one above the other."""
    a, (b, c) = fact.subject, group_of(fact)
    axes: tuple[Axis, ...] = ("x",) if context.margins.clear else AXES
    return [tuple(_in_the_gap(axis, a, pair, context) for axis in axes for pair in ((b, c), (c, b)))]


def _in_the_gap(axis: Axis, a: int, pair: tuple[int, int], context: EncodingContext) -> Option:
    (first, last), margins, across = pair, context.margins, OTHER[axis]
    share = CLEAR_OF_BOTH if margins.clear else margins.direction
    least = max(1.0, 2 * share * context.problem.canvas[AXES.index(axis)])
    apart = (*ends_before(axis, first, a), *ends_before(axis, a, last)) if margins.clear else ()
    return (
        *apart,
        at_most(high(axis, first, 2), middle2(axis, a), least),
        at_most(middle2(axis, a), low(axis, last, 2), least),
        *shares(across, a, first, context),
        *shares(across, a, last, context),
    )


GROUP_ENCODERS: dict[str, Callable[[Fact, EncodingContext], list[Rule]]] = {"between": between}
"""The encoder of each predicate of a group."""
