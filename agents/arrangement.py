"""An imagined arrangement of a cast, from which relations are read so that they cannot contradict each other.

In: a cast and a random generator.  Out: a place from left to right, a height and a depth for every member.
Has no boxes: the solver makes those.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal

from agents.object_selection import Cast
from schemas.graph import Relation

Level = Literal["ground", "water", "high", "free"]

AMONG = 0.03
"""How far from its carrier's middle a carried thing is imagined, in shares of the picture."""

OVERHEAD = 0.4
"""Probability that what hangs or flies is imagined right over something on the ground."""

ASHORE = 0.5
"""Where there are land and water, the land is imagined nearer than this depth, the water farther."""

CLEAR = 0.1
"""Difference of depth from which one thing is said to be in front of another."""


@dataclass(frozen=True)
class Spot:
    """Where a member is imagined: `x` from 0 (left), `y` from 0 (top), `depth` from 0 (near), all to 1.

    `carrier`: the member that carries it.  `over`: the member on the ground that it hangs or flies right above.
    """

    x: float
    y: float
    depth: float
    level: Level
    carrier: int | None = None
    over: int | None = None


Spots = Sequence[Spot]


def arrange(cast: Cast, rng: Random) -> tuple[Spot, ...]:
    """A random arrangement: those that stand by themselves side by side, what they carry on them."""
    free = [i for i, m in enumerate(cast.members) if m.carrier is None]
    places = [(k + 0.5) / len(free) for k in range(len(free))]
    rng.shuffle(places)
    x_of = dict(zip(free, places, strict=True))
    ground = [i for i in free if level(cast, i) in ("ground", "water")]
    found: dict[int, Spot] = {}
    for i in free:
        kind = level(cast, i)
        if kind == "high" and ground and rng.random() < OVERHEAD:
            below = rng.choice(ground)
            found[i] = Spot(x_of[below], rng.random(), 1.0, kind, None, below)
        else:
            found[i] = Spot(x_of[i], rng.random(), _depth(cast, kind, rng), kind)
    for i in range(len(cast.members)):
        _stand(cast, i, found, rng)
    return tuple(found[i] for i in range(len(cast.members)))


def _depth(cast: Cast, kind: Level, rng: Random) -> float:
    if cast.stock.kind.backdrop != "harbour":
        return rng.random()
    return rng.uniform(ASHORE + CLEAR, 1.0) if kind == "water" else rng.uniform(0.0, ASHORE)


def _stand(cast: Cast, i: int, found: dict[int, Spot], rng: Random) -> None:
    """Imagine member `i` on its carrier, and the carrier before it."""
    carrier = cast.members[i].carrier
    if i in found or carrier is None:
        return
    _stand(cast, carrier, found, rng)
    base = found[carrier]
    found[i] = Spot(base.x + rng.uniform(-AMONG, AMONG), base.y, base.depth, base.level, carrier)


def level(cast: Cast, i: int) -> Level:
    """Where a member that nothing carries belongs: on the ground, on the water, above both, anywhere in the water."""
    rest = cast.members[i].rest
    if rest in ("wall", "ceiling", "air"):
        return "high"
    if rest == "water":
        return "free" if cast.stock.kind.backdrop == "underwater" else "water"
    return "ground"


def rooted(spots: Spots, i: int) -> bool:
    """Whether nothing carries it."""
    return spots[i].carrier is None


def carries(spots: Spots, a: int, b: int) -> bool:
    """Whether `a` carries `b`, directly or through others."""
    below = spots[b].carrier
    return below is not None and (below == a or carries(spots, a, below))


def agrees(spots: Spots, relation: Relation) -> bool:
    """Whether an arrangement fits a relation, as far as it tells."""
    if relation.object is None:
        return True
    a, b = spots[relation.subject], spots[relation.object]
    match relation.predicate:
        case "left_of":
            return a.x < b.x
        case "right_of":
            return a.x > b.x
        case "in_front_of":
            return a.depth + CLEAR < b.depth
        case "behind":
            return a.depth > b.depth + CLEAR
    return True
