"""Encodes each fact about boxes as alternatives of linear inequalities, stricter than its truth rule by a margin.

In: facts in canonical form and margins.  Out: rules.
Sufficient, not necessary: boxes that satisfy a rule satisfy its fact (the verifier checks that), but a fact may hold
where its rule does not, so these rules prove nothing impossible (`spatial.layout.constraints.infeasibility_proof` does).
"""

from collections.abc import Callable

from spatial.layout.constraints.distance_rules import aligned_with, far, near, next_to, opposite, touching
from spatial.layout.constraints.encoding_context import EncodingContext, shares
from spatial.layout.constraints.group_constraints import GROUP_ENCODERS, beside, border_rule
from spatial.layout.constraints.linear import (
    AXES,
    EXTENT,
    Axis,
    Linear,
    Option,
    Rule,
    Sum,
    Term,
    at_most,
    high,
    low,
    middle2,
)
from spatial.layout.constraints.placement_margins import Margins
from spatial.layout.placement_problem import LOW_SURFACE, Fact, Problem, pairs_tucked_under
from spatial.relations.predicate_table import BANDS, BORDERS, ORIENTED
from spatial.relations.relation_truth import BORDER

SURFACE = 0.06
"""Default depth of a standing surface below the top edge, share of the height."""

SURFACE_RANGE = (0.0, 0.48)
"""Standing surfaces are kept within these shares of the height, because `on` ends at the supporter's centre."""

FEET_APART = 0.16
"""How far the bottom edge of what is under a table may be from the table's, share of its height (half of it in front)."""

WIDER = 1.5
"""An object whose usual size is this many times its supporter's may extend beyond it."""

FOREFOOT = 0.06
"""How much lower than the foot of what props it up the foot of a leaning thing may be, share of the former's height."""

LEANS_OVER = 1.0
"""How far the upper end of a leaning thing may rise above what props it up, share of the latter's height."""

STEEP, EDGE = 0.65, 0.12
"""A leaning thing meets what props it up beyond this share of its width, and within these shares of the other's."""

THIN, LOW = 0.5, 0.6
"""A thing of less width over height, or more than so much taller than what leans on it, is met at its middle."""

SURFACE_TOLERANCE = 0.02
"""How far a bottom edge may miss the standing surface, share of the supporter's height."""


def rules_of(problem: Problem, margins: Margins) -> list[Rule]:
    """The rules of all facts about boxes; facts about depth have none."""
    context = EncodingContext(problem, margins, pairs_tucked_under(problem))
    return [rule for fact in problem.facts for rule in rules_of_fact(fact, context)]


def rules_of_fact(fact: Fact, context: EncodingContext) -> list[Rule]:
    """The rules of one fact. Raises KeyError for a predicate that has no encoder."""
    if fact.object is None:
        at_border = fact.predicate in BORDERS
        rule = border_rule(fact, context.problem.canvas, BORDER / 2) if at_border else (_place(fact, context),)
        at_sides = at_border and fact.predicate == "at_edge" and context.problem.carriers[fact.subject]
        return [rule[:2] if at_sides and context.margins.clear else rule]
    if fact.predicate in ORIENTED:
        return [tuple(beside(i, *fact.pair, 1) for i in fact.pair)]
    if fact.predicate in GROUP_ENCODERS:
        return GROUP_ENCODERS[fact.predicate](fact, context)
    return ENCODERS[fact.predicate](fact, context)


def _left_of(fact: Fact, context: EncodingContext) -> list[Rule]:
    return [(_before("x", *fact.pair, context),)]


def _above(fact: Fact, context: EncodingContext) -> list[Rule]:
    return [(_before("y", *fact.pair, context),)]


def _before(axis: Axis, a: int, b: int, context: EncodingContext) -> Option:
    margins = context.margins
    size = context.problem.canvas[AXES.index(axis)]
    least = max(1.0, 2 * margins.direction * size)
    if context.may_overlap(a, b):
        return (_centres_apart(axis, a, b, context),)
    centres = at_most(middle2(axis, a), middle2(axis, b), least)
    if not margins.clear:
        return (centres,)
    return (
        centres,
        at_most(middle2(axis, a), low(axis, b, 2), 1),
        at_most(high(axis, a, 2), middle2(axis, b), 1),
    )


def _centres_apart(axis: Axis, a: int, b: int, context: EncodingContext) -> Linear:
    """For boxes that may overlap: their centres differ by a share of the smaller one's extent."""
    extent: Term = (2 * context.margins.direction, EXTENT[axis], context.smaller(a, b))
    return at_most((*middle2(axis, a), extent), middle2(axis, b), 1)


def _centred_over(a: int, b: int) -> Option:
    """The centre of `a` lies within the width of `b`: it would tip over otherwise."""
    return (at_most(low("x", b, 2), middle2("x", a)), at_most(middle2("x", a), high("x", b, 2)))


def _on(fact: Fact, context: EncodingContext) -> list[Rule]:
    a, b = fact.pair
    top = at_most(low("y", a), low("y", b), 1)
    not_below = at_most(high("y", a, 2), middle2("y", b))
    if not context.margins.standing:
        rests = (at_most(low("y", b), high("y", a)), *_centred_over(a, b), *shares("x", a, b, context))
        return [((top, not_below, *rests),)]
    depth = surface_of(context.problem, b)
    least: Sum = ((1.0, "y", b), (max(0.0, depth - SURFACE_TOLERANCE), "h", b))
    most: Sum = ((1.0, "y", b), (depth + SURFACE_TOLERANCE, "h", b))
    stands = (top, not_below, at_most(least, high("y", a)), at_most(high("y", a), most, -0.5))
    if context.problem.things[a].side > context.problem.things[b].side * WIDER:
        return [((*stands, *_centred_over(a, b), *shares("x", a, b, context)),)]
    return [((*stands, at_most(low("x", b), low("x", a)), at_most(high("x", a), high("x", b))),)]


def surface_of(problem: Problem, i: int) -> float:
    """The standing surface of `i`: depth below its top edge, share of its height."""
    surface = problem.things[i].surface
    least, most = SURFACE_RANGE
    return SURFACE if surface is None else min(max(surface, least), most)


def _under(fact: Fact, context: EncodingContext) -> list[Rule]:
    a, b = fact.pair
    if (a, b) in context.tucked:
        return [_between_legs(a, b)]
    return [((*_before("y", b, a, context), *shares("x", a, b, context)),)]


def _between_legs(a: int, b: int) -> Rule:
    """`a` stands on the ground within the width of `b`, below its top, with its bottom edge near that of `b`."""
    least: Sum = ((1.0, "y", b), (1 - FEET_APART, "h", b))
    return (
        (
            at_most(low("x", b), low("x", a)),
            at_most(high("x", a), high("x", b)),
            at_most(((1.0, "y", b), (LOW_SURFACE, "h", b)), low("y", a)),
            at_most(least, high("y", a)),
            at_most(high("y", a), ((1.0, "y", b), (1 + FEET_APART / 2, "h", b))),
            at_most(middle2("y", b), middle2("y", a), 1),
        ),
    )


def _leaning_on(fact: Fact, context: EncodingContext) -> list[Rule]:
    """Before the one that props it up, its upper end over it from the left or the right, its foot a little lower."""
    a, b = fact.pair
    step = FOREFOOT if context.margins.clear else 2 * FOREFOOT
    level = (
        at_most(high("y", b), high("y", a)),
        at_most(high("y", a), (*high("y", b), (step, "h", b))),
        at_most((*low("y", b), (-LEANS_OVER, "h", b)), low("y", a)),
    )
    least = 0.5 if _is_slender(a, b, context) else EDGE
    return [tuple((*level, *_reaching(i, a, b, least)) for i in (a, b))]


def _is_slender(a: int, b: int, context: EncodingContext) -> bool:
    """Whether `a` meets `b` only at its middle, as a bicycle meets a tree's trunk: it is low beside it, or that is thin."""
    one, other = (context.problem.things[i] for i in (a, b))
    return other.aspect < THIN or one.side / one.aspect**0.5 < LOW * other.side / other.aspect**0.5


def _reaching(first: int, a: int, b: int, least: float) -> tuple[Linear, ...]:
    """The upper end of `a` lies within the width of `b`, coming from the left where `a` is the first of the two.

    It reaches at least this share of the width of `b`.
    """
    if first == a:
        inner, outer = (*low("x", b), (least, "w", b)), (*low("x", b), (1 - EDGE, "w", b))
        meets = at_most(inner, (*low("x", a), (STEEP if least == EDGE else 1.0, "w", a)))
        return (meets, at_most(high("x", a), outer), at_most(middle2("x", a), middle2("x", b), 1))
    inner, outer = (*low("x", b), (EDGE, "w", b)), (*low("x", b), (1 - least, "w", b))
    meets = at_most((*low("x", a), (1 - STEEP if least == EDGE else 0.0, "w", a)), outer)
    return (meets, at_most(inner, low("x", a)), at_most(middle2("x", b), middle2("x", a), 1))


def _inside(fact: Fact, context: EncodingContext) -> list[Rule]:
    a, b = fact.pair
    found: list[Linear] = []
    for axis in AXES:
        pad: Term = (context.margins.pad, EXTENT[axis], b)
        found.append(at_most((*low(axis, b), pad), low(axis, a)))
        found.append(at_most((*high(axis, a), pad), high(axis, b)))
    smaller = at_most(((1.0, "w", a), (1.0, "h", a)), ((1.0, "w", b), (1.0, "h", b)), 1)
    return [((*found, smaller),)]


def _place(fact: Fact, context: EncodingContext) -> Option:
    """The centre lies in the thirds of the canvas that the place names."""
    found: list[Linear] = []
    for axis, band, size in zip(AXES, BANDS[fact.predicate], context.problem.canvas, strict=True):
        if band is None:
            continue
        least = max(1.0, 6 * min(context.margins.direction / 2, 0.03) * size)
        centre6 = tuple((3 * c, kind, i) for c, kind, i in middle2(axis, fact.subject))
        if band > 0:
            found.append(at_most((), centre6, 2 * band * size + least))
        if band < 2:
            found.append(Linear(centre6, 2 * (band + 1) * size - least))
    return tuple(found)


def _depth(fact: Fact, context: EncodingContext) -> list[Rule]:  # noqa: ARG001 - the signature of an encoder
    return []


ENCODERS: dict[str, Callable[[Fact, EncodingContext], list[Rule]]] = {
    "left_of": _left_of,
    "above": _above,
    "in_front_of": _depth,
    "on": _on,
    "under": _under,
    "inside": _inside,
    "touching": touching,
    "next_to": next_to,
    "near": near,
    "far": far,
    "aligned_with": aligned_with,
    "opposite": opposite,
    "leaning_on": _leaning_on,
}
"""The encoder of each canonical predicate of two objects."""
