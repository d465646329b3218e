"""What might be asked about attributes and places, and of which object an answer names.

In and out: as in `proposals`, of which this is the second half.
"""

import random
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from spatial.knowledge.knowledge_base import categories
from spatial.questions.answer_rules import YES_NO
from spatial.questions.object_names import NamedScene
from spatial.questions.proposals.query_proposals import Proposal, pairs, shuffled
from spatial.questions.question_kinds import (
    AttributeOf,
    Extreme,
    Family,
    Find,
    Hop,
    InPlace,
    Nearest,
    Outermost,
    Place,
)
from spatial.questions.wording.lexicon import family_of

FAMILIES: tuple[Family, ...] = ("colour", "material", "pattern", "state", "orientation")

MIN_TYPICAL: Mapping[str, int] = MappingProxyType({"colour": 3, "orientation": 2, "state": 2})
"""An attribute is asked of a known category only if it comes in so many (other families never): a banana's colour
needs no picture, and what a thing is made of seldom does."""

MIRRORED: dict[Place, Place] = {
    "left": "right",
    "right": "left",
    "top_left": "top_right",
    "top_right": "top_left",
    "bottom_left": "bottom_right",
    "bottom_right": "bottom_left",
}
OTHER_PLACES: tuple[Place, ...] = ("top", "center", "bottom")

SHARE_OF_MIRRORED = 0.75
"""Share of place questions that set a place against its mirror image, which a category cannot prefer. The others
exchange the places of two objects: flat for every word, not for every pair of words."""

SIDEWAYS: tuple[Hop, ...] = ("left_of", "right_of", "on", "inside", "under")
"""Relations that a named object is found by. Above and below would let the category be guessed: a lamp hangs."""

SEARCHES = 40
"""How many questions are looked at for one that finds an object."""


def attribute(asked: NamedScene, rng: random.Random) -> Iterator[Proposal]:
    """An attribute that was drawn, where its category does not give it away."""
    by_value: dict[str, list[tuple[int, Family]]] = {}
    for i in asked.plainly_named:
        thing, name = asked.objects[i], asked.ref(i)
        for value in thing.attributes:
            family = next((f for f in FAMILIES if f == family_of(value)), None)
            if family is not None and name.attribute is None and _varies(thing.category, family):
                by_value.setdefault(value, []).append((i, family))
    for value in rng.sample(sorted(by_value), len(by_value)):
        for i, family in by_value[value]:
            yield AttributeOf(family=family, subject=asked.ref(i)), value


def _varies(category: str, family: str) -> bool:
    known = categories().get(category)
    return known is None or len(known.attributes.get(family, ())) >= MIN_TYPICAL.get(family, 1000)


def place(asked: NamedScene, rng: random.Random) -> Iterator[Proposal]:
    """A ninth or a third of the picture in which an object is, or its mirror image."""
    target, mirrored = rng.choice(YES_NO), rng.random() < SHARE_OF_MIRRORED
    if mirrored:
        for i in shuffled(rng, asked.plainly_named):
            for here in rng.sample(list(MIRRORED), len(MIRRORED)):
                if asked.place(i, here).value:
                    yield InPlace(subject=asked.ref(i), place=here if target == "yes" else MIRRORED[here]), target
        return
    for i, j in pairs(rng, asked.plainly_named):
        here, there = rng.sample(OTHER_PLACES, 2)
        if asked.place(i, here).value and asked.place(j, there).value:
            yield InPlace(subject=asked.ref(i), place=here if target == "yes" else there), target


def selection(asked: NamedScene, rng: random.Random) -> Iterator[Proposal]:
    """The object that is outermost, nearest to a named one, or in a relation to it."""
    for target in shuffled(rng, asked.labels)[:SEARCHES]:
        text = asked.labels[target]
        extremes: list[Extreme] = ["leftmost", "rightmost"]
        options: list[Proposal] = [(Outermost(extreme=extreme), text) for extreme in extremes]
        for anchor in asked.plainly_named:
            if anchor == target:
                continue
            others = tuple(i for i in range(len(asked.objects)) if i != anchor)
            best = asked.nearest(anchor, others)
            if best is not None and best[0] == target:
                options.append((Nearest(anchor=asked.ref(anchor)), text))
            for hop in SIDEWAYS:
                if asked.relation(target, hop, anchor).value:
                    options.append((Find(predicate=hop, anchor=asked.ref(anchor)), text))
        rng.shuffle(options)
        yield from options


def multi_hop(asked: NamedScene, rng: random.Random) -> Iterator[Proposal]:
    """The object found from a thing that is itself found from a named object."""
    for target in shuffled(rng, asked.labels):
        options: list[Proposal] = []
        for middle, ways in asked.things.items():
            if middle != target:
                hops = [hop for hop in SIDEWAYS if asked.relation(target, hop, middle).value]
                options += [(Find(predicate=hop, anchor=thing), asked.labels[target]) for hop in hops for thing in ways]
                options += [(Nearest(anchor=thing), asked.labels[target]) for thing in ways]
        rng.shuffle(options)
        yield from options
