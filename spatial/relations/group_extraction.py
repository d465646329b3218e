"""The relations of groups that a picture shows: what is between what.

In: the clearly visible objects, the drawn relations, the reach in depth.  Out: relations, at most one for each object.
Few on purpose: of all pairs with something between them, only the nearest neighbours say more than their sides do.
"""

from collections.abc import Iterator, Sequence
from itertools import product

from schemas.events import SeenObject, SeenRelation
from spatial.relations.boxes import Canvas, centre, edges
from spatial.relations.group_geometry import is_sideways_between
from spatial.relations.relation_truth import apart_in_depth

BETWEEN_MARGIN = 0.05
"""Share of the canvas' width by which a centre must lie inside the gap: as for directions, people disagree below it."""

BETWEEN_EXTENT = 0.25
"""Share of the lesser height that must be in common with either neighbour: else one looks past it, above or below."""

StatedTriples = set[tuple[int, str, int | None]]
"""Subject, predicate, object."""

_CARRYING = ("on", "supports", "inside", "contains")


def are_apart(a: SeenObject, b: SeenObject, stated: StatedTriples, reach: float) -> bool:
    """Whether two are apart in depth, and neither carries or holds the other."""
    return apart_in_depth(a.depth, b.depth, reach) and not any((a.id, name, b.id) in stated for name in _CARRYING)


def derived_groups(
    clear: Sequence[SeenObject],
    canvas: Canvas,
    drawn: Sequence[SeenRelation],
    stated: StatedTriples,
    reach: float,
) -> Iterator[SeenRelation]:
    """For each object what it is between, unless that was drawn of it."""
    said = {relation.subject for relation in drawn if relation.predicate == "between"}
    for thing in clear:
        if thing.id in said:
            continue
        around = [other for other in clear if other is not thing and not are_apart(thing, other, stated, reach)]
        before = [other for other in around if _middle(other) < _middle(thing)]
        after = [other for other in around if _middle(other) > _middle(thing)]
        pairs = [pair for pair in product(before, after) if _is_between(thing, pair, canvas)]
        if pairs:
            nearest = min(pairs, key=lambda pair: (_middle(pair[1]) - _middle(pair[0]), pair[0].id, pair[1].id))
            first, second = sorted(other.id for other in nearest)
            yield SeenRelation(subject=thing.id, predicate="between", object=first, others=(second,))


def _is_between(thing: SeenObject, pair: tuple[SeenObject, SeenObject], canvas: Canvas) -> bool:
    members = [edges(other.box) for other in pair]
    return is_sideways_between(edges(thing.box), members, canvas, BETWEEN_MARGIN, BETWEEN_EXTENT)


def _middle(thing: SeenObject) -> int:
    """Twice the centre from left to right."""
    return centre(edges(thing.box), 0)
