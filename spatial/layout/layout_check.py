"""The last check of every layout, by the truth rules alone, independent of how the layout was made.

In: a draft and a layout.  Out: which relations are violated.
Does not look at margins, overlaps or the canvas's edges (`spatial.layout.layout_faults`).
"""

from schemas.graph import Layout
from spatial.reasoning.draft import Draft
from spatial.relations.relation_truth import holds


def verify(draft: Draft, layout: Layout) -> tuple[int, ...]:
    """Indices of the relations of `draft` that do not hold in `layout`. One that names a missing box is violated."""
    return tuple(k for k in range(len(draft.relations)) if not _holds(draft, layout, k))


def _holds(draft: Draft, layout: Layout, k: int) -> bool:
    relation = draft.relations[k]
    i, j = relation.subject, relation.object
    count = min(len(draft.objects), len(layout.boxes))
    if i >= count or (j is not None and (j >= count or i == j)):
        return False
    if j is None:
        return holds(relation.predicate, layout.boxes[i], None, layout.canvas)
    depths = (layout.depth[i], layout.depth[j])
    return holds(relation.predicate, layout.boxes[i], layout.boxes[j], layout.canvas, depths)
