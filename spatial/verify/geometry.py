"""Relations that the boxes of a scene prove, refute or leave open.

In: seen objects, with the scene's own values.  Out: True, False, or None where a careful viewer would not decide.
The verifier's own geometry; it shares no code with the geometry that questions are written with.
"""

from math import dist, hypot, inf

from schemas.events import Scene, SeenObject
from spatial.verify.depth_cues import is_order_seen

DIRECTION_SHARE = 0.05
"""Least difference of centres, as a share of the canvas."""

AREA_SHARE = 0.04
"""Least distance of a centre from a line between thirds, as a share of the canvas."""

CLOSER_SHARE = 0.05
"""Least difference of two gaps, as a share of the canvas' diagonal."""

CLOSER_RATIO = 1.25
"""Least ratio of two gaps."""

DEEPER = 0.15
"""How much farther in depth a thing may be from another than a third that looks farther away, and still be closer:
a share of the range of all depths, where that is above 1."""

DEPTH_SHARE = 0.1
"""Least difference of two depths, as a share of the range of all depths."""

SPECK = 16
"""Pixels: what is narrower or lower than that is a speck."""

SEEN_SHARE = 0.35
"""Least visible share of an object that a question may rest on."""

ROUNDING = 1e-9
"""Slack for floating-point shares."""

Span = tuple[int, int]


def span(thing: SeenObject, axis: int) -> Span:
    """Start and end of the box along x (0) or y (1)."""
    return thing.box[axis], thing.box[axis] + thing.box[axis + 2]


def middle(thing: SeenObject, axis: int) -> float:
    """The centre along an axis."""
    return sum(span(thing, axis)) / 2


def before(a: SeenObject, b: SeenObject, axis: int, scene: Scene) -> bool | None:
    """Whether a comes before b, from the left or from the top."""
    (a0, a1), (b0, b1) = span(a, axis), span(b, axis)
    m, n = middle(a, axis), middle(b, axis)
    if abs(n - m) / scene.canvas[axis] < DIRECTION_SHARE - ROUNDING or b0 <= m <= b1 or a0 <= n <= a1:
        return None
    return m < n


def related(a: SeenObject, relation: str, b: SeenObject, scene: Scene) -> bool | None:
    """Whether the relation holds of a and b."""
    if relation in ("left_of", "above"):
        return before(a, b, 0 if relation == "left_of" else 1, scene)
    if relation in ("right_of", "below"):
        return before(b, a, 0 if relation == "right_of" else 1, scene)
    if relation == "in_front_of":
        return nearer(a, b, scene)
    if relation == "behind":
        return nearer(b, a, scene)
    shown = is_drawn(a, relation, b, scene)
    return shown if shown == boxes_allow(a, relation, b) else None


def is_drawn(a: SeenObject, relation: str, b: SeenObject, scene: Scene) -> bool:
    """Whether the renderer drew the contact, stated in either direction."""
    converse = {"on": "supports", "inside": "contains", "under": "over"}[relation]
    said = {(a.id, relation, b.id), (b.id, converse, a.id)}
    return any(r.drawn and (r.subject, r.predicate, r.object) in said for r in scene.relations)


def boxes_allow(a: SeenObject, relation: str, b: SeenObject) -> bool:
    """Whether the boxes alone would permit the contact."""
    (al, ar), (bl, br) = span(a, 0), span(b, 0)
    (at, ab), (bt, bb) = span(a, 1), span(b, 1)
    if relation == "inside":
        return bl <= al and ar <= br and bt <= at and ab <= bb and a.box != b.box
    if not (al < br and bl < ar):
        return False
    if relation == "under":
        return middle(b, 1) < middle(a, 1)
    return at < bt <= ab <= middle(b, 1)


def nearer(a: SeenObject, b: SeenObject, scene: Scene) -> bool | None:
    """Whether a is nearer to the viewer than b."""
    depths = [thing.depth for thing in scene.objects]
    reach = max(depths) - min(depths)
    if a.depth == b.depth or abs(a.depth - b.depth) < DEPTH_SHARE * reach:
        return None
    front, back = (a, b) if a.depth < b.depth else (b, a)
    return a is front if is_order_seen(front, back, scene) else None


def third(thing: SeenObject, axis: int, scene: Scene) -> str | None:
    """Low, mid or high third of the canvas."""
    share = middle(thing, axis) / scene.canvas[axis]
    if min(abs(share - line) for line in (1 / 3, 2 / 3)) < AREA_SHARE:
        return None
    return "low" if share < 1 / 3 else "high" if share > 2 / 3 else "mid"


def gap(a: SeenObject, b: SeenObject) -> float:
    """Pixels of empty space between two boxes."""
    gaps = [max(0, s[0] - t[1], t[0] - s[1]) for s, t in ((span(a, k), span(b, k)) for k in (0, 1))]
    return hypot(*gaps)


def closer(a: SeenObject, b: SeenObject, base: SeenObject, scene: Scene) -> bool | None:
    """Whether a is closer to the base than b: by gap, by gap in units of size, and by centres, and not deeper behind it."""
    to_a, to_b = gap(a, base), gap(b, base)
    if abs(to_a - to_b) / hypot(*scene.canvas) < CLOSER_SHARE or max(to_a, to_b) < CLOSER_RATIO * min(to_a, to_b):
        return None
    by_size = [g / (_side(t) + _side(base)) if _side(t) * _side(base) else inf for g, t in ((to_a, a), (to_b, b))]
    by_centre = [dist((middle(t, 0), middle(t, 1)), (middle(base, 0), middle(base, 1))) for t in (a, b)]
    near, far = (a, b) if to_a < to_b else (b, a)
    depths = [thing.depth for thing in scene.objects]
    if abs(near.depth - base.depth) > abs(far.depth - base.depth) + DEEPER * max(1.0, max(depths) - min(depths)):
        return None
    votes = {to_a < to_b, by_size[0] < by_size[1], by_centre[0] < by_centre[1]}
    return votes.pop() if len(votes) == 1 else None


def _side(thing: SeenObject) -> float:
    return float((thing.box[2] * thing.box[3]) ** 0.5)
