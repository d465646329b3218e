"""Where every object of a graph belongs in the picture: its support, its container, and the order of painting.

In: a graph and the facts about its categories.  Out: places in painter's order.  Draws nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from gpu_workers.collage.backdrop_context import Foot, Ground
from gpu_workers.collage.backdrops.backdrop_table import AFLOAT, INDOORS
from gpu_workers.collage.containers import HOLDERS, Holder, placed_together
from gpu_workers.collage.furniture.furniture_table import FLAT
from schemas.graph import Box, SpatialGraph
from schemas.predicate_names import ends
from spatial.knowledge.categories import Category, SceneKind
from spatial.relations.predicate_table import CHAINED

Side = Literal["left", "right"]

CEILING_SHARE = 0.05
"""An object whose top is within this share of the height below the upper edge can hang from the ceiling."""

DEPTH_STEP = 1e-6
"""Difference between the painting depths of an object and of its support."""


@dataclass(frozen=True)
class Place:
    """An object in the picture. `box` is where it is drawn; `carrier` (below it) and `holder` (around it) are ids.

    `leans`: the side of its upper end, if it leans on something.
    """

    id: int
    category: Category
    attributes: tuple[str, ...]
    box: Box
    depth: float
    paint_depth: float
    ground: Ground
    carrier: int | None
    holder: int | None
    leans: Side | None = None

    @property
    def as_holder(self) -> Holder | None:
        """How objects inside this one are shown; None if it is no container."""
        return HOLDERS.get(self.category.name)

    @property
    def foot(self) -> Foot:
        """Where it meets the ground."""
        x, y, w, h = self.box
        return Foot(self.ground, x, x + w, y, y + h, self.category.name, self.category.place)


def support_links(graph: SpatialGraph, carried: str, carries: str) -> dict[int, int]:
    """The support (or container) of each object that has one, by id: the first relation of each counts."""
    found: dict[int, int] = {}
    for relation in graph.relations:
        if relation.object is None:
            continue
        if relation.predicate == carried or CHAINED.get(relation.predicate) == carried:
            for upper, lower in pairwise(ends(relation)):
                found.setdefault(upper, lower)
        elif relation.predicate == carries:
            found.setdefault(relation.object, relation.subject)
    return found


def place_objects(graph: SpatialGraph, kind: SceneKind, known: Mapping[str, Category]) -> list[Place]:
    """Every object's place, farthest first, supports and containers before what they carry or hold."""
    carriers, holders = support_links(graph, "on", "supports"), support_links(graph, "inside", "contains")
    boxes = list(graph.layout.boxes)
    for outer in dict.fromkeys(holders.values()):
        style, held = HOLDERS.get(graph.objects[outer].category), [inner for inner in holders if holders[inner] == outer]
        if style:
            placed = placed_together(style, boxes[outer], [boxes[inner] for inner in held])
            boxes = [dict(zip(held, placed, strict=True)).get(i, box) for i, box in enumerate(boxes)]
    props = support_links(graph, "leaning_on", "props_up")
    depths = paint_depths(graph, {**carriers, **holders, **props})
    found = []
    for thing in graph.objects:
        category = known[thing.category]
        carrier, holder = carriers.get(thing.id), holders.get(thing.id)
        ground: Ground = (
            "surface" if carrier is not None else ground_of(category, boxes[thing.id], kind, graph.layout.canvas)
        )
        found.append(
            Place(
                thing.id, category, thing.attributes, boxes[thing.id], graph.layout.depth[thing.id], depths[thing.id],
                ground, carrier, holder, _side(thing.id, props, boxes),
            )
        )  # fmt: skip
    return sorted(found, key=lambda place: (-place.paint_depth, place.id))


def _side(number: int, props: Mapping[int, int], boxes: Sequence[Box]) -> Side | None:
    """The side towards the middle of what props an object up; None where nothing does."""
    if number not in props:
        return None
    (x, _, w, _), (left, _, width, _) = boxes[number], boxes[props[number]]
    return "right" if 2 * x + w <= 2 * left + width else "left"


def paint_depths(graph: SpatialGraph, rests: Mapping[int, int]) -> list[float]:
    """Depths for painting: objects flat on the floor first, and nothing behind its support."""
    flat = {thing.id for thing in graph.objects if thing.category in FLAT and thing.id not in rests}
    farthest = max(graph.layout.depth) + 1
    result = [farthest + d if i in flat else d for i, d in enumerate(graph.layout.depth)]
    for _ in graph.objects:  # a chain has at most this length, and the bound also ends a cycle
        for upper, lower in rests.items():
            if lower not in flat:
                result[upper] = min(result[upper], result[lower] - DEPTH_STEP)
    return result


def ground_of(category: Category, box: Box, kind: SceneKind, canvas: tuple[int, int]) -> Ground:
    """The ground of an object without a carrier: the first of its category's `rests_on` that its box allows."""
    bottom, line = box[1] + box[3], kind.horizon * canvas[1]
    allowed: dict[str, bool] = {
        "floor": bottom > line and kind.backdrop != "sky",
        "surface": bottom > line and kind.backdrop != "sky",
        "water": kind.backdrop == "underwater" or bottom > line,
        "wall": kind.backdrop in INDOORS and bottom <= line + 4,
        "ceiling": box[1] <= CEILING_SHARE * canvas[1],
        "air": bottom <= line + 4 or kind.backdrop in ("sky", "underwater"),
    }
    possible = [ground for ground in category.rests_on if allowed[ground]]
    if kind.backdrop not in AFLOAT and "floor" in possible:
        return "floor"
    if possible:
        return "floor" if possible[0] == "surface" else possible[0]
    if kind.backdrop == "underwater":
        return "water"
    return "floor" if bottom > line and kind.backdrop != "sky" else "air"
