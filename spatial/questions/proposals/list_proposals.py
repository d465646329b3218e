"""Proposes queries about lists of named things.

In and out: as in `query_proposals`.
Left and right of a thing are asked alike, and every possible number is equally likely, so that names tell nothing.
"""

import random
from collections.abc import Iterator, Sequence

from spatial.questions.object_names import SIDES, NamedScene
from spatial.questions.proposals.query_proposals import Proposal, shuffled
from spatial.questions.question_kinds import CountWhere, OddOneOut
from spatial.questions.rules.list_rules import numbers_of, on_sides

ROUNDS = 120
"""How often each object may be the anchor: lists are drawn anew each time."""

Sides = tuple[tuple[int, ...], tuple[int, ...]]
"""What is certainly to the left of an object, and what to the right."""

FEWEST, MOST = 3, 9
SIZES_OF_ODD = (4, 3)


def _anchors(scene: NamedScene, rng: random.Random) -> Iterator[tuple[int, int]]:
    """Named objects in turn, each with 0 for its left or 1 for its right."""
    for _ in range(ROUNDS):
        yield from ((anchor, rng.randrange(2)) for anchor in shuffled(rng, scene.plainly_named))


def _sides(scene: NamedScene) -> dict[int, Sides]:
    """What is to the left and to the right of each object that may be an anchor."""
    return {anchor: on_sides(scene, anchor) for anchor in scene.plainly_named}


def _sizes_of_lists(sides: Sides, side: int) -> list[int]:
    """How long a list may be, so that the number of its things on that side is not known beforehand."""
    having, lacking = len(sides[side]), len(sides[1 - side])
    sizes = range(FEWEST, min(MOST, having + lacking) + 1)
    return [size for size in sizes if len(numbers_of(having, lacking, size)) > 1]


def _has_odd(scene: NamedScene, having: Sequence[int], lacking: Sequence[int]) -> bool:
    """Whether there may be enough piles on one side beside one on the other."""
    piles = {scene.piles[i] for i in having}
    return any(len(piles - {scene.piles[i]}) >= min(SIZES_OF_ODD) - 1 for i in lacking)


def count_where(scene: NamedScene, rng: random.Random) -> Iterator[Proposal]:
    """How many of three to nine named things are on a side of another."""
    beside = _sides(scene)
    sizes = {anchor: [_sizes_of_lists(sides, side) for side in (0, 1)] for anchor, sides in beside.items()}
    if not any(possible for of_anchor in sizes.values() for possible in of_anchor):
        return
    for anchor, side in _anchors(scene, rng):
        having, lacking = beside[anchor][side], beside[anchor][1 - side]
        possible = sizes[anchor][side]
        if not possible:
            continue
        size = rng.choice(possible)
        number = rng.choice(numbers_of(len(having), len(lacking), size))
        listed = shuffled(rng, [*rng.sample(having, number), *rng.sample(lacking, size - number)])
        things = tuple(scene.ref(i) for i in listed)
        yield CountWhere(predicate=SIDES[side], anchor=scene.ref(anchor), things=things), str(number)


def odd_one_out(scene: NamedScene, rng: random.Random) -> Iterator[Proposal]:
    """All but one of some named things are on one side of another; of what carries each other, one.

    A table and its cup are on one side together, so that the tree would be the odd one whatever the picture shows.
    """
    beside = _sides(scene)
    if not any(_has_odd(scene, sides[side], sides[1 - side]) for sides in beside.values() for side in (0, 1)):
        return
    for anchor, side in _anchors(scene, rng):
        sides = beside[anchor]
        having, lacking = (_one_of_each_pile(scene, rng, sides[k]) for k in (side, 1 - side))
        if not lacking or len(having) < min(SIZES_OF_ODD) - 1:
            continue
        odd = rng.choice(lacking)
        having = [i for i in having if scene.piles[i] != scene.piles[odd]]
        size = next((size for size in SIZES_OF_ODD if len(having) >= size - 1), None)
        if size is None:
            continue
        listed = shuffled(rng, [odd, *rng.sample(having, size - 1)])
        things = tuple(scene.ref(i) for i in listed)
        yield OddOneOut(predicate=SIDES[side], anchor=scene.ref(anchor), things=things), scene.ref(odd).plain_name


def _one_of_each_pile(scene: NamedScene, rng: random.Random, things: Sequence[int]) -> list[int]:
    """Of the things that stand on, lie in or carry each other, one by chance."""
    return list({scene.piles[i]: i for i in rng.sample(things, len(things))}.values())
