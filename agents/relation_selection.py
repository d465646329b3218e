"""Reads relations off an imagined arrangement: sensible ones, in the mix that was asked for.

In: spots, weights of relation families, a random generator.  Out: relations.
Does not choose things, and does not state what would make a thing float: above and below only between what hangs,
flies or swims and what does not stand on it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from agents.arrangement import CLEAR, Spots, carries, rooted
from agents.object_selection import Cast
from schemas.graph import Relation
from spatial.relations.predicate_table import inverse

DEFAULT_MIX: Mapping[str, float] = {
    "direction": 1.0,
    "depth": 0.5,
    "support": 0.8,
    "containment": 0.35,
    "distance": 0.7,
    "place": 0.15,
}
"""Weights of the families where the seed gives none: directions teach most, depth and containment are subtler."""

TURNED = 0.35
"""Probability that a relation is stated the other way round (b right of a for a left of b)."""

SECOND = 0.3
"""Probability that a pair that is related already may get a relation of another family."""

TRIES_A_RELATION = 12
"""Random pairs looked at for one relation before it is given up."""

FAR_APART = 2
"""Things between which at least so many places lie may be called far from each other."""

Pair = tuple[int, int]


@dataclass
class Reading:
    """What has been stated so far, and what may be."""

    spots: Spots
    mix: Mapping[str, float]
    relations: list[Relation] = field(default_factory=list)
    families: dict[Pair, set[str]] = field(default_factory=dict)
    placed: set[int] = field(default_factory=set)

    def state(self, family: str, subject: int, predicate: str, object_: int | None) -> None:
        """Note one relation."""
        self.relations.append(Relation(subject=subject, predicate=predicate, object=object_))
        if object_ is None:
            self.placed.add(subject)
        else:
            self.families.setdefault(_key(subject, object_), set()).add(family)


def carried_relations(cast: Cast, rng: Random) -> list[Relation]:
    """`on` and `inside` for all that is carried, now and then said of the carrier."""
    found = []
    for i, member in enumerate(cast.members):
        if member.carrier is not None and member.carry is not None:
            found.append(_turned(i, member.carry, member.carrier, rng, TURNED / 2))
    return found


def read(reading: Reading, count: int, rng: Random) -> None:
    """State up to `count` more relations, families drawn by their weights."""
    names = [name for name, weight in reading.mix.items() if weight > 0]
    weights = [reading.mix[name] for name in names]
    for _ in range(count):
        for _ in range(TRIES_A_RELATION):
            if _state_one(reading, rng.choices(names, weights)[0], rng):
                break


def _state_one(reading: Reading, family: str, rng: Random) -> bool:
    if family == "place":
        return _place(reading, rng)
    if len(reading.spots) < 2 or family not in READERS:
        return False
    a, b = rng.sample(range(len(reading.spots)), 2)
    known = reading.families.get(_key(a, b), set())
    if carries(reading.spots, a, b) or carries(reading.spots, b, a) or family in known:
        return False
    if known and (rng.random() >= SECOND or {family, *known} >= {"depth", "distance"}):
        return False
    said = READERS[family](reading.spots, a, b)
    if not said:
        return False
    relation = _turned(a, rng.choice(said), b, rng, TURNED)
    reading.state(family, relation.subject, relation.predicate, relation.object)
    return True


def _direction(spots: Spots, a: int, b: int) -> tuple[str, ...]:
    found = list(_vertical(spots, a, b))
    if spots[a].over != b and spots[b].over != a and spots[a].x != spots[b].x:
        found.append("left_of" if spots[a].x < spots[b].x else "right_of")
    return tuple(found)


def _vertical(spots: Spots, a: int, b: int) -> tuple[str, ...]:
    """Above or below, where neither would have to float for it."""
    first, second = spots[a], spots[b]
    if first.level == second.level == "free":
        return ("above",) if first.y < second.y else ("below",)
    if first.level == "high" and second.level != "high" and rooted(spots, a):
        return ("above",)
    if second.level == "high" and first.level != "high" and rooted(spots, b):
        return ("below",)
    return ()


def _depth(spots: Spots, a: int, b: int) -> tuple[str, ...]:
    first, second = spots[a], spots[b]
    if "high" in (first.level, second.level) or not (rooted(spots, a) and rooted(spots, b)):
        return ()
    if abs(first.depth - second.depth) < CLEAR:
        return ()
    return ("in_front_of",) if first.depth < second.depth else ("behind",)


def _support(spots: Spots, a: int, b: int) -> tuple[str, ...]:
    if spots[a].over == b:
        return ("over",)
    return ("under",) if spots[b].over == a else ()


def _distance(spots: Spots, a: int, b: int) -> tuple[str, ...]:
    first, second = spots[a], spots[b]
    if first.carrier != second.carrier or first.level != second.level or first.over != second.over:
        return ()
    between = _between(spots, a, b)
    if between == 0:
        return ("next_to", "near")
    return ("far",) if between >= FAR_APART and first.carrier is None else ()


def _between(spots: Spots, a: int, b: int) -> int:
    low, high = sorted((spots[a].x, spots[b].x))
    same = (s for k, s in enumerate(spots) if k not in (a, b) and s.carrier == spots[a].carrier)
    return sum(1 for s in same if low < s.x < high and s.level == spots[a].level)


READERS: Mapping[str, Callable[[Spots, int, int], tuple[str, ...]]] = {
    "direction": _direction,
    "depth": _depth,
    "support": _support,
    "distance": _distance,
}
"""What can be said of two things in each family. All containment is stated with the cast."""


def _place(reading: Reading, rng: Random) -> bool:
    """The leftmost or rightmost thing is at the left or right of the picture."""
    if reading.placed:
        return False
    loose = [i for i in range(len(reading.spots)) if rooted(reading.spots, i)]
    ordered = sorted(loose, key=lambda i: reading.spots[i].x)
    if len(ordered) == 1:
        reading.state("place", ordered[0], rng.choice(places_of(reading.spots, ordered[0])), None)
        return True
    end, name = rng.choice(((ordered[0], "left"), (ordered[-1], "right")))
    reading.state("place", end, name, None)
    return True


def places_of(spots: Spots, i: int) -> Sequence[str]:
    """Where in the picture a thing can be said to be without having to float or sink."""
    if spots[i].level == "high":
        return ("top_left", "top", "top_right", "left", "right")
    if spots[i].level == "free":
        return ("top_left", "top", "top_right", "left", "center", "right", "bottom_left", "bottom", "bottom_right")
    return ("left", "right", "center", "bottom_left", "bottom", "bottom_right")


def _turned(a: int, predicate: str, b: int, rng: Random, probability: float) -> Relation:
    if rng.random() < probability:
        return Relation(subject=b, predicate=inverse(predicate), object=a)
    return Relation(subject=a, predicate=predicate, object=b)


def _key(a: int, b: int) -> Pair:
    return (a, b) if a < b else (b, a)
