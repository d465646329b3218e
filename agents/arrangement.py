"""A rough random arrangement of the selected objects: relations chosen from it cannot contradict each other.

In: a selection and a random generator.  Out: a horizontal position, a height and a depth for every member.
Makes no boxes: the solver does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal

from agents.object_selection import Selection
from schemas.graph import Relation
from schemas.predicate_names import BORDERS
from spatial.layout.perspective.ground_bands import ROADS
from spatial.layout.perspective.ground_plane import ROOMS
from spatial.relations.relation_truth import members

Level = Literal["ground", "water", "high", "free", "leaning"]

AMONG = 0.03
"""Largest horizontal distance of a carried object from its carrier's middle, share of the picture."""

OVERHEAD = 0.4
"""Probability that an object which hangs or flies is right above one on the ground."""

ASHORE = 0.5
"""Where there are land and water, the land is nearer than this depth, the water farther; so are a road and its side."""

AT_THE_BACK, ON_THE_FLOOR = (0.92, 1.0), (0.0, 0.25)
"""In a room: the depths of what has its back to the wall, and of what lies flat before it."""

CLEAR = 0.1
"""Least difference of depth for in_front_of and behind."""


@dataclass(frozen=True)
class Spot:
    """The position of a member: `x` from 0 (left), `y` from 0 (top), `depth` from 0 (near), all to 1.

    `carrier`: the member that carries it, or on which it leans.  `over`: the member on the ground that it hangs or flies
    right above.
    """

    x: float
    y: float
    depth: float
    level: Level
    carrier: int | None = None
    over: int | None = None


Spots = Sequence[Spot]


def arrange(selection: Selection, rng: Random) -> tuple[Spot, ...]:
    """A random arrangement: members without a carrier side by side, carried ones on their carriers."""
    free = [i for i, m in enumerate(selection.members) if m.carrier is None and m.prop is None]
    places = [(k + 0.5) / len(free) for k in range(len(free))]
    rng.shuffle(places)
    x_of = dict(zip(free, places, strict=True))
    ground = [i for i in free if level(selection, i) in ("ground", "water")]
    found: dict[int, Spot] = {}
    for i in free:
        kind = level(selection, i)
        if kind == "high" and ground and rng.random() < OVERHEAD:
            below = rng.choice(ground)
            found[i] = Spot(x_of[below], rng.random(), 1.0, kind, None, below)
        else:
            found[i] = Spot(x_of[i], rng.random(), rng.uniform(*_depths(selection, i, kind)), kind)
    for i in range(len(selection.members)):
        _place_on_carrier(selection, i, found, rng)
    return tuple(found[i] for i in range(len(selection.members)))


def _depths(selection: Selection, i: int, kind: Level) -> tuple[float, float]:
    """The depths that a member without a carrier may have: those of the part of the ground where it belongs."""
    scene, place = selection.inventory.kind, selection.members[i].category.place
    if scene.backdrop == "harbour":
        return (ASHORE + CLEAR, 1.0) if kind == "water" else (0.0, ASHORE)
    if scene.backdrop in ROOMS and place in ("back", "flat"):
        return AT_THE_BACK if place == "back" else ON_THE_FLOOR
    if kind == "ground" and any(word in scene.elements for word in ROADS):
        return (0.0, ASHORE) if place == "road" else (ASHORE + CLEAR, 1.0)
    return 0.0, 1.0


def _place_on_carrier(selection: Selection, i: int, found: dict[int, Spot], rng: Random) -> None:
    """Place member `i` on its carrier or at its prop, after that itself."""
    member = selection.members[i]
    carrier = member.prop if member.carrier is None else member.carrier
    if i in found or carrier is None:
        return
    _place_on_carrier(selection, carrier, found, rng)
    base = found[carrier]
    kind: Level = base.level if member.prop is None else "leaning"
    found[i] = Spot(base.x + rng.uniform(-AMONG, AMONG), base.y, base.depth, kind, carrier)


def level(selection: Selection, i: int) -> Level:
    """Where a member without a carrier belongs: on the ground, on the water, above both, or anywhere in the water."""
    rest = selection.members[i].rest
    if rest in ("wall", "ceiling", "air"):
        return "high"
    if rest == "water":
        return "free" if selection.inventory.kind.backdrop == "underwater" else "water"
    return "ground"


def is_free(spots: Spots, i: int) -> bool:
    """Whether nothing carries it."""
    return spots[i].carrier is None


def carries(spots: Spots, a: int, b: int) -> bool:
    """Whether `a` carries `b`, directly or through others."""
    below = spots[b].carrier
    return below is not None and (below == a or carries(spots, a, below))


def agrees(spots: Spots, relation: Relation) -> bool:
    """Whether a relation holds in an arrangement; True for predicates that it does not determine."""
    if relation.object is None:
        side = [spot.x for spot in spots if spot.carrier is None]
        return relation.predicate not in BORDERS or spots[relation.subject].x in (min(side), max(side))
    a, b = spots[relation.subject], spots[relation.object]
    group = [spots[i].x for i in members(relation)]
    determined = {
        "left_of": a.x < b.x,
        "right_of": a.x > b.x,
        "in_front_of": a.depth + CLEAR < b.depth,
        "behind": a.depth > b.depth + CLEAR,
        "between": min(group) < a.x < max(group),
    }
    return determined.get(relation.predicate, True)
