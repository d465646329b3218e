"""Proposes queries about attributes and places, and queries whose answer names an object.

In and out: as in `query_proposals`, of which this is the second half.
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
"""An attribute is asked of a known category only if it has at least this many values (other families never): a banana's
colour can be guessed without the picture, and so can most materials."""

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
"""Share of place questions that contrast a place with its mirror image, between which no category is biased. The others
swap the places of two objects: balanced for every word, not for every pair of words."""

SIDEWAYS: tuple[Hop, ...] = ("left_of", "right_of", "on", "inside", "under")
"""Relations that identify the answer's object. Above and below would let its category be guessed: a lamp hangs."""

SEARCHES = 40
"""How many target objects are tried for one question."""


def attribute(scene: NamedScene, rng: random.Random) -> Iterator[Proposal]:
    """A drawn attribute that the category does not give away."""
    by_value: dict[str, list[tuple[int, Family]]] = {}
    for i in scene.plainly_named:
        thing, name = scene.objects[i], scene.ref(i)
        for value in thing.attributes:
            family = next((f for f in FAMILIES if f == family_of(value)), None)
            if family is not None and name.attribute is None and varies(thing.category, family):
                by_value.setdefault(value, []).append((i, family))
    for value in rng.sample(sorted(by_value), len(by_value)):
        for i, family in by_value[value]:
            yield AttributeOf(family=family, subject=scene.ref(i)), value


def varies(category: str, family: str) -> bool:
    """Whether the category does not give the attribute away."""
    known = categories().get(category)
    return known is None or len(known.attributes.get(family, ())) >= MIN_TYPICAL.get(family, 1000)


def place(scene: NamedScene, rng: random.Random) -> Iterator[Proposal]:
    """The ninth or third of the picture where an object is, or its mirror image."""
    target, mirrored = rng.choice(YES_NO), rng.random() < SHARE_OF_MIRRORED
    if mirrored:
        for i in shuffled(rng, scene.plainly_named):
            for here in rng.sample(list(MIRRORED), len(MIRRORED)):
                if scene.place(i, here).value:
                    yield InPlace(subject=scene.ref(i), place=here if target == "yes" else MIRRORED[here]), target
        return
    for i, j in pairs(rng, scene.plainly_named):
        here, there = rng.sample(OTHER_PLACES, 2)
        if scene.place(i, here).value and scene.place(j, there).value:
            yield InPlace(subject=scene.ref(i), place=here if target == "yes" else there), target


def selection(scene: NamedScene, rng: random.Random) -> Iterator[Proposal]:
    """The object that is outermost, nearest to a named one, or in a relation to it."""
    for target in shuffled(rng, scene.labels)[:SEARCHES]:
        text = scene.labels[target]
        extremes: list[Extreme] = ["leftmost", "rightmost"]
        options: list[Proposal] = [(Outermost(extreme=extreme), text) for extreme in extremes]
        for anchor in scene.plainly_named:
            if anchor == target:
                continue
            others = tuple(i for i in range(len(scene.objects)) if i != anchor)
            best = scene.nearest(anchor, others)
            if best is not None and best[0] == target:
                options.append((Nearest(anchor=scene.ref(anchor)), text))
            for hop in SIDEWAYS:
                if scene.relation(target, hop, anchor).value:
                    options.append((Find(predicate=hop, anchor=scene.ref(anchor)), text))
        rng.shuffle(options)
        yield from options
