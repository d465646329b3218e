"""Proposes queries about attributes and places, and queries whose answer names an object.

In and out: as in `query_proposals`, of which this is the second half.
"""

import random
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from spatial.knowledge.knowledge_base import categories
from spatial.questions.answer_odds import is_kept, least_likely
from spatial.questions.answer_rules import YES_NO
from spatial.questions.object_names import SIDEWAYS_WORDS, NamedScene
from spatial.questions.proposals.query_proposals import Proposal, pairs, shuffled
from spatial.questions.question_kinds import (
    AttributeOf,
    Family,
    Find,
    Hop,
    InPlace,
    Nearest,
    Outermost,
    Place,
    Ref,
)
from spatial.questions.wording.lexicon import alike, family_of

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
    """A drawn attribute that the category does not reveal."""
    by_value: dict[str, list[tuple[int, Family]]] = {}
    for i in scene.plainly_named:
        thing, name = scene.objects[i], scene.ref(i)
        for value in thing.attributes:
            family = telling_family(thing.category, value)
            if family is not None and name.attribute is None:
                by_value.setdefault(value, []).append((i, family))
    for value in rng.sample(sorted(by_value), len(by_value)):
        for i, family in by_value[value]:
            yield AttributeOf(family=family, subject=scene.ref(i)), value


def telling_family(category: str, value: str) -> Family | None:
    """The family of an attribute that may be asked for; None where the category reveals the attribute."""
    family = next((f for f in FAMILIES if f == family_of(value)), None)
    known = categories().get(category)
    if family is None or known is None:
        return family
    return family if len(known.attributes.get(family, ())) >= MIN_TYPICAL.get(family, 1000) else None


def exchanged_colours(scene: NamedScene) -> dict[int, list[tuple[str, str]]]:
    """For each plainly named object its colour, each time with the colour of another object that it might have.

    Both could have the other's, so that a colour is as often the right one as the wrong one, however common it is.
    """
    own = {i: colour for i in scene.plainly_named if (colour := only_colour(scene, i)) is not None}
    usual = {i: categories()[scene.objects[i].category].attributes["colour"] for i in own}
    return {
        i: [(own[i], own[j]) for j in own if own[j] in usual[i] and own[i] in usual[j] and not alike(own[i], own[j])]
        for i in own
    }


def only_colour(scene: NamedScene, i: int) -> str | None:
    """The colour of an object, if it has one that its category does not reveal."""
    category = scene.objects[i].category
    colours = [value for value in scene.objects[i].attributes if family_of(value) == "colour"]
    known = category in categories() and [telling_family(category, value) for value in colours] == ["colour"]
    return colours[0] if known else None


def place(scene: NamedScene, rng: random.Random) -> Iterator[Proposal]:
    """The ninth or third of the picture where an object is, or its mirror image."""
    target, mirrored = rng.choice(YES_NO), rng.random() < SHARE_OF_MIRRORED
    if mirrored:
        named = ((i, scene.ref(i)) for i in shuffled(rng, scene.plainly_named))
        yield from mirrored_places(scene, rng, named, target)
        return
    for i, j in pairs(rng, scene.plainly_named):
        here, there = rng.sample(OTHER_PLACES, 2)
        if scene.place(i, here).value and scene.place(j, there).value:
            yield InPlace(subject=scene.ref(i), place=here if target == "yes" else there), target


def mirrored_places(
    scene: NamedScene, rng: random.Random, things: Iterable[tuple[int, Ref]], target: str
) -> Iterator[Proposal]:
    """Of each thing a place where it is, or the mirror image of that place, as the answer demands."""
    for i, ref in things:
        for here in rng.sample(list(MIRRORED), len(MIRRORED)):
            if scene.place(i, here).value:
                yield InPlace(subject=ref, place=here if target == YES_NO[0] else MIRRORED[here]), target


def selection(scene: NamedScene, rng: random.Random) -> Iterator[Proposal]:
    """The object that is outermost, nearest to a named one, or in a relation to it."""
    for target in shuffled(rng, scene.labels)[:SEARCHES]:
        text = scene.labels[target]
        options: list[Proposal] = [
            (Outermost(extreme=extreme), text) for extreme in SIDEWAYS_WORDS if _may_be_outermost(scene, target)
        ]
        for anchor in scene.plainly_named:
            if anchor == target:
                continue
            others = tuple(i for i in range(len(scene.objects)) if i != anchor)
            best = scene.nearest(anchor, others)
            if best is not None and best[0] == target and scene.stands_alone(anchor):  # a cup is nearest to its table
                options.append((Nearest(anchor=scene.ref(anchor)), text))
            for hop in SIDEWAYS:
                if scene.relation(target, hop, anchor).value:
                    options.append((Find(predicate=hop, anchor=scene.ref(anchor)), text))
        rng.shuffle(options)
        yield from options


def _may_be_outermost(scene: NamedScene, target: int) -> bool:
    """Whether to ask for it as the outermost: as seldom as for the unlikeliest of the things that may be chosen."""
    category = scene.objects[target].category
    others = [scene.objects[i].category for i in scene.labels]
    return is_kept(scene, "outer", category, least_likely(scene, "outer", others))
