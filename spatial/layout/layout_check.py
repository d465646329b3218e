"""The last check of every layout, by the truth rules alone, independent of how the layout was made.

In: a draft and a layout.  Out: which relations are violated.
Does not look at margins, overlaps or the canvas's edges (`spatial.layout.layout_faults`).
"""

from dataclasses import dataclass

from schemas.graph import Layout
from schemas.predicate_names import ends
from spatial.reasoning.draft import Draft
from spatial.relations.boxes import Rect
from spatial.relations.relation_truth import members, relation_holds


@dataclass(frozen=True)
class Body:
    """A box of a layout with its depth; how things are turned is not part of a layout."""

    box: Rect
    depth: float
    attributes: tuple[str, ...] | None = None


def verify(draft: Draft, layout: Layout) -> tuple[int, ...]:
    """Indices of the relations of `draft` that do not hold in `layout`. One that names a missing box is violated."""
    bodies = {k: Body(box, depth) for k, (box, depth) in enumerate(zip(layout.boxes, layout.depth, strict=True))}
    present = {k: body for k, body in bodies.items() if k < len(draft.objects)}
    return tuple(k for k in range(len(draft.relations)) if not _holds(draft, layout, present, k))


def _holds(draft: Draft, layout: Layout, present: dict[int, Body], k: int) -> bool:
    relation = draft.relations[k]
    if relation.subject in members(relation) or not present.keys() >= set(ends(relation)):
        return False
    return relation_holds(relation, present, layout.canvas)
