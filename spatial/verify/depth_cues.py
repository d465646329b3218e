"""Whether a viewer sees which of two things is nearer.

In: two seen objects, the nearer one first, and their scene.  Out: true or false.
The verifier's own rule with data of its own (`standing.json`: what flies, swims, hangs or lies on furniture).
"""

from schemas.events import Scene, SeenObject
from spatial.verify.lexicon import word_table

LOWER = 0.05
"""Share of the canvas' height by which the nearer of two standing things ends lower."""

COVERED = 0.05
"""Share of the smaller box that the two have in common, and of the farther thing that is hidden, where one covers it."""

TOGETHER = {"on", "inside", "under", "supports", "contains", "over"}
"""Relations of things that are at one place."""

ROUNDING = 1e-9


def is_order_seen(front: SeenObject, back: SeenObject, scene: Scene) -> bool:
    """Whether the picture shows that `front` is nearer: it covers a part of the other, or both stand and it is lower.

    Not where one carries the other, nor where the nearer of two of a kind is the smaller one.
    """
    pair = {front.id, back.id}
    if any(r.drawn and r.predicate in TOGETHER and {r.subject, r.object} == pair for r in scene.relations):
        return False
    if front.category == back.category and back.box[3] > front.box[3]:
        return False
    if _hides(front, back):
        return True
    lower = (front.box[1] + front.box[3]) - (back.box[1] + back.box[3])
    return lower >= LOWER * scene.canvas[1] - ROUNDING and all(_is_standing(thing, scene) for thing in (front, back))


def _hides(front: SeenObject, back: SeenObject) -> bool:
    common = 1
    for axis in (0, 1):
        ends = min(front.box[axis] + front.box[axis + 2], back.box[axis] + back.box[axis + 2])
        common *= max(0, ends - max(front.box[axis], back.box[axis]))
    smaller = min(front.box[2] * front.box[3], back.box[2] * back.box[3])
    if common == 0 or common < COVERED * smaller - ROUNDING:
        return False
    return back.visible <= 1 - COVERED + ROUNDING and back.visible <= front.visible


def _has_point(thing: SeenObject, point: tuple[float, float]) -> bool:
    return all(thing.box[k] <= point[k] <= thing.box[k] + thing.box[k + 2] for k in (0, 1))


def _is_standing(thing: SeenObject, scene: Scene) -> bool:
    words = word_table("standing.json")
    if any(r.drawn and r.subject == thing.id and r.predicate in ("on", "inside") for r in scene.relations):
        return False
    foot = (thing.box[0] + thing.box[2] / 2, thing.box[1] + thing.box[3])
    if any(_has_point(other, foot) and other.depth >= thing.depth for other in scene.objects if other is not thing):
        return False
    return thing.category not in words["aloft"] and (
        thing.category not in words["surface"] or scene.scene in words["tabletops"]
    )
