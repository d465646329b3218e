"""What stands on the ground of a scene in metres, and what fits between it.

In and out: as in `metric_facts`.
A thing's place on the ground is the rectangle of its box; what is round does not fill it.
"""

import numpy as np

from schemas.pictures import SeenBody
from spatial.questions.certain_facts import DOUBTFUL, Judgement, View
from spatial.questions.rules.metric_facts import axes_of, body_of, footprint, is_held_by, nearest_distance
from spatial.world.body_table import bodies

FOOT_M, OBSTACLE_M, HEAD_M = 0.1, 0.15, 1.8
"""Metres above the ground: how high a foot may be, how high a thing is at least that is in the way, and how high hangs
what is not."""

SPARE_M, SPARE_SHARE = 0.1, 0.2
"""By how much a gap must be wider or narrower than what is asked to fit: metres, and a share of its width."""

DETOUR_M = 0.2
"""How much longer than the gap the way over a third thing must be, beside a fifth of the gap, metres."""


def stands_on_ground(view: View, index: int) -> bool:
    """Whether an object stands on the floor or the ground by itself, high enough that nobody steps over it."""
    body = body_of(view, index)
    return body.support is None and body.position[2] - body.size[2] / 2 <= FOOT_M and body.size[2] >= OBSTACLE_M


def narrower(body: SeenBody) -> SeenBody:
    """A body of a quarter less width and depth: what is round does not fill its own."""
    width, depth, height = body.size
    return body.model_copy(update={"size": (0.75 * width, 0.75 * depth, height)})


def ground_gap(a: SeenBody, b: SeenBody) -> float:
    """Metres over the ground between two boxes, 0 where they overlap.

    By the theorem of separating axes, then from corners to the other box: of two convex shapes one is nearest.
    """
    corners = footprint(a), footprint(b)
    axes = [axis for body in (a, b) for axis in axes_of(body)[:2, :2]]
    spans = [[(float((points @ axis).min()), float((points @ axis).max())) for points in corners] for axis in axes]
    if all(low[0] <= high[1] and high[0] <= low[1] for low, high in spans):
        return 0.0
    pairs = [(corner, other) for points, other in zip(corners, (b, a), strict=True) for corner in points]
    return min(nearest_distance(np.array([*corner, other.position[2]]), other) for corner, other in pairs)


def free_gap(view: View, i: int, j: int) -> tuple[float, float] | None:
    """Metres over the ground between the boxes of two things that stand on it, and between boxes of a quarter less width
    and depth: what is round does not fill its own.  0 where they overlap; None where a third thing is about the gap, or one
    of the two reaches farther above the ground than on it."""
    if not all(stands_on_ground(view, k) and not overhangs(view, k) for k in (i, j)):
        return None
    width = ground_gap(body_of(view, i), body_of(view, j))
    if any(_is_about(view, k, (i, j), width) for k in range(len(view.objects)) if k not in (i, j)):
        return None
    return width, ground_gap(*(narrower(body_of(view, k)) for k in (i, j)))


def overhangs(view: View, index: int) -> bool:
    """Whether a thing reaches farther above the ground than on it, so that its box is not what stands in the way."""
    kind = bodies().get(view.objects[index].category)
    return kind is not None and kind.overhangs


def _is_about(view: View, k: int, ends: tuple[int, int], width: float) -> bool:
    """Whether a thing near the ground, that neither end holds, is anywhere about the gap between the two."""
    third = body_of(view, k)
    if any(is_held_by(view, k, end) for end in ends) or third.position[2] - third.size[2] / 2 >= HEAD_M:
        return False
    detour = sum(ground_gap(narrower(body_of(view, end)), narrower(third)) for end in ends)
    return detour <= 1.2 * width + DETOUR_M


def spare_of(metres: float) -> float:
    """By how much room for something so wide must be wider or narrower, metres."""
    return max(SPARE_M, SPARE_SHARE * metres)


def fits(width: int, gap: tuple[float, float] | None, strictness: float = 1.0) -> Judgement:
    """Whether something `width` centimetres wide fits into a gap of two things."""
    if gap is None:
        return DOUBTFUL
    (least, most), metres = gap, width / 100
    spare = spare_of(metres) * strictness
    if least >= metres + spare:
        return Judgement(True, 1 - metres / least)
    return Judgement(False, 1 - most / metres) if most <= metres - spare else DOUBTFUL
