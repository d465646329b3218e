"""Finds places for all things of a scene at once: carriers first, the hardest next, back a step where nothing fits.

In: things, facts between them, a view.  Out: a place for each, or None.
Exact where it matters: a place is kept only if the rules of `spatial.relations` hold for what the camera sees there, with
a margin; solids keep apart in space; nothing hides more of another than a viewer can do without.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

import numpy as np

from schemas.graph import Relation
from schemas.predicate_names import ends
from schemas.world import Where
from spatial.relations.group_geometry import GROUP_TRUTH
from spatial.relations.predicate_table import ORIENTED
from spatial.relations.relation_truth import NEARNESS, apart_in_depth, depth_reach, members, relate, relation_holds
from spatial.relations.relation_truth import places as place_margins
from spatial.world.candidate_sampling import (
    EDGE_PX,
    BodySpec,
    Candidates,
    Carrier,
    from_ceiling,
    in_air,
    on_carrier,
    on_floor,
    on_wall,
)
from spatial.world.footprints import Array, Flags, meet
from spatial.world.leaning import leaning
from spatial.world.views.viewpoints import View, to_boxes

CANDIDATES = 160
"""Random places of a thing that stands, hangs or flies."""

MOST_TRIED = 14
"""Places of one thing that are tried before the search goes back a step."""

MOST_JUDGED = 60
"""Places of one thing, of those with room, of which all relations are judged."""

MOST_STEPS = 25
"""Places tried in all before the search gives up."""

GAP_M = 0.03
"""Least distance of two things that do not touch."""

HIDDEN = 0.4
"""Largest share of a thing's box that one other may cover."""

LEAST_MARGIN = 0.015
"""By how much a relation must hold: a share of the canvas, or units of distance."""

LEAST_DEPTH_M = 0.2
"""By how much a thing in front of another must be nearer."""

LEAST_PLACE = 0.04
"""By how much a centre must be within its third of the picture, a share of the canvas: what is seen may lie beside it."""

CARRYING = ("on", "supports", "inside", "contains")

LEANING = ("leaning_on", "props_up")

SLIM = 0.74
"""What a body covers of its box at least, across and down: a round one leaves its corners free."""

SIDES = {
    "left_of": (0, -1),
    "right_of": (0, 1),
    "above": (1, -1),
    "below": (1, 1),
    "in_front_of": (2, -1),
    "behind": (2, 1),
}
"""Of the middle of a box across (0) or down (1), or of depth (2): where the subject is less (-1) or more (1)."""

SAMPLERS = {
    "floor": on_floor, "surface": on_floor, "water": on_floor, "wall": on_wall, "ceiling": from_ceiling, "air": in_air,
}  # fmt: skip
"""By what a category rests on. A surface without a carrier is the top of the table that the scene shows; water is the
ground where things float."""


@dataclass(frozen=True)
class Support:
    """How a thing is held: by which other thing (None: by none), inside it or on it, and where it may rest otherwise.

    `leans`: it is tilted, on the thing `prop` or where that is None on a wall.
    """

    carrier: int | None
    hollow: bool
    rests: tuple[str, ...]
    leans: bool = False
    prop: int | None = None


@dataclass(frozen=True, eq=False)
class Placement:
    """The place of one thing."""

    where: Where
    position: Array
    heading: float
    corners: Array
    box: tuple[float, float, float, float]
    depth: float
    attributes: tuple[str, ...] | None = None
    rotation: Array | None = None


@dataclass(frozen=True)
class PlacementTask:
    """What is to be placed: things, how each is held, the relations between them, and their attributes."""

    things: Sequence[BodySpec]
    supports: Sequence[Support]
    relations: Sequence[Relation]
    attributes: Sequence[tuple[str, ...]]


class WorldSearch:
    """One search in one view."""

    def __init__(self, task: PlacementTask, view: View, rng: Random) -> None:
        self._task, self._view, self._rng = task, view, rng
        self._steps = 0
        self._relations_of = [[r for r in task.relations if i in ends(r)] for i in range(len(task.things))]
        self._order = self._placing_order()

    def run(self) -> list[Placement] | None:
        """A place for every thing, in the order of the things."""
        placed: dict[int, Placement] = {}
        if not self._place(0, placed):
            return None
        return [placed[i] for i in range(len(self._task.things))]

    def holds(self, placements: Sequence[Placement]) -> bool:
        """Whether every relation holds of these places, and all of them are in the picture and large enough."""
        known = dict(enumerate(placements))
        edges = np.array([one.box for one in placements])
        edges[:, 2:] += edges[:, :2]
        inside = edges[:, :2].min() >= EDGE_PX and edges[:, 2:].max() <= self._view.side - EDGE_PX
        return bool(inside) and all(self._holds(relation, known) for relation in self._task.relations)

    def _placing_order(self) -> list[int]:
        """Carriers before what they carry, else large things with many relations first."""
        waiting, order = set(range(len(self._task.things))), list[int]()
        while waiting:
            ready = [i for i in waiting if not self._needs(i) & (waiting - {i})]
            ready = ready or sorted(waiting)
            best = max(ready, key=lambda i: (self._task.things[i].kind.volume * (1 + len(self._relations_of[i])), -i))
            order.append(best)
            waiting.remove(best)
        return order

    def _needs(self, i: int) -> set[int | None]:
        return {self._task.supports[i].carrier, self._task.supports[i].prop}

    def _place(self, number: int, placed: dict[int, Placement]) -> bool:
        if number == len(self._order):
            return True
        i = self._order[number]
        for chosen in self._candidates(i, placed):
            if self._steps >= MOST_STEPS:
                return False
            self._steps += 1
            placed[i] = chosen
            if self._place(number + 1, placed):
                return True
            del placed[i]
        return False

    def _candidates(self, i: int, placed: dict[int, Placement]) -> list[Placement]:
        found: list[Placement] = []
        for candidates in self._sample(i, placed):
            fits = self._fits(i, candidates, placed)
            order = [int(k) for k in np.flatnonzero(fits)]
            self._rng.shuffle(order)
            for k in order[:MOST_JUDGED]:
                chosen = self._placement(i, candidates, k)
                if self._is_true(i, chosen, placed):
                    found.append(chosen)
                if len(found) >= MOST_TRIED:
                    return found
        return found

    def _sample(self, i: int, placed: dict[int, Placement]) -> list[Candidates]:
        thing, support = self._task.things[i], self._task.supports[i]
        if support.carrier is not None:
            return [on_carrier(self._view, thing, self._carrier(support.carrier, placed), support.hollow, self._rng)]
        if support.leans:
            prop = None if support.prop is None else self._carrier(support.prop, placed)
            return [leaning(self._view, thing, prop, self._rng)]
        return [SAMPLERS[rest](self._view, thing, CANDIDATES, self._rng) for rest in support.rests if rest in SAMPLERS]

    def _carrier(self, i: int, placed: dict[int, Placement]) -> Carrier:
        thing, there = self._task.things[i], placed[i]
        return Carrier(thing.kind, thing.form, thing.size, there.position, there.heading)

    def _placement(self, i: int, candidates: Candidates, k: int) -> Placement:
        left, top, right, bottom = (float(value) for value in candidates.box[k])
        box = (left, top, right - left, bottom - top)
        heading, depth = float(candidates.heading[k]), float(candidates.depth[k])
        words, turned = self._task.attributes[i], None if candidates.rotation is None else candidates.rotation[k]
        return Placement(
            candidates.where, candidates.position[k], heading, candidates.corners[k], box, depth, words, turned
        )

    def _fits(self, i: int, candidates: Candidates, placed: dict[int, Placement]) -> Flags:
        """Which places neither meet what stands there nor hide too much of it or too much of themselves."""
        fits: Flags = np.ones(len(candidates), bool)
        for j, other in placed.items():
            if self._carries(j, i):
                continue
            if not self._leans_on(i, j):
                fits &= ~meet(candidates.corners, other.corners, 0.0 if self._may_touch(i, j) else GAP_M)
            fits &= ~_hides(candidates, other)
        for relation in self._relations_of[i]:
            fits &= self._may_hold(i, relation, candidates, placed)
        return fits

    def _may_hold(self, i: int, relation: Relation, candidates: Candidates, placed: dict[int, Placement]) -> Flags:
        """Which places are on the right side of what stands already, as far as that is quickly said of all at once."""
        other = relation.object if relation.subject == i else relation.subject
        if other not in placed or relation.predicate not in SIDES:
            return np.ones(len(candidates), bool)
        measure, sign = SIDES[relation.predicate]
        there = placed[other]
        middle = (there.box[0] + there.box[2] / 2, there.box[1] + there.box[3] / 2, there.depth)[measure]
        box, depth = candidates.box, candidates.depth
        own = (box[:, 0] + box[:, 2], box[:, 1] + box[:, 3], 2 * depth)[measure] / 2
        found: Flags = (own - middle) * (sign if relation.subject == i else -sign) > 0
        return found

    def _carries(self, a: int, b: int) -> bool:
        below = self._task.supports[b].carrier
        return below is not None and (below == a or self._carries(a, below))

    def _leans_on(self, a: int, b: int) -> bool:
        return self._task.supports[a].prop == b

    def _may_touch(self, i: int, j: int) -> bool:
        return any(r.predicate == "touching" and {i, j} <= set(ends(r)) for r in self._relations_of[i])

    def _is_true(self, i: int, chosen: Placement, placed: dict[int, Placement]) -> bool:
        known = {**placed, i: chosen}
        return all(self._holds(one, known) for one in self._relations_of[i] if set(ends(one)) <= known.keys())

    def _holds(self, relation: Relation, known: dict[int, Placement]) -> bool:
        """Whether a relation holds of what bounds the bodies, and of the least that may be seen of them."""
        if not self._holds_of(relation, known):
            return False
        if relation.predicate in (*CARRYING, *LEANING):
            return True
        slim = {i: replace(known[i], box=_slimmed(known[i].box)) for i in ends(relation)}
        return self._holds_of(relation, slim)

    def _holds_of(self, relation: Relation, known: dict[int, Placement]) -> bool:
        canvas = (self._view.side, self._view.side)
        if not relation_holds(relation, known, canvas):
            return False
        if relation.predicate in GROUP_TRUTH:
            return not any(self._is_apart(relation, known, i) for i in members(relation))
        if relation.object is None:
            margin = place_margins(known[relation.subject].box, canvas).get(relation.predicate, 1.0)
            return margin >= LEAST_PLACE
        if relation.predicate in ORIENTED:
            return True
        a, b = known[relation.subject], known[relation.object]
        margins = relate(a.box, b.box, canvas, a.depth, b.depth)
        least = LEAST_DEPTH_M if relation.predicate in ("in_front_of", "behind") else LEAST_MARGIN
        least = 0.0 if relation.predicate in CARRYING else least
        return margins.get(relation.predicate, -1.0) >= least and not self._is_apart(relation, known, relation.object)

    def _is_apart(self, relation: Relation, known: dict[int, Placement], other: int) -> bool:
        """Whether what must be together in depth is not."""
        if relation.predicate not in NEARNESS and relation.predicate not in GROUP_TRUTH:
            return False
        a = relation.subject
        if self._carries(a, other) or self._carries(other, a):
            return False
        if self._leans_on(a, other) or self._leans_on(other, a):
            depths = [one.depth for one in known.values()]
            return apart_in_depth(known[a].depth, known[other].depth, depth_reach(max(depths) - min(depths)))
        return apart_in_depth(known[a].depth, known[other].depth)


def seen_from(view: View, placements: Sequence[Placement]) -> list[Placement]:
    """The same places as another view's camera sees them."""
    boxes, _ = to_boxes(view.camera, np.stack([one.corners for one in placements]))
    found = []
    for one, (left, top, right, bottom) in zip(placements, boxes.tolist(), strict=True):
        depth = float(view.camera.to_camera(one.position[None])[0, 2])
        found.append(replace(one, box=(left, top, right - left, bottom - top), depth=depth))
    return found


def _slimmed(box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    left, top, width, height = box
    return left + width * (1 - SLIM) / 2, top + height * (1 - SLIM) / 2, width * SLIM, height * SLIM


def _hides(candidates: Candidates, other: Placement) -> Flags:
    """Which places hide too much of another thing, or are hidden by it too much."""
    left, top, width, height = other.box
    across = np.minimum(candidates.box[:, 2], left + width) - np.maximum(candidates.box[:, 0], left)
    down = np.minimum(candidates.box[:, 3], top + height) - np.maximum(candidates.box[:, 1], top)
    common = np.clip(across, 0, None) * np.clip(down, 0, None)
    own = (candidates.box[:, 2] - candidates.box[:, 0]) * (candidates.box[:, 3] - candidates.box[:, 1])
    behind = np.where(candidates.depth > other.depth, own, width * height)
    found: Flags = common > HIDDEN * behind
    return found
