"""What there is room for on the ground directly to the left or right of a thing, as the viewer sees it.

In and out: as in `metric_facts`.
Something as deep as it is wide is put beside the middle of the thing.  It fits where all of that ground is seen and free,
with room to spare; it does not where other things leave too little room for it at any place beside the thing.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from schemas.pictures import SeenBody
from spatial.questions.certain_facts import DOUBTFUL, Judgement, View
from spatial.questions.question_kinds import Sideways
from spatial.questions.rules.ground_facts import HEAD_M, narrower, overhangs, spare_of, stands_on_ground
from spatial.questions.rules.metric_facts import Array, body_of, footprint, is_held_by, pinhole_of
from spatial.questions.views.frame_facts import corners_in_picture, is_within_frame
from spatial.questions.views.shown_scenes import are_walls_known
from spatial.questions.wording.referring_expressions import Unanswerable

FURNISHED_M = 1.05
"""Before the far wall of a room: things that are no objects stand there."""

STEPS = 16
"""In which something is moved along a thing, to find where there is most room."""

OWN_SHARE = 0.3
"""Largest share of a place that the thing itself may be before, by their widths in the picture."""

AROUND_M = 0.4
"""Before and behind a place, and the thing beside it: how near other things make it unclear which place is meant."""

STRAIGHT_M = 0.05
"""To both sides of the middle of a thing, what is straight beside it."""

FLAT_M = 0.02
"""Height of the ground that is looked at."""

Spot = tuple[float, float]
"""How far to a side and how far away from the viewer, metres."""


@dataclass(frozen=True)
class _Square:
    """A square of ground: from `near` outward, and around `middle` away from the viewer."""

    near: float
    middle: float
    side: float

    @property
    def corners(self) -> list[Spot]:
        half = self.side / 2
        return _corners((self.near, self.near + self.side), (self.middle - half, self.middle + half))


class GroundPlan:
    """The ground of a scene, with what stands on it. Raises Unanswerable where the scene is not known in metres."""

    def __init__(self, view: View) -> None:
        self._view = view
        pose = pinhole_of(view).world_to_camera
        right, ahead = (row[:2] / np.linalg.norm(row[:2]) for row in (pose[0, :3], pose[2, :3]))
        self._axes = np.stack([right, ahead])
        bodies = [body_of(view, k) for k in range(len(view.objects))]
        self._whole = [self._outline(body) for body in bodies]
        self._narrow = [self._outline(narrower(body)) for body in bodies]
        self._obstacles = [k for k in view.clear if stands_on_ground(view, k) and not overhangs(view, k)]

    def room_beside(self, index: int, side: Sideways, width: int) -> Judgement:
        """Whether there is room for something `width` centimetres wide directly on a side of a thing.

        Raises Unanswerable where it is not seen what carries a thing near it.
        """
        if index not in self._obstacles or not are_walls_known(self._view):
            return DOUBTFUL
        metres = width / 100
        spare, sign = spare_of(metres) * self._view.strictness, 1 if side == "right_of" else -1
        if self._is_free(index, sign, metres + spare):
            return Judgement(True, 1 - metres / (metres + spare))
        most = self._most_beside(index, sign, metres - spare)
        return Judgement(False, 1 - max(0.0, most) / metres) if most <= metres - spare else DOUBTFUL

    def plain_room(self, index: int, side: Sideways, width: int) -> bool | None:
        """Whether there is room, where nobody would ask how deep the place is meant to be: nothing is just before or behind
        it, or what is in the way is straight beside the thing.  None where it is doubtful or not known."""
        try:
            held = self.room_beside(index, side, width).value
        except Unanswerable:
            return None
        metres, sign = width / 100, 1 if side == "right_of" else -1
        if held is False:
            own, others = self._sure_outlines(index, sign)
            middle = sum(_depths(own)) / 2
            is_straight = _free(own, others, (middle - STRAIGHT_M, middle + STRAIGHT_M)) <= metres - spare_of(metres)
            return False if is_straight else None
        return held if held is None or not self._is_crowded(index, sign, metres) else None

    def _is_crowded(self, index: int, sign: int, metres: float) -> bool:
        """Whether something is just before or behind a place on that side of the thing."""
        outline = _turned(self._whole[index], sign)
        (low, high), near = _depths(outline), max(out for out, _ in outline)
        middle, half = (low + high) / 2, max(high - low, metres) / 2 + AROUND_M
        place = _corners((near, near + metres), (middle - half, middle + half))
        others = (k for k in range(len(self._whole)) if k != index)
        return any(_meet(place, _turned(self._whole[k], sign)) and self._is_in_the_way(k, index) for k in others)

    def _outline(self, body: SeenBody) -> list[Spot]:
        return [(float(out), float(deep)) for out, deep in footprint(body) @ self._axes.T]

    def _is_free(self, index: int, sign: int, side: float) -> bool:
        """Whether a square of this side, beside the middle of the thing, is plainly seen to be free."""
        outline = _turned(self._whole[index], sign)
        square = _Square(max(out for out, _ in outline), sum(_depths(outline)) / 2, side)
        others = [k for k in range(len(self._whole)) if k != index]
        if any(_meet(square.corners, _turned(self._whole[k], sign)) and self._is_in_the_way(k, index) for k in others):
            return False
        body = self._as_body(square, sign, body_of(self._view, index))
        if not self._is_open(body) or not is_within_frame(self._view, body):
            return False
        pixels, _ = corners_in_picture(self._view, body)
        if any(self._may_hide(k, square, pixels) for k in others):
            return False
        return self._own_share(index, pixels) <= OWN_SHARE

    def _as_body(self, square: _Square, sign: int, beside: SeenBody) -> SeenBody:
        """The square as a flat body on the ground on which another stands."""
        x, y = np.array([sign * (square.near + square.side / 2), square.middle]) @ np.linalg.inv(self._axes).T
        foot = beside.position[2] - beside.size[2] / 2
        heading = math.degrees(math.atan2(self._axes[1, 1], self._axes[1, 0]))
        size = square.side, square.side, FLAT_M
        return SeenBody(position=(float(x), float(y), foot + FLAT_M / 2), size=size, heading=heading)

    def _is_in_the_way(self, k: int, index: int) -> bool:
        """Whether a thing is not over all heads. What the thing itself holds is not beside it."""
        body = body_of(self._view, k)
        return body.position[2] - body.size[2] / 2 < HEAD_M and not is_held_by(self._view, k, index)

    def _is_open(self, square: SeenBody) -> bool:
        """Whether nothing that is no object of the scene can stand there."""
        corners, world = footprint(square), self._view.scene.world
        assert world is not None
        if world.room is not None:
            is_between = world.room.left <= corners[:, 0].min() and corners[:, 0].max() <= world.room.right
            return bool(is_between and corners[:, 1].max() <= world.room.back - FURNISHED_M)
        farthest = max(float(footprint(body_of(self._view, k))[:, 1].max()) for k in range(len(self._whole)))
        return world.plain or bool(corners[:, 1].max() <= farthest)

    def _may_hide(self, k: int, square: _Square, pixels: Array) -> bool:
        """Whether a thing that is not plainly farther away may hide some of a square, of which these are the pixels."""
        if _depths(self._whole[k])[0] >= square.middle + square.side / 2:
            return False
        left, top, width, height = self._view.objects[k].box
        (x0, y0), (x1, y1) = pixels.min(axis=0), pixels.max(axis=0)
        return bool(left < x1 and x0 < left + width and top < y1 and y0 < top + height)

    def _own_share(self, index: int, pixels: Array) -> float:
        """How much of the square's width in the picture the thing's own box is before."""
        x0, x1 = pixels[:, 0].min(), pixels[:, 0].max()
        left, _, width, _ = self._view.objects[index].box
        return float(max(0.0, min(left + width, x1) - max(left, x0)) / (x1 - x0))

    def _sure_outlines(self, index: int, sign: int) -> tuple[list[Spot], list[list[Spot]]]:
        """What a thing, and each other one on the ground, is sure to fill of it."""
        others = (k for k in self._obstacles if k != index)
        return _turned(self._narrow[index], sign), [_turned(self._narrow[k], sign) for k in others]

    def _most_beside(self, index: int, sign: int, side: float) -> float:
        """Metres between the thing and what is in the way of something with this side, at the place along the thing where
        there are most; infinite where nothing is in its way there."""
        own, others = self._sure_outlines(index, sign)
        low, high = _depths(own)
        most = -math.inf
        for step in range(STEPS + 1):
            middle = low + step * (high - low) / STEPS
            most = max(most, _free(own, others, (middle - side / 2, middle + side / 2)))
            if most > side:
                break
        return most


def _corners(out: Spot, deep: Spot) -> list[Spot]:
    """A rectangle from one end to the other outward, and away from the viewer."""
    return [(out[0], deep[0]), (out[0], deep[1]), (out[1], deep[1]), (out[1], deep[0])]


def _depths(outline: Sequence[Spot]) -> tuple[float, float]:
    """Where an outline begins and ends away from the viewer."""
    deep = [each for _, each in outline]
    return min(deep), max(deep)


def _turned(outline: Sequence[Spot], sign: int) -> list[Spot]:
    """The outline with the side that is asked about outward."""
    return [(sign * out, deep) for out, deep in outline]


def _free(own: list[Spot], others: list[list[Spot]], strip: Spot) -> float:
    """Metres from a thing to the next one within a strip away from the viewer."""
    edge = max(_within(own, strip), default=-math.inf)
    found = (_within(other, strip) for other in others)
    return min((min(outs) - edge for outs in found if outs and max(outs) > edge), default=math.inf)


def _within(outline: list[Spot], strip: Spot) -> list[float]:
    """How far out the corners of an outline within a strip are, and where it crosses the strip's borders."""
    found = [out for out, deep in outline if strip[0] <= deep <= strip[1]]
    for (out, deep), (other, end) in pairwise([*outline, outline[0]]):
        for border in strip:
            if min(deep, end) < border < max(deep, end):
                found.append(out + (border - deep) / (end - deep) * (other - out))
    return found


def _meet(one: Sequence[Spot], other: Sequence[Spot]) -> bool:
    """Whether two rectangles have a place in common, by separating axes."""
    for outline in (one, other):
        for (x, y), (next_x, next_y) in pairwise(outline[:3]):
            axis = next_x - x, next_y - y
            first, second = ([axis[0] * a + axis[1] * b for a, b in each] for each in (one, other))
            if max(first) < min(second) or max(second) < min(first):
                return False
    return True
