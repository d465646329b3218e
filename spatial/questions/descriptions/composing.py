"""Chooses which claims a paragraph makes, and in which order.

In: a scene with names, what may be claimed of it, a random generator.  Out: claims.
A paragraph with a wrong sentence says nothing that another of its sentences bears on: each thing comes up once on an axis,
so that no order or place follows from others, and the wrong sentence cannot be found by reading alone.
"""

import random
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from spatial.questions.answer_odds import Aspect, is_kept
from spatial.questions.certain_facts import DIRECTIONS
from spatial.questions.descriptions.claims import Carried, Claim, refs_of
from spatial.questions.object_names import NamedScene
from spatial.questions.proposals.query_proposals import pairs
from spatial.questions.proposals.search_proposals import MIRRORED, exchanged_colours, only_colour
from spatial.questions.question_kinds import AttributeOf, Contact, Count, Deeper, Depth, Directed, Direction, InPlace, Ref

FEWEST, MOST = 3, 8
"""Sentences of a description."""

MOST_CHOICES = 5
"""Sentences of which one is wrong."""

MOST_COUNTS = 2
CONTACTS: tuple[Contact, ...] = ("on", "inside", "under")
SIDES: tuple[Direction, Direction] = ("left_of", "right_of")
HEIGHTS: tuple[Direction, Direction] = ("above", "below")
DEPTHS: tuple[Depth, Depth] = ("in_front_of", "behind")

ACROSS, DOWN, LOOKS, CONTACT, NUMBER = "across", "down", "looks", "contact", "number"
"""What a claim bears on. Depth is down too: what is nearer is lower."""

AXES = {"left_of": (ACROSS,), "right_of": (ACROSS,), "left": (ACROSS,), "right": (ACROSS,)}
ORDER = ("count", "carried", "in_place", "directed", "deeper", "attribute")
"""The order of the sentences: from the whole to its parts, what a thing looks like last."""


@dataclass(frozen=True)
class Rivals:
    """A true claim, and a wrong one that is worded alike."""

    right: Claim
    wrong: Claim


def all_claims(scene: NamedScene, rng: random.Random) -> list[Claim]:
    """Every true claim of the scene, in random order."""
    found = [pair.right for pair in rival_claims(scene, rng, even=False) if not isinstance(pair.right.query, AttributeOf)]
    for i in scene.plainly_named:
        colour = only_colour(scene, i)
        if colour is not None and scene.ref(i).attribute is None:
            found.append(Claim(query=AttributeOf(family="colour", subject=scene.ref(i)), said=colour))
    counts = [(category, len(group)) for category, group in scene.countable.items() if len(group) in range(2, 10)]
    found += [Claim(query=Count(category=category), said=str(number)) for category, number in counts]
    for i, j in pairs(rng, scene.plainly_named):
        contact = next((name for name in CONTACTS if scene.relation(i, name, j).value), None)
        if contact is not None:
            found.append(Claim(query=Carried(subject=scene.ref(i), predicate=contact, object=scene.ref(j))))
    rng.shuffle(found)
    return found


def rival_claims(scene: NamedScene, rng: random.Random, even: bool = True) -> list[Rivals]:
    """True claims with wrong ones that the names make no less likely (not heeded unless `even`), in random order."""
    found = [*_places(scene, rng), *_colours(scene, rng)]
    for i, j in pairs(rng, scene.plainly_named):
        one, other = scene.ref(i), scene.ref(j)
        if scene.relation(i, "left_of", j).value:
            found.append(_directed(one, SIDES, other, rng))
        if scene.relation(i, "above", j).value and (not even or _is_even(scene, "above", i, j)):
            found.append(_directed(one, HEIGHTS, other, rng))
        if scene.relation(i, "behind", j).value and (not even or _is_even(scene, "behind", i, j)):
            found.append(_deeper(one, other, rng))
    rng.shuffle(found)
    return found


def _is_even(scene: NamedScene, aspect: Aspect, i: int, j: int) -> bool:
    return is_kept(scene, aspect, scene.objects[i].category, scene.objects[j].category)


def _directed(first: Ref, names: tuple[Direction, Direction], second: Ref, rng: random.Random) -> Rivals:
    """The first of two names holds of the two; either may be the subject."""
    subject, thing = first, second
    right, wrong = names
    if rng.random() < 0.5:
        subject, thing, right, wrong = second, first, wrong, right
    return Rivals(
        Claim(query=Directed(subject=subject, predicate=right, object=thing)),
        Claim(query=Directed(subject=subject, predicate=wrong, object=thing)),
    )


def _deeper(far: Ref, near: Ref, rng: random.Random) -> Rivals:
    subject, thing, right, wrong = (far, near, DEPTHS[1], DEPTHS[0])
    if rng.random() < 0.5:
        subject, thing, right, wrong = near, far, wrong, right
    return Rivals(
        Claim(query=Deeper(subject=subject, predicate=right, object=thing)),
        Claim(query=Deeper(subject=subject, predicate=wrong, object=thing)),
    )


def _places(scene: NamedScene, rng: random.Random) -> Iterator[Rivals]:
    """Where a thing is, and the mirror image of that place."""
    for i in scene.plainly_named:
        here = next((place for place in rng.sample(list(MIRRORED), len(MIRRORED)) if scene.place(i, place).value), None)
        if here is not None and scene.place(i, MIRRORED[here]).value is False:
            there = InPlace(subject=scene.ref(i), place=MIRRORED[here])
            yield Rivals(Claim(query=InPlace(subject=scene.ref(i), place=here)), Claim(query=there))


def _colours(scene: NamedScene, rng: random.Random) -> Iterator[Rivals]:
    """The colour of a thing, and that of another thing."""
    for i, options in exchanged_colours(scene).items():
        if options and scene.ref(i).attribute is None:
            own, other = rng.choice(options)
            query = AttributeOf(family="colour", subject=scene.ref(i))
            yield Rivals(Claim(query=query, said=own), Claim(query=query, said=other))


def bears_on(claim: Claim) -> set[tuple[str, Ref]]:
    """Each thing of a claim with what is said of it."""
    query = claim.query
    if isinstance(query, InPlace):
        axes: Collection[str] = AXES.get(query.place, (ACROSS, DOWN))
    elif isinstance(query, AttributeOf | Carried):
        axes = (LOOKS,) if isinstance(query, AttributeOf) else (CONTACT,)
    else:
        axes = () if isinstance(query, Count) else AXES.get(query.predicate, (DOWN,))
    return {(axis, ref) for axis in axes for ref in refs_of(claim)}


def independent(found: Iterable[Rivals], subject: Ref, rng: random.Random) -> list[Rivals]:
    """Claims of which none bears on another, one of them about the subject; none where there are too few."""
    chosen: list[Rivals] = []
    taken: set[tuple[str, Ref]] = set()
    for each in sorted(found, key=lambda pair: subject not in refs_of(pair.right)):
        on = bears_on(each.right)
        if not on & taken:
            chosen.append(each)
            taken |= on
    if len(chosen) < FEWEST or subject not in refs_of(chosen[0].right):
        return []
    return chosen[: rng.randint(FEWEST, min(MOST_CHOICES, len(chosen)))]


def described(found: Iterable[Claim], subject: Ref, rng: random.Random) -> list[Claim]:
    """True claims in a natural order, one of them about the subject; none where there are too few.

    No two are of the same things on the same axis.
    """
    chosen: dict[object, Claim] = {}
    most = rng.randint(FEWEST, MOST)
    for claim in sorted(found, key=lambda each: subject not in refs_of(each)):
        counts = sum(isinstance(each.query, Count) for each in chosen.values())
        if len(chosen) < most and (counts < MOST_COUNTS or not isinstance(claim.query, Count)):
            chosen.setdefault(_topic(claim), claim)
    if len(chosen) < FEWEST or not any(subject in refs_of(claim) for claim in chosen.values()):
        return []
    return sorted(chosen.values(), key=lambda claim: ORDER.index(claim.query.op))


def _topic(claim: Claim) -> object:
    """Equal for claims of which one says what the other does."""
    query = claim.query
    if isinstance(query, Count):
        return query.category
    if isinstance(query, Directed):
        return frozenset(refs_of(claim)), DIRECTIONS[query.predicate][0]
    return frozenset(refs_of(claim)), query.op
