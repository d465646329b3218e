"""Three-valued judgements of a scene: yes, no, or doubtful.

In: a `Scene`.  Out: a `View` that judges relations between its objects, with margins.
Stricter than truth (`spatial.relations.relation_truth`): what a person might judge otherwise is doubtful and not asked.
A factor above 1 widens every margin: what is certain then is certain without it, with the same answer.
"""

import math
from dataclasses import dataclass
from functools import cached_property

from schemas.events import Scene, SeenObject
from schemas.graph import Box
from spatial.questions.visible_depth import DepthCues
from spatial.relations.predicate_table import BANDS
from spatial.relations.relation_truth import depth_reach, distance, holds

MIN_SHARE = 20
"""Centres must differ by a twentieth (5 %) of the canvas before a direction between them is asked."""

MIN_SIDE = 16
"""Pixels of the shorter side of an object before anything is asked of it: a smaller one is a speck."""

MIN_VISIBLE = 0.35
"""Share of an object that must be seen before anything is asked of it; below, it still makes references ambiguous."""

PLACE_MARGIN = 0.04
"""Least distance of a centre from the lines between thirds, share of the canvas."""

GAP_MARGIN = 0.05
"""Share of the canvas' diagonal by which two gaps must differ before one is called closer."""

GAP_RATIO = 1.25
"""The larger gap is at least this multiple of the smaller: for distant objects a share alone is not enough."""

DEPTH_SHARE = 0.1
"""Share of the scene's depth range by which two depths must differ."""

DIRECTIONS = {"left_of": (0, 1), "right_of": (0, -1), "above": (1, 1), "below": (1, -1)}
"""Axis of the centres, and the sign of (object's centre − subject's centre) for which the direction holds."""

INVERSE_CONTACT = {"on": "supports", "inside": "contains", "under": "over"}


@dataclass(frozen=True)
class Judgement:
    """A judgement. `value` None is doubtful; `margin` is how far the judgement is from the opposite."""

    value: bool | None
    margin: float = 0.0


DOUBTFUL = Judgement(None)


def gap(a: Box, b: Box) -> float:
    """Pixels between the nearest points of two boxes."""
    dx = max(0, b[0] - a[0] - a[2], a[0] - b[0] - b[2])
    dy = max(0, b[1] - a[1] - a[3], a[1] - b[1] - b[3])
    return math.hypot(dx, dy)


def centre_distance(a: Box, b: Box) -> float:
    """Pixels between the centres of two boxes."""
    return math.hypot(2 * a[0] + a[2] - 2 * b[0] - b[2], 2 * a[1] + a[3] - 2 * b[1] - b[3]) / 2


def is_clear(thing: SeenObject) -> bool:
    """Whether a question may rest on the object: enough of it is seen, and it is no speck."""
    return thing.visible >= MIN_VISIBLE and min(thing.box[2:]) >= MIN_SIDE


class View:
    """A scene whose objects are addressed by position in `objects`, not by id. `strictness` is a factor on all margins.

    `between`: what was judged of a middle one and two others (`between_facts`).
    """

    def __init__(self, scene: Scene, strictness: float = 1.0) -> None:
        self.scene = scene
        self.strictness = strictness
        self.objects: tuple[SeenObject, ...] = scene.objects
        self.clear = tuple(i for i, o in enumerate(scene.objects) if is_clear(o))
        self._relations: dict[tuple[int, str, int], Judgement] = {}
        self._spans: dict[tuple[int, int], tuple[float, float, float]] = {}
        self._closer: dict[tuple[int, int, int], Judgement] = {}
        self.between: dict[tuple[int, int, int], Judgement] = {}

    @cached_property
    def drawn(self) -> frozenset[tuple[int, str, int]]:
        """The drawn relations between two objects, by id."""
        return frozenset(
            (r.subject, r.predicate, r.object) for r in self.scene.relations if r.drawn and r.object is not None
        )

    @cached_property
    def _depth_cues(self) -> DepthCues:
        return DepthCues(self.scene, self.drawn, self.strictness)

    @cached_property
    def _depth_range(self) -> float:
        depths = [o.depth for o in self.objects]
        return max(depths) - min(depths) if depths else 0.0

    def relation(self, i: int, predicate: str, j: int) -> Judgement:
        """Whether object i stands in the relation to object j."""
        found = self._relations.get((i, predicate, j))
        if found is None:
            rule = self._direction if predicate in DIRECTIONS else self._depth
            rule = self._contact if predicate in INVERSE_CONTACT else rule
            found = self._relations[i, predicate, j] = rule(i, predicate, j)
        return found

    def _direction(self, i: int, predicate: str, j: int) -> Judgement:
        """Centres differ enough, and neither lies inside the other's extent; margin as a share of the canvas."""
        axis, sign = DIRECTIONS[predicate]
        a, b = self.objects[i].box, self.objects[j].box
        (a0, a1), (b0, b1) = (a[axis], a[axis] + a[axis + 2]), (b[axis], b[axis] + b[axis + 2])
        twice = (b0 + b1) - (a0 + a1)  # twice the difference of the centres, a whole number
        size = self.scene.canvas[axis]
        if (
            abs(twice) * MIN_SHARE < 2 * size * self.strictness
            or 2 * b0 <= a0 + a1 <= 2 * b1
            or 2 * a0 <= b0 + b1 <= 2 * a1
        ):
            return DOUBTFUL
        return Judgement(twice * sign > 0, abs(twice) / (2 * size))

    def _contact(self, i: int, predicate: str, j: int) -> Judgement:
        """Yes if the renderer drew it and the boxes agree, no if neither supports it; else doubtful."""
        a, b = self.objects[i], self.objects[j]
        drawn = (a.id, predicate, b.id) in self.drawn or (b.id, INVERSE_CONTACT[predicate], a.id) in self.drawn
        true = holds(predicate, a.box, b.box, self.scene.canvas)
        return Judgement(drawn, 1.0) if drawn == true else DOUBTFUL

    def _depth(self, i: int, predicate: str, j: int) -> Judgement:
        """By depth order, with a margin as a share of the scene's depth range."""
        nearer = self.objects[j].depth - self.objects[i].depth
        if nearer == 0 or abs(nearer) < DEPTH_SHARE * self._depth_range * self.strictness:
            return DOUBTFUL
        near, far = (i, j) if nearer > 0 else (j, i)
        if not self._depth_cues.show(self.objects[near], self.objects[far]):
            return DOUBTFUL
        return Judgement((nearer > 0) == (predicate == "in_front_of"), abs(nearer) / self._depth_range)

    def place(self, i: int, place: str) -> Judgement:
        """Whether the centre lies in these thirds of the canvas."""
        box, verdict, margin = self.objects[i].box, True, 1.0
        for axis, band in enumerate(BANDS[place]):
            if band is None:
                continue
            share = (box[axis] + box[axis + 2] / 2) / self.scene.canvas[axis]
            off = min(abs(share - 1 / 3), abs(share - 2 / 3))
            if off < PLACE_MARGIN * self.strictness:
                return DOUBTFUL
            verdict = verdict and int(share > 1 / 3) + int(share > 2 / 3) == band
            margin = min(margin, off)
        return Judgement(verdict, margin)

    def spans(self, i: int, j: int) -> tuple[float, float, float]:
        """Between two objects: the gap in pixels, the gap in units of their size, and that of the centres in pixels."""
        found = self._spans.get((i, j))
        if found is None:
            a, b = self.objects[i].box, self.objects[j].box
            solid = min(*a[2:], *b[2:]) > 0  # boxes without an area have no size to measure in
            found = (gap(a, b), distance(a, b) if solid else math.inf, centre_distance(a, b))
            self._spans[i, j] = self._spans[j, i] = found
        return found

    def closer(self, i: int, j: int, anchor: int) -> Judgement:
        """Whether i is closer to the anchor than j: gap, gap in units of size and centres agree, depths allow it."""
        found = self._closer.get((i, j, anchor))
        if found is None:
            found = self._compare(self.spans(i, anchor), self.spans(j, anchor))
            if found.value is not None and self._is_deeper(*((i, j) if found.value else (j, i)), anchor):
                found = DOUBTFUL
            self._closer[i, j, anchor] = found
        return found

    def _is_deeper(self, closer: int, other: int, anchor: int) -> bool:
        """Whether what looks closer to the anchor is clearly farther from it in depth."""
        base = self.objects[anchor].depth
        apart = [abs(self.objects[k].depth - base) for k in (closer, other)]
        return apart[0] > apart[1] + depth_reach(self._depth_range)

    def _compare(self, a: tuple[float, float, float], b: tuple[float, float, float]) -> Judgement:
        margin = abs(a[0] - b[0]) / math.hypot(*self.scene.canvas)
        ratio = 1 + (GAP_RATIO - 1) * self.strictness
        if margin < GAP_MARGIN * self.strictness or max(a[0], b[0]) < ratio * min(a[0], b[0]):
            return DOUBTFUL
        opinions = {x < y for x, y in zip(a, b, strict=True)}
        return Judgement(opinions.pop(), margin) if len(opinions) == 1 else DOUBTFUL

    def nearest(self, anchor: int, among: tuple[int, ...]) -> tuple[int, float] | None:
        """The object that is closer to the anchor than all others, with the least margin; None if doubtful."""
        if len(among) < 2:
            return None
        best = min(among, key=lambda k: self.spans(k, anchor)[0])
        judgements = [self.closer(best, k, anchor) for k in among if k != best]
        return (best, min(s.margin for s in judgements)) if all(s.value for s in judgements) else None

    def outermost(self, extreme: str, among: tuple[int, ...]) -> tuple[int, float] | None:
        """The object that lies beyond all others by centre and by edge, with the least margin; None if doubtful."""
        predicate = {"leftmost": "left_of", "rightmost": "right_of", "highest": "above", "lowest": "below"}[extreme]
        axis, sign = DIRECTIONS[predicate]

        def reach(k: int) -> int:
            box = self.objects[k].box
            return box[axis] if sign > 0 else -(box[axis] + box[axis + 2])

        if not among:
            return None
        best = min(among, key=reach)
        judgements = [self.relation(best, predicate, k) for k in among if k != best]
        if not all(s.value for s in judgements):
            return None
        return best, min((s.margin for s in judgements), default=1.0)
