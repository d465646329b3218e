"""Chooses relations that hold in a planned arrangement, in the requested mix of families.

In: spots, weights of relation families, a random generator.  Out: relations.
Does not choose objects, and states nothing that would make an object float: above and below only between what hangs,
flies or swims and what is not its carrier.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from agents.arrangement import CLEAR, Spots, carries, is_free
from agents.object_selection import Selection
from schemas.graph import Relation
from spatial.relations.predicate_table import inverse
from spatial.relations.relation_truth import members

DEFAULT_MIX: Mapping[str, float] = {
    "direction": 1.0,
    "depth": 0.5,
    "support": 0.8,
    "containment": 0.35,
    "distance": 0.7,
    "place": 0.15,
    "arrangement": 0.1,
}
"""Default weights of the families: directions teach most, depth and containment are subtler. Arrangements need three things
in a row, which few pictures have: of 1,600 that nobody planned for, 21 were asked what is between what."""

TURNED = 0.35
"""Probability that a relation is stated as its inverse (b right of a for a left of b)."""

SECOND = 0.3
"""Probability that an already related pair may get a relation of another family."""

TRIES_A_RELATION = 12
"""Random pairs tried for one relation before it is given up."""

FAR_APART = 2
"""Objects with at least this many others between them may be called far from each other."""

FARTHEST_NEAR = 0.66
"""Things whose planned depths differ by more are not called near: a rug lies before what stands at the wall."""

Pair = tuple[int, int]


@dataclass
class StatedRelations:
    """The relations stated so far, with the arrangement and the mix that others are chosen from."""

    spots: Spots
    mix: Mapping[str, float]
    relations: list[Relation] = field(default_factory=list)
    families: dict[Pair, set[str]] = field(default_factory=dict)
    placed: set[int] = field(default_factory=set)

    def add(self, family: str, relation: Relation) -> None:
        """Add one relation, once."""
        if relation not in self.relations:
            self.relations.append(relation)
        if relation.object is None:
            self.placed.add(relation.subject)
        for other in members(relation):
            self.families.setdefault(_key(relation.subject, other), set()).add(family)


def carried_relations(selection: Selection, rng: Random) -> list[Relation]:
    """`on` and `inside` for every carried object, `leaning_on` for all that leans, sometimes stated as the inverse."""
    found = []
    for i, member in enumerate(selection.members):
        if member.prop is not None:
            found.append(_maybe_inverted(i, "leaning_on", member.prop, rng, TURNED / 2))
        if member.carrier is not None and member.carry is not None:
            found.append(_maybe_inverted(i, member.carry, member.carrier, rng, TURNED / 2))
    return found


def add_relations(stated: StatedRelations, count: int, rng: Random) -> None:
    """Add up to `count` relations, with families drawn by their weights."""
    names = [name for name, weight in stated.mix.items() if weight > 0]
    weights = [stated.mix[name] for name in names]
    for _ in range(count):
        for _ in range(TRIES_A_RELATION):
            if _try_state(stated, rng.choices(names, weights)[0], rng):
                break


def _try_state(stated: StatedRelations, family: str, rng: Random) -> bool:
    if family in UNPAIRED:
        return UNPAIRED[family](stated, rng)
    if len(stated.spots) < 2 or family not in FAMILY_RULES:
        return False
    a, b = rng.sample(range(len(stated.spots)), 2)
    known = stated.families.get(_key(a, b), set())
    if carries(stated.spots, a, b) or carries(stated.spots, b, a) or family in known:
        return False
    if known and (rng.random() >= SECOND or {family, *known} >= {"depth", "distance"}):
        return False
    said = FAMILY_RULES[family](stated.spots, a, b)
    if not said:
        return False
    relation = _maybe_inverted(a, rng.choice(said), b, rng, TURNED)
    stated.add(family, relation)
    return True


def _direction(spots: Spots, a: int, b: int) -> tuple[str, ...]:
    found = list(_vertical(spots, a, b))
    if spots[a].over != b and spots[b].over != a and spots[a].x != spots[b].x:
        found.append("left_of" if spots[a].x < spots[b].x else "right_of")
    return tuple(found)


def _vertical(spots: Spots, a: int, b: int) -> tuple[str, ...]:
    """Above or below, where neither object would have to float."""
    first, second = spots[a], spots[b]
    if first.level == second.level == "free":
        return ("above",) if first.y < second.y else ("below",)
    if first.level == "high" and second.level != "high" and is_free(spots, a):
        return ("above",)
    if second.level == "high" and first.level != "high" and is_free(spots, b):
        return ("below",)
    return ()


def _depth(spots: Spots, a: int, b: int) -> tuple[str, ...]:
    first, second = spots[a], spots[b]
    if "high" in (first.level, second.level) or not (is_free(spots, a) and is_free(spots, b)):
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
    if between == 0 and abs(first.depth - second.depth) <= FARTHEST_NEAR:
        return ("next_to", "near")
    return ("far",) if between >= FAR_APART and first.carrier is None else ()


def _between(spots: Spots, a: int, b: int) -> int:
    low, high = sorted((spots[a].x, spots[b].x))
    same = (s for k, s in enumerate(spots) if k not in (a, b) and s.carrier == spots[a].carrier)
    return sum(1 for s in same if low < s.x < high and s.level == spots[a].level)


FAMILY_RULES: Mapping[str, Callable[[Spots, int, int], tuple[str, ...]]] = {
    "direction": _direction,
    "depth": _depth,
    "support": _support,
    "distance": _distance,
}
"""The predicates of each family that hold of two objects. `carried_relations` states all containment."""


def _place(stated: StatedRelations, rng: Random) -> bool:
    """State that the leftmost or rightmost object is at the left or right of the picture."""
    if stated.placed:
        return False
    loose = [i for i in range(len(stated.spots)) if is_free(stated.spots, i)]
    ordered = sorted(loose, key=lambda i: stated.spots[i].x)
    if len(ordered) == 1:
        stated.add("place", Relation(subject=ordered[0], predicate=rng.choice(places_of(stated.spots, ordered[0]))))
        return True
    end, name = rng.choice(((ordered[0], "left"), (ordered[-1], "right")))
    stated.add("place", Relation(subject=end, predicate=name))
    return True


def places_of(spots: Spots, i: int) -> Sequence[str]:
    """The places where an object can be without floating or sinking."""
    if spots[i].level == "high":
        return ("top_left", "top", "top_right", "left", "right")
    if spots[i].level == "free":
        return ("top_left", "top", "top_right", "left", "center", "right", "bottom_left", "bottom", "bottom_right")
    return ("left", "right", "center", "bottom_left", "bottom", "bottom_right")


def _arrangement(stated: StatedRelations, rng: Random) -> bool:
    """State that one of three neighbours in a row on the ground is between the two others."""
    same = [i for i, spot in enumerate(stated.spots) if is_free(stated.spots, i) and spot.level != "high"]
    row = sorted(same, key=lambda i: stated.spots[i].x)
    if len(row) < 3:
        return False
    at = rng.randrange(1, len(row) - 1)
    ends = sorted((row[at - 1], row[at + 1]))
    relation = Relation(subject=row[at], predicate="between", object=ends[0], others=(ends[1],))
    if relation in stated.relations or any(family in stated.families.get(_key(row[at], end), ()) for end in ends
                                           for family in ("depth", "distance")):  # fmt: skip
        return False
    stated.add("arrangement", relation)
    return True


UNPAIRED: Mapping[str, Callable[[StatedRelations, Random], bool]] = {"place": _place, "arrangement": _arrangement}
"""How the families that are not of two objects are stated."""


def _maybe_inverted(a: int, predicate: str, b: int, rng: Random, probability: float) -> Relation:
    if rng.random() < probability:
        return Relation(subject=b, predicate=inverse(predicate), object=a)
    return Relation(subject=a, predicate=predicate, object=b)


def _key(a: int, b: int) -> Pair:
    return (a, b) if a < b else (b, a)
